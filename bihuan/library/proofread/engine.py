"""Runs the rules over a text and gives the findings, in the order of their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from bihuan.library.proofread.base import Finding, Hit, Level, Rule
from bihuan.library.proofread.places import place_rule
from bihuan.library.proofread.rules import RULES
from bihuan.library.proofread.text import Text

_CONTEXT = 12


@dataclass(frozen=True)
class Options:
    """How a text is to be read: the office or place it is of, the office's own list of words, mechanical rules alone."""

    office: str = ""
    words: str = ""
    mechanical: bool = False


def review(text: Text, options: Options = Options(), more: Iterable[Rule] = ()) -> list[Finding]:
    """Return the findings of every rule that ``options`` ask for, and of ``more``. Raises WordsInvalid."""
    return proofread(text, [*chosen_rules(options), *more])


def chosen_rules(options: Options) -> list[Rule]:
    """Return the rules that ``options`` ask for. Raises WordsInvalid."""
    if options.mechanical:
        return list(RULES.values())
    from bihuan.library.proofread.lexicon import lexicon
    from bihuan.library.proofread.wrong import rules

    return [*RULES.values(), place_rule(options.office), *rules(lexicon(options.words))]


#: So many places of a form that is the text's own are shown at their level; the others are hints.
_SHOWN = 12
#: The transcriber of a statute has habits, which are told once for each kind of mark, and once in all where they are many;
#: a mistake may come a few times.
_SHOWN_OF_HABIT, _SHOWN_OF_STATUTE = 1, 3
_STYLE_FROM = 5
#: A rule that hits more often than this, and more than once in so many characters, has met what it does not understand (a table, a formula).
_STORM, _STORM_EVERY, _SHOWN_OF_STORM = 12, 1000, 3


def proofread(text: Text, rules: Iterable[Rule] | None = None) -> list[Finding]:
    """Return the findings of ``rules`` (all mechanical ones) in ``text``."""
    found = [f for rule in (RULES.values() if rules is None else rules) for f in _of_rule(text, rule)]
    return without_doubles(found)


def _of_rule(text: Text, rule: Rule) -> Iterator[Finding]:
    hits = list(rule.check(text))
    one_habit = text.statute and len(hits) >= _STYLE_FROM
    of_hits = [_ANY if one_habit else _kind(text, rule, hit) for hit in hits]
    shown = {kind: _shown(text, rule, kind, count) for kind, count in Counter(of_hits).items()}
    told: Counter[Kind] = Counter()
    for hit, kind in zip(hits, of_hits, strict=True):
        level = _level(text, rule, hit)
        told[kind] += level is not Level.HINT
        yield _finding(text, rule, hit, Level.HINT if told[kind] > shown[kind] else level)


Kind = tuple[str, str]
_ANY: Kind = ("", "")


def _kind(text: Text, rule: Rule, hit: Hit) -> Kind:
    """Return the mark that is hit and the one it should be, where each mark may be a habit of its own."""
    mark, right = text.text[hit.start : hit.start + 1], (hit.suggestion or "")[:1]
    return _ANY if not rule.form or mark.isalnum() else (mark, right)


def _shown(text: Text, rule: Rule, kind: Kind, hits: int) -> float:
    """Return how many places of the rule (of one kind of mark) keep their level: a way of writing that a text follows
    throughout is told once or a few times, and all places are hints to be fixed together.
    """
    if not rule.form:
        storm = hits > _STORM and hits * _STORM_EVERY > len(text.text)
        return _SHOWN_OF_STATUTE if text.statute else _SHOWN_OF_STORM if storm else inf
    if text.statute or _is_habit(text, rule, kind, hits):
        return _SHOWN_OF_HABIT
    return _SHOWN


def _is_habit(text: Text, rule: Rule, kind: Kind, hits: int) -> bool:
    """Whether the text writes so more often than rightly."""
    if rule.style is not None:
        wrong, right = (sum(1 for _ in regex.finditer(text.text)) for regex in rule.style)
        if wrong >= _STYLE_FROM and wrong > right:
            return True
    return bool(kind[1]) and hits >= _STYLE_FROM and hits > text.text.count(kind[1])


_ORDER = (Level.ERROR, Level.WARNING, Level.HINT)


def _level(text: Text, rule: Rule, hit: Hit) -> Level:
    level = hit.level or rule.level
    if text.statute and rule.statute is not None and hit.level is not Level.ERROR:
        return max(level, rule.statute, key=_ORDER.index)
    return level


def _finding(text: Text, rule: Rule, hit: Hit, level: Level) -> Finding:
    p = text.paragraph_at(hit.start)
    safe = rule.safe if hit.safe is None else hit.safe
    return Finding(
        rule=rule.id,
        number=rule.number,
        level=level,
        start=hit.start,
        end=hit.end,
        text=text.text[hit.start : hit.end],
        suggestion=hit.suggestion,
        message=hit.message,
        safe=safe and hit.suggestion is not None,
        paragraph=p.index if p else 0,
        context=text.text[max(hit.start - _CONTEXT, 0) : hit.end + _CONTEXT].replace("\n", "⏎"),
    )


def _rank(finding: Finding) -> tuple[int, bool, int]:
    """Order findings of one place: the surer first, half-width marks last because others say more."""
    return _ORDER.index(finding.level), finding.number == 8, finding.number or 99


def without_doubles(found: Iterable[Finding]) -> list[Finding]:
    """Sort by place and keep one finding of each place and suggestion: the one that says most."""
    kept: dict[tuple[int, int, str | None], Finding] = {}
    for finding in found:
        key = (finding.start, finding.end, finding.suggestion)
        other = kept.get(key)
        if other is None or _rank(finding) < _rank(other):
            kept[key] = finding
    return sorted(kept.values(), key=lambda f: (f.start, f.end))
