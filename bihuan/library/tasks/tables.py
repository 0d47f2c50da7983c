"""Tables of tasks (任务分解表) in a text: one line a row, its cells parted by single blanks, under a row that names the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from bihuan.excel.unit_text import parties
from bihuan.library.lines import Line, heading, lines_of
from bihuan.library.tasks.parties import Said, units_alone

_KINDS = {
    "number": re.compile(r"序号|编号|号"),
    "task": re.compile(
        r"(?:年度|重点|主要|具体|工作|目标|整改|改革|建设|任务|推进)*(?:任务|内容|措施|举措|事项|目标|项目|要点|清单|名称)(?:及?(?:目标|内容|措施))?"
    ),
    "lead": re.compile(r"(?:牵头|主办|主责|承办|主要责任)(?:责任)?(?:单位|部门|科室)?"),
    "owner": re.compile(r"(?:责任|负责|落实|实施|完成)(?:责任)?(?:单位|部门|科室|主体)|单位"),
    "help": re.compile(r"(?:配合|协办|协同|参与|协助)(?:责任)?(?:单位|部门|科室)?"),
    "limit": re.compile(r"(?:计划)?(?:完成|整改|办结|落实)?(?:时限|时间|期限)(?:要求|节点|安排)?"),
    "other": re.compile(r"[\u4e00-\u9fff（）()]{2,8}"),
}
_COLUMNS = 3
#: With more pieces than this a row is not tried in every way: what is too much is the task's.
_PIECES = 14
_LEAST = 4
_LONGEST_LIMIT = 20
_LIMIT = re.compile(r"[年月日底前内季]|长期|持续|立即|立行|常态|坚持")


@dataclass(frozen=True, slots=True)
class Row:
    """A task of a table: its place and text, who and until when as its columns say, and the section it stands under."""

    line: int
    start: int
    end: int
    text: str
    said: Said
    headings: tuple[str, ...]


def rows_of(text: str) -> tuple[list[Row], frozenset[int]]:
    """Return the tasks of all tables in order, and the places of the lines that are table."""
    found: list[Row] = []
    taken: set[int] = set()
    columns: list[str] = []
    section: tuple[str, ...] = ()
    for number, line in enumerate(lines_of(text)):
        named = _columns(line.text)
        if named:
            columns, section = named, ()
        elif columns and len(line.text.split(" ")) < _COLUMNS:
            columns = columns if heading(line.text) else []
            section = (line.text,) if columns else ()
        elif columns:
            row = _row(line, number, columns, section, found[-1].said.owner if found else "")
            found += [row] if row else []
        if columns:
            taken.add(line.start)
    return found, frozenset(taken)


def _columns(text: str) -> list[str]:
    """What each column holds, none where the line names no columns of tasks."""
    names = text.split(" ")
    kinds = [next((kind for kind, words in _KINDS.items() if words.fullmatch(name)), "") for name in names]
    speaks = "task" in kinds and {"lead", "owner", "limit"} & {*kinds}
    return kinds if len(kinds) >= _COLUMNS and all(kinds) and speaks else []


def _row(line: Line, number: int, columns: Sequence[str], section: tuple[str, ...], above: str) -> Row | None:
    """The task of a row, None where it has none; an owner that is left out is that of the row above (the cells are one)."""
    cells = _cells(line, columns)
    start, words = max(
        (cell for cell, kind in zip(cells, columns, strict=True) if kind == "task"),
        key=lambda cell: len(cell[1]),
    )
    if len(words) < _LEAST:
        return None
    by_kind: dict[str, list[str]] = {}
    for (_, cell), kind in zip(cells, columns, strict=True):
        by_kind.setdefault(kind, []).append(cell)
    lead, owners, helpers = (_names(by_kind.get(kind, [])) for kind in ("lead", "owner", "help"))
    limit = next((cell for cell in by_kind.get("limit", []) if cell), "")
    said = Said.of([*lead, *owners] or [above], helpers, limit)
    return Row(number, start, start + len(words), words, said, section)


def _names(cells: Sequence[str]) -> list[str]:
    return [unit.name for cell in cells for unit in parties(cell).units]


def _cells(line: Line, columns: Sequence[str]) -> list[tuple[int, str]]:
    """(place, text) of each column: blanks inside a cell look like those between, so the way that fits its columns best is taken."""
    pieces, place = [], line.start
    for piece in line.text.split(" "):
        pieces.append((place, piece))
        place += len(piece) + 1
    return max(_ways(pieces, columns, line), key=lambda cells: _fits(cells, columns))


def _ways(
    pieces: Sequence[tuple[int, str]], columns: Sequence[str], line: Line
) -> Iterator[list[tuple[int, str]]]:
    """Each way to part the pieces into so many cells. Empty cells at both ends of a line were lost: there they may have been."""
    missing = len(columns) - len(pieces)
    for before in range(missing + 1):
        yield [*[(line.start, "")] * before, *pieces, *[(line.end, "")] * (missing - before)]
    for before, behind in ((0, 0), (0, 1), (1, 0), (1, 1)):
        padded = [*[(line.start, "")] * before, *pieces, *[(line.end, "")] * behind]
        if len(columns) < len(padded) <= _PIECES:
            for chosen in combinations(range(1, len(padded)), len(columns) - 1):
                yield _parted(padded, chosen)
    if len(pieces) > _PIECES:
        task = columns.index("task")
        yield _parted(pieces, [n + 1 - (missing if n >= task else 0) for n in range(len(columns) - 1)])


def _parted(pieces: Sequence[tuple[int, str]], ends: Sequence[int]) -> list[tuple[int, str]]:
    bounds = [0, *ends, len(pieces)]
    return [
        (pieces[first][0], " ".join(words for _, words in pieces[first:last]))
        for first, last in pairwise(bounds)
    ]


def _fits(cells: Sequence[tuple[int, str]], columns: Sequence[str]) -> int:
    """How well the cells hold what their columns name."""
    return sum(_fit(words, kind) for (_, words), kind in zip(cells, columns, strict=True))


@lru_cache(maxsize=4096)
def _fit(words: str, kind: str) -> int:
    if not words:
        return 0
    units = [bool(units_alone(piece)) for piece in words.split(" ") if piece]
    if kind in {"lead", "owner", "help"}:
        return 4 if all(units) else -4
    if kind == "task":
        return -2 * sum(units) - (len(words) < _LEAST)
    if kind == "number":
        return 2 if words.strip(".．、").isdigit() else -2
    if kind == "limit":
        return 2 - words.count(" ") if len(words) <= _LONGEST_LIMIT and _LIMIT.search(words) else -2
    return 0
