"""What the preview of an import shows: the mapping with its choices, each row as it will be, each doubt at its place."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from bihuan.excel.book import Problem, letter
from bihuan.excel.files import kept_corrections, preview_file
from bihuan.excel.incoming import Incoming
from bihuan.excel.preview import Preview, SheetPreview
from bihuan.excel.rows import ItemRow
from bihuan.excel.unit_text import is_collective
from bihuan.excel.words import EXTRA, FIELD_NAMES, FIELDS
from bihuan.queries.people import Directory, directory
from bihuan.rules.procedure_types import CYCLES
from bihuan.web import dates

ROWS = 50
SEVERITIES = {"error": "错误", "warning": "疑点", "hint": "提示"}
#: Items that an import enters in a second on two slow cores; see ``bihuan bench``.
PER_SECOND = 800
Mapped = dict[int, dict[str, str]]
"""Number of a sheet (from 0) → column letter → field: what the person chose."""


@dataclass(frozen=True)
class ColumnLine:
    """A column with its header, its field, and what it would be without the person's choice."""

    letter: str
    header: str
    field: str
    found: str

    @property
    def corrected(self) -> bool:
        """Whether the person chose something else."""
        return self.field != self.found


@dataclass(frozen=True)
class RowLine:
    """An item as it will be, and the doubts in its rows."""

    row: ItemRow
    place: str
    doubts: list[Problem]
    new_units: list[str]
    cycle: str


@dataclass(frozen=True)
class SheetTab:
    """A sheet's name and how many items and doubts it has."""

    number: int
    name: str
    items: int
    doubts: int
    refused: str


@dataclass
class Shown:
    """One page of a sheet's preview. ``next`` is the index of the first row of the next page, 0 at the end."""

    sheet: SheetPreview
    number: int
    columns: list[ColumnLine]
    rows: list[RowLine]
    start: int
    next: int
    last: int
    total: int
    general: list[Problem] = field(default_factory=list)


def wanted(pairs: Iterable[str]) -> Mapped:
    """Read the choices of an address: ``0D:owner`` is column D of the first sheet; what is none is left out."""
    found: Mapped = {}
    for pair in pairs:
        place, _, name = pair.partition(":")
        number, column = place.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), place.lstrip("0123456789")
        if number.isascii() and number.isdigit() and column and name in FIELD_NAMES:
            found.setdefault(int(number), {})[column] = name
    return found


def pairs_of(mapped: Mapped) -> list[str]:
    """Return the choices as an address carries them."""
    return [
        f"{number}{column}:{name}" for number, columns in mapped.items() for column, name in columns.items()
    ]


def corrections(found: Preview, mapped: Mapped) -> dict[str, dict[str, str]]:
    """Return, by fingerprint, the corrections kept before with the choices that differ from what was found."""
    kept, wrong = kept_corrections(), dict[str, dict[str, str]]()
    for number, columns in mapped.items():
        if number >= len(found.sheets) or not found.sheets[number].fingerprint:
            continue
        known = fields_of(found.sheets[number])
        differing = {column: name for column, name in columns.items() if known.get(column, name) != name}
        if differing:
            fingerprint = found.sheets[number].fingerprint
            wrong[fingerprint] = {**kept.get(fingerprint, {}), **differing}
    return wrong


def fields_of(sheet: SheetPreview) -> dict[str, str]:
    """Return column letter → field as the sheet was read."""
    return {letter(c): name for c, name in sheet.columns.fields.items()} if sheet.columns else {}


def tabs(found: Preview) -> list[SheetTab]:
    """Return a tab for each sheet."""
    return [
        SheetTab(n, s.name, len(s.rows), sum(p.severity != "hint" for p in s.problems), s.refused)
        for n, s in enumerate(found.sheets)
    ]


def counts(found: Preview) -> list[tuple[str, str, int]]:
    """Return the severities that occur, each with its name and how often."""
    number = Counter[str](p.severity for s in found.sheets for p in s.problems)
    return [(key, name, number[key]) for key, name in SEVERITIES.items() if number[key]]


def shown(plain: Preview, found: Preview, number: int, start: int, *, doubtful: bool) -> Shown:
    """Return a page of the sheet ``number``; ``plain`` is the file as read without the person's choices."""
    sheet = found.sheets[number]
    by_row = _doubts(sheet)
    rows = [r for r in sheet.rows if not doubtful or any(by_row.get(n) for n in r.rows)]
    page = rows[start : start + ROWS]
    units = directory()
    covered = {n for r in sheet.rows for n in r.rows}
    return Shown(
        sheet=sheet,
        number=number,
        columns=_columns(plain.sheets[number], sheet),
        rows=[_line(r, by_row, units) for r in page],
        start=start,
        next=start + ROWS if start + ROWS < len(rows) else 0,
        last=start + len(page),
        total=len(rows),
        general=[p for p in sheet.problems if p.row not in covered],
    )


def _columns(plain: SheetPreview, sheet: SheetPreview) -> list[ColumnLine]:
    if sheet.columns is None:
        return []
    before = fields_of(plain)
    lines = []
    for column, name in sorted(sheet.columns.fields.items()):
        place = letter(column)
        lines.append(ColumnLine(place, sheet.columns.head(column), name, before.get(place, name)))
    return lines


def _doubts(sheet: SheetPreview) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for problem in sheet.problems:
        if problem.row is not None:
            found.setdefault(problem.row, []).append(problem)
    return found


def _line(row: ItemRow, doubts: Mapping[int, list[Problem]], units: Directory) -> RowLine:
    named = [row.owner, *row.helpers]
    new = [n for n in dict.fromkeys(named) if n and units.id_of(n) is None and not is_collective(n)]
    first, last = row.rows[0], row.rows[-1]
    place = f"{first}" if first == last else f"{first}—{last}"
    return RowLine(
        row, place, [p for n in row.rows for p in doubts.get(n, ())], new, CYCLES.get(row.cycle or "", "")
    )


class _Kept:
    """The last few files that were read, so that turning a page does not read the file again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[str, Preview] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Preview | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: str, found: Preview) -> None:
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)


_kept = _Kept(4)


def read(file: Incoming, base: date | None, chosen: Mapping[str, Mapping[str, str]]) -> Preview:
    """Return the preview of ``file``; a page that was read with the same units and corrections is not read again."""
    now = dates.now()
    known = [sorted(directory().names().items()), kept_corrections(), str(dates.today()), str(base)]
    key = json.dumps([file.digest, file.name, known, chosen], sort_keys=True, ensure_ascii=False)
    found = _kept.get(key)
    if found is None:
        found = preview_file(file.content(), file.name, now, base=base, corrections=chosen)
        _kept.put(key, found)
    return found


def seconds(found: Preview) -> int:
    """Return about how long it will take to enter the items."""
    return 1 + found.items // PER_SECOND


def choices() -> Sequence[tuple[str, str]]:
    """Return the fields that a column may hold, with their names."""
    return [(name, FIELD_NAMES[name]) for name in (*FIELDS, EXTRA)]
