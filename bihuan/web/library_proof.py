"""A text that was proofread, as its page shows it: findings marked in the text, those chosen to be fixed with their change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bihuan.library.marking import paragraphs
from bihuan.library.proofread.base import LEVEL_NAMES, Finding, Level
from bihuan.library.proofread.engine import Options
from bihuan.library.proofread.reviewing import Reviewed, reviewed
from bihuan.library.proofread.source import ReadSource, Source
from bihuan.models import Campaign


@dataclass(frozen=True)
class Row:
    """A finding with its number from 1, its rule's name and reason, whether it is to be fixed, and why it was dismissed."""

    no: int
    finding: Finding
    name: str
    why: str
    fixed: bool = False
    reason: str = ""

    @property
    def level(self) -> str:
        """The name of the level."""
        return LEVEL_NAMES[self.finding.level]

    @property
    def fixable(self) -> bool:
        """Whether there are words to be put in its place."""
        return self.finding.suggestion is not None


@dataclass(frozen=True)
class Bit:
    """A stretch of a line; ``row`` is the finding that it is."""

    text: str
    row: Row | None = None


@dataclass(frozen=True)
class Proof:
    """A text with its findings: ``open`` are to be looked at, ``aside`` were dismissed; ``lines`` show the open ones in their places."""

    source: Source
    rows: Sequence[Row]
    lines: Sequence[Sequence[Bit]] = field(default=())

    @property
    def open(self) -> list[Row]:
        """The findings that were not dismissed."""
        return [row for row in self.rows if not row.reason]

    @property
    def aside(self) -> list[Row]:
        """The findings that were dismissed."""
        return [row for row in self.rows if row.reason]

    @property
    def by_level(self) -> list[tuple[str, str, list[Row]]]:
        """Level, its name and its open findings, the gravest first, without empty ones."""
        cut = [(level, [row for row in self.open if row.finding.level is level]) for level in Level]
        return [(level.value, LEVEL_NAMES[level], rows) for level, rows in cut if rows]

    @property
    def fixed(self) -> list[int]:
        """The numbers of the findings that are to be fixed."""
        return [row.no for row in self.open if row.fixed]

    @property
    def safe(self) -> list[int]:
        """The numbers of the findings that can be fixed without asking."""
        return [row.no for row in self.open if row.finding.safe]

    @property
    def writable(self) -> bool:
        """Whether the file can be written back."""
        return not isinstance(self.source, ReadSource)

    def chosen(self) -> list[Finding]:
        """Return the open findings, sure to be fixed where they were chosen: the others become comments."""
        return [replace(row.finding, safe=row.fixed) for row in self.open]


def proof(source: Source, options: Options, campaign: Campaign | None, fix: Sequence[int] = ()) -> Proof:
    """Proofread ``source``; ``fix`` are the numbers of the findings to be fixed. Raises WordsInvalid."""
    wanted = set(fix)
    shown = Proof(source, [_row(one, wanted) for one in reviewed(source.text, options, campaign)])
    return replace(shown, lines=list(_lines(source, shown.open)))


def _row(one: Reviewed, wanted: set[int]) -> Row:
    finding, rule = one.finding, one.rule
    fixed = one.no in wanted and finding.suggestion is not None and not one.reason
    name, why = (rule.name, rule.why) if rule else (finding.rule, "")
    return Row(one.no, finding, name, why, fixed, one.reason)


def _lines(source: Source, rows: Sequence[Row]) -> Iterator[list[Bit]]:
    """The lines with the findings in their places; of findings that overlap, one that is to be fixed goes first, then the longer."""
    kept: list[Row] = []
    for row in sorted(rows, key=lambda r: (not r.fixed, r.finding.start, -r.finding.end)):
        f = row.finding
        if f.end > f.start and all(f.end <= k.finding.start or f.start >= k.finding.end for k in kept):
            kept.append(row)
    kept.sort(key=lambda r: r.finding.start)
    spans = [(r.finding.start, r.finding.end) for r in kept]
    for line in paragraphs(source.text.text, spans):
        yield [Bit(p.text, kept[p.mark - 1] if p.mark else None) for p in line.pieces]
