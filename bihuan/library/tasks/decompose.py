"""The proposed tasks of a text, each with the sentence it came from."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from bihuan.library.tasks import commitments
from bihuan.library.tasks.parties import Said, bracket_of, inline, together
from bihuan.library.tasks.sentences import Sentence, sentences_of
from bihuan.library.tasks.tables import Row, rows_of
from bihuan.library.tasks.targets import Target, target_of
from bihuan.library.tasks.times import When, is_immediate, when_of
from bihuan.rules.calendar import Calendar

_YEAR = re.compile(r"^(?:截至|到)?(20\d\d)年(?!底前|前|底|以?内)")
_ANNOUNCES = re.compile(r"(?:如下|以下|下列)[^。；，：:]{0,12}[：:]$")
_ASSIGNED_UNTIL = re.compile(
    r"([^：:]*(?:牵头|负责|主办|负总责|配合|参与|协助|协办))[，,]([^，：:]*(?:坚持|推进|开展|完成|办结|落实|前|底|内))"
)
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")


@dataclass(frozen=True, slots=True)
class Task:
    """One proposed task. ``text`` is exactly the text from ``start`` to ``end``.

    ``owner`` and ``helpers`` are names as written ("" and empty where absent); ``due`` the last day; ``ongoing``: the work
    goes on; ``due_text`` the wording; ``target`` the figure to reach; ``headings`` what it stands under.
    """

    text: str
    start: int
    end: int
    owner: str
    helpers: tuple[str, ...]
    due: date | None
    ongoing: bool
    due_text: str
    target: Target | None
    headings: tuple[str, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return the task as it is printed: absent things are null, ``helpers`` is always a list."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "owner": self.owner or None,
            "helpers": list(self.helpers),
            "due": self.due.isoformat() if self.due else None,
            "ongoing": self.ongoing,
            "due_text": self.due_text or None,
            "target": asdict(self.target) if self.target else None,
            "headings": list(self.headings),
        }


@dataclass(frozen=True, slots=True)
class _Read:
    sentence: Sentence
    own: Said
    said: Said
    when: When
    target: Target | None


def decompose(text: str, *, base: date, calendar: Calendar) -> list[Task]:
    """Return the tasks in order; ``base`` is the document's date, from which a missing year follows."""
    rows, tables = rows_of(text)
    sentences = sentences_of(text, tables)
    read = [_read(sentence, base, calendar) for sentence in sentences if not sentence.label]
    read = _same_subject(read)
    shared = _shared(read, sentences)
    whole = [_with_shared(one, shared.get(one.sentence.paragraph), base, calendar) for one in read]
    found = [
        _task(one) for one, past in zip(whole, _told(read), strict=True) if _commits(one, base, told=past)
    ]
    return sorted(
        [*found, *(_task(_read_row(row, base, calendar)) for row in rows)], key=lambda task: task.start
    )


def _read_row(row: Row, base: date, calendar: Calendar) -> _Read:
    """A row of a table is a task whatever its words; the limit of its column goes before one in its words."""
    sentence = Sentence(row.start, row.end, row.text, row.line, row.headings)
    when = when_of(row.text, base, calendar, row.said.limit)
    return _Read(sentence, Said(), row.said, when, target_of(row.text))


def _same_subject(read: list[_Read]) -> list[_Read]:
    """The owner of the part before a semicolon goes on being the subject where none is named: 县教育局要…；会同县人社局…。"""
    found: list[_Read] = []
    for one in read:
        before = found[-1] if found else None
        goes_on = (
            before
            and before.sentence.paragraph == one.sentence.paragraph
            and before.sentence.text[-1:] in "；;"
        )
        named = before is None or not goes_on or before.own.owner or one.said.owner
        said = one.said if before is None or named else Said(before.said.owner, together(one.sentence.text))
        found.append(replace(one, said=said))
    return found


def _told(read: list[_Read]) -> list[bool]:
    """Whether a sentence goes on with the report that the one before it in its paragraph began."""
    found: list[bool] = []
    for no, one in enumerate(read):
        same = no > 0 and read[no - 1].sentence.paragraph == one.sentence.paragraph
        open_end = same and (found[-1] or commitments.is_report(read[no - 1].sentence.text))
        found.append(
            open_end and not (commitments.is_demand(one.sentence.text) or one.own.bracket or one.when.due)
        )
    return found


def _read(sentence: Sentence, base: date, calendar: Calendar) -> _Read:
    own = bracket_of(sentence.text)
    words = sentence.text.replace(own.bracket, "") if own.bracket else sentence.text
    told = inline(words)
    said = replace(own, owner=own.owner or told.owner, helpers=own.helpers or told.helpers)
    if own.owner and told.owner and not own.helpers:
        said = replace(said, helpers=tuple(h for h in told.helpers if h != own.owner))
    when = when_of(words, base, calendar, own.limit)
    return _Read(sentence, own, said, when, target_of(words))


def _shared(read: list[_Read], sentences: list[Sentence]) -> dict[int, Said]:
    """What is said of whole paragraphs: by a bracket at their end, or by labels (责任单位：…) in or below them."""
    ends = {one.sentence.paragraph: one.own for one in read}
    found = {paragraph: own for paragraph, own in ends.items() if own.bracket}
    labels: dict[int, list[str]] = {}
    for sentence in sentences:
        if sentence.label:
            labels.setdefault(sentence.paragraph, []).append(sentence.text.strip("。；;，, "))
    return found | {paragraph: _labelled("；".join(texts)) for paragraph, texts in labels.items()}


def _labelled(words: str) -> Said:
    """What labels say, or 由…牵头，…配合 with 6月底前完成 or 持续推进 behind it."""
    found = _ASSIGNED_UNTIL.fullmatch(words)
    if found is None:
        return bracket_of(f"（{words}）")
    return replace(bracket_of(f"（{found[1]}）"), limit=found[2])


def _with_shared(one: _Read, shared: Said | None, base: date, calendar: Calendar) -> _Read:
    """What the paragraph says goes for a sentence that does not say it itself."""
    if shared is None or one.own is shared:
        return one
    said = one.said if one.said.owner else shared
    limited = one.when.due is None and not one.when.ongoing and shared.limit
    when = when_of("", base, calendar, shared.limit) if limited else one.when
    return replace(one, said=said, when=when)


def _commits(one: _Read, base: date, *, told: bool) -> bool:
    sentence = one.sentence
    bound = bool(one.own.owner or inline(sentence.text).owner)
    if sentence.lead and not (one.own.owner or one.when.due or one.target):
        return False  # the headline of a paragraph; what it means is told behind it
    if _ANNOUNCES.search(sentence.text):
        return False  # what is listed is told behind it
    limit = one.when.due is not None or one.when.ongoing or is_immediate(sentence.text)
    year = _YEAR.match(sentence.text)
    past_year = told or bool(
        year and int(year[1]) < base.year and not re.search(r"要|确保|力争", sentence.text)
    )
    plain = _BRACKETS.sub("", sentence.text)
    found = commitments.weight(
        plain, sentence.headings, owner=bound, limit=limit, target=one.target is not None, past_year=past_year
    )
    shared = bool(one.said.owner and not bound)
    return found + shared >= commitments.NEED and len(plain) >= 6


def _task(one: _Read) -> Task:
    sentence, when = one.sentence, one.when
    return Task(
        sentence.text, sentence.start, sentence.end, one.said.owner, one.said.helpers, when.due, when.ongoing,
        when.wording, one.target, sentence.headings,
    )  # fmt: skip
