"""Find the header of a ledger in a sheet, below titles, notes and dates, in one row or several.

A header has up to ``MAX_ROWS`` rows. A column's **path** is what stands above it, from the widest group to the column's
own word: ``("整改责任", "牵头单位")``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bihuan.excel import words
from bihuan.excel.grid import Grid
from bihuan.excel.text import one_line, squeeze
from bihuan.excel.words import EXTRA, Meaning

MAX_ROWS = 5
_SEARCH = 200  # rows with content that are looked at
_LONG = 24  # a header word without its brackets is shorter

_BRACKETS = re.compile(r"[（(【\[〔《<][^（()）】\]〕》>]*[）)】\]〕》>]")
_INNER = re.compile(r"[（(【\[]([^（()）】\]]+)[）)】\]]")
_MARKS = re.compile(r"[*＊★☆▲△※●◆■#:：。.,，;；“”\"'！!？?]+")
_PARTS = re.compile(r"[、/／和与或&]|(?<!涉)及|以及")
_LABELLED = re.compile(r"[^：:]{1,16}[：:].+", re.DOTALL)
_COUNTED = re.compile(r"[（(](?:个|项|件|条|户|万元|元|亿元|%|人|次|处)[）)]")
_ENUMERATION = re.compile(r"[（(]?(\d{1,2}|[A-Z]|[甲乙丙丁戊])[）)]?")


@dataclass(frozen=True, slots=True)
class Header:
    """A header found. ``rows``: its sheet rows; ``paths``: column → what stands above it."""

    rows: tuple[int, ...]
    paths: dict[int, tuple[str, ...]]

    @property
    def fingerprint(self) -> str:
        """Known again the next time: the same words over the same columns, whatever the row."""
        lines = (f"{column}\t{'/'.join(path)}" for column, path in sorted(self.paths.items()))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def plain(text: str) -> str:
    """A header word without blanks, brackets and marks."""
    bare = squeeze(text)
    return _MARKS.sub("", _BRACKETS.sub("", bare) or bare) or bare


def meaning(path: tuple[str, ...]) -> Meaning | None:
    """The field that a column's path stands for, or None when the words are not known."""
    if not path:
        return None
    leaf, above = path[-1], tuple(plain(word) for word in path[:-1])
    if inner := _INNER.search(squeeze(leaf)):
        named = _under((*above, plain(leaf)), plain(inner[1]))
        if named is not None and named.field in ("owner", "helpers"):
            return named  # 责任单位（配合）
    return _meaning(plain(leaf), above, counted=bool(_COUNTED.search(squeeze(leaf))))


@lru_cache(maxsize=4096)
def _meaning(leaf: str, above: tuple[str, ...], *, counted: bool) -> Meaning | None:
    found = _under(above, leaf) or word_meaning(leaf)
    if found is None or (found.field == EXTRA and leaf in words.GROUPS):
        joined = next(filter(None, (word_meaning(group + leaf) for group in reversed(above))), None)
        found = joined or found or _inherited(above)
    if found is not None and found.field == "title" and counted:
        return None  # 问题（个） counts problems and does not name them
    return found


def _under(above: tuple[str, ...], leaf: str) -> Meaning | None:
    for group in reversed(above):
        for over, below, name in words.UNDER:
            if below.fullmatch(leaf) and over.fullmatch(group):
                return Meaning(name, 3)
    return None


def _inherited(above: tuple[str, ...]) -> Meaning | None:
    # 进展情况 over 3月, 4月, 5月: only of progress can one tell that what stands below is more of the same.
    for group in reversed(above):
        found = word_meaning(group)
        if found is not None and found.field == "progress":
            return Meaning("progress", 2)
    return None


@lru_cache(maxsize=4096)
def word_meaning(word: str) -> Meaning | None:
    """The field of one plain word, alone; of 责任单位及责任人 that of its most telling part."""
    if not word or len(word) > _LONG:
        return None
    if word in words.EXACT:
        return words.EXACT[word]
    parts = [found for part in _PARTS.split(word) if part != word and (found := word_meaning(part))]
    if parts and word_meaning(_PARTS.split(word)[0]) is not None:
        telling = () if parts[0].field == EXTRA else parts
        return next((found for found in telling if found.field in ("owner", "measures")), parts[0])
    return next((found for found, pattern in words.LOOSE if pattern.fullmatch(word)), None)


def find_header(grid: Grid) -> Header | None:
    """The best header of the sheet, or None. Whether its columns make a ledger is for ``columns`` to say."""
    best: tuple[float, Header] | None = None
    looked = 0
    last = 0
    for row in grid.sheet.rows:
        looked += 1
        if looked > _SEARCH:
            break
        if row <= last or not _is_header_row(grid, row):
            continue
        header = _build(grid, row)
        last = header.rows[-1]
        score = _score(header)
        if best is None or score > best[0]:
            best = (score, header)
    return best[1] if best else _any_header(grid)


def later_headers(grid: Grid, header: Header) -> list[Header]:
    """Headers of further tables below the first: rows of header words that differ from it."""
    found: list[Header] = []
    last = header
    for row in grid.sheet.rows:
        if row <= last.rows[-1] or not is_header_again(grid, row):
            continue
        other = _build(grid, row)
        if not _same_table(last, other):
            found.append(other)
            last = other
    return found


def is_header_again(grid: Grid, row: int) -> bool:
    """Whether a row below a header is header words too: a page break's, or that of a further table."""
    cells = grid.cells(row)
    return len(cells) > 2 and squeeze(next(iter(cells.values()))) in words.EXACT and _is_header_row(grid, row)


def _same_table(first: Header, other: Header) -> bool:
    """A header repeated by a page break, perhaps in other words, over the same columns."""
    mine, theirs = _fields(first), _fields(other)
    same = sum(1 for column, name in mine.items() if theirs.get(column) == name)
    return same * 10 >= 7 * max(len(mine), len(theirs))


def _fields(header: Header) -> dict[int, str]:
    return {column: found.field for column, path in header.paths.items() if (found := meaning(path))}


def _any_header(grid: Grid) -> Header | None:
    """The header of a table that does not speak a ledger's words: its first row with several cells."""
    for row in list(grid.sheet.rows)[:_SEARCH]:
        cells = [text for column, text in grid.own(row) if not _spans_all(grid, row, column)]
        if len(cells) > 1 and not _is_labelled(cells):
            return _build(grid, row)
    return None


def _score(header: Header) -> float:
    fields = {found.field: found.rank for path in header.paths.values() if (found := meaning(path))}
    fields.pop(EXTRA, None)
    return sum(fields.values()) + (6 if "title" in fields else 0)


def _is_header_row(grid: Grid, row: int) -> bool:
    cells = [(column, text) for column, text in grid.own(row) if not _spans_all(grid, row, column)]
    if len(cells) < 2 or _is_labelled([text for _, text in cells]):
        return False
    found = [word_meaning(plain(text)) for _, text in cells if len(plain(text)) <= _LONG]
    known = [meant for meant in found if meant is not None]
    fields = {meant.field for meant in known if meant.field != EXTRA}
    # A row of a data table seldom holds two words of the ledger's language alone in a cell; a header does.
    return len(fields) >= 2 and len(known) * 2 >= len(cells)


def _is_labelled(cells: list[str]) -> bool:
    """A row 填报单位：… 填报日期：… is above the header, not part of it."""
    return 2 * sum(1 for text in cells if _LABELLED.fullmatch(text)) >= len(cells)


def _spans_all(grid: Grid, row: int, column: int) -> bool:
    block = grid.blocks.get((row, column))
    width = grid.width - grid.left
    return (
        block is not None
        and block.left <= grid.left + 1
        and block.right - block.left + 1 >= max(4, width * 0.8)
    )


def _build(grid: Grid, row: int) -> Header:
    top = row
    while top > 1 and row - top < 2 and _is_group_row(grid, top - 1):
        top -= 1
    bottom = _merged_bottom(grid, top, row)
    while bottom - top + 1 < MAX_ROWS and _continues(grid, top, bottom + 1):
        bottom = _merged_bottom(grid, top, bottom + 1)
    paths = {column: _path(grid, top, bottom, column) for column in range(grid.width)}
    rows = list(range(top, bottom + 1))
    if _is_enumeration(grid, bottom + 1):
        rows.append(bottom + 1)
    return Header(tuple(rows), paths)


def _is_group_row(grid: Grid, row: int) -> bool:
    """Whether the row above a header belongs to it: words that stand over several columns each."""
    cells = grid.own(row)
    wide = {c for c, _ in cells if (block := grid.blocks.get((row, c))) and block.right > block.left}
    if any(_LABELLED.fullmatch(text) or (len(plain(text)) > 12 and c not in wide) for c, text in cells):
        return False
    if len(cells) == 1 and cells[0][0] < grid.left + 2:
        return False  # a title begins at the left edge
    return bool(wide) and len(wide) * 2 >= len(cells)


def _merged_bottom(grid: Grid, top: int, bottom: int) -> int:
    for row in range(top, bottom + 1):
        for column, _ in grid.own(row):
            block = grid.blocks.get((row, column))
            if block and block.bottom - top < MAX_ROWS:
                bottom = max(bottom, block.bottom)
    return bottom


def _continues(grid: Grid, top: int, row: int) -> bool:
    """Whether ``row`` is one more header row: short words that are known, some below a group, none below a number."""
    cells = grid.own(row)
    if _is_leaf_row(grid, row, cells):
        return True
    if not cells or any(len(plain(text)) > 12 or _LABELLED.fullmatch(text) for _, text in cells):
        return False
    above = {column: grid.seen(row - 1, column) for column, _ in cells}
    if any(_is_number(word) for word in above.values()):
        return False
    known = sum(1 for c, text in cells if _is_known_below(above[c] or _left(grid, row - 1, c), text))
    grouped = any(not above[column] or _is_wide(grid, row - 1, column) for column, _ in cells)
    return known * 5 >= len(cells) * 3 and grouped


def _is_known_below(group: str, text: str) -> bool:
    leaf = plain(text)
    return word_meaning(leaf) is not None or _under((plain(group),), leaf) is not None


def _is_leaf_row(grid: Grid, row: int, cells: list[tuple[int, str]]) -> bool:
    """Whether all cells of ``row`` stand below a group of several columns, or below nothing."""
    blocks = [grid.blocks.get((row - 1, column)) for column, _ in grid.own(row - 1)]
    groups = [block for block in blocks if block and block.right > block.left and block.bottom == row - 1]
    below = {column for block in groups for column in range(block.left, block.right + 1)}
    return (
        len({column for column, _ in cells} & below) > 1
        and all(len(plain(text)) <= _LONG for _, text in cells)
        and all(column in below or not grid.seen(row - 1, column) for column, _ in cells)
    )


def _is_number(word: str) -> bool:
    found = word_meaning(plain(word))
    return found is not None and found.field == "number"


def _is_wide(grid: Grid, row: int, column: int) -> bool:
    block = grid.block(row, column)
    return (block is not None and block.right > block.left) or not grid.seen(row, column + 1)


def _left(grid: Grid, row: int, column: int) -> str:
    """The nearest word to the left: without merges, a group stands above its first column only."""
    return next((text for c in range(column - 1, -1, -1) if (text := grid.seen(row, c))), "")


def _path(grid: Grid, top: int, bottom: int, column: int) -> tuple[str, ...]:
    path: list[str] = []
    for row in range(top, bottom + 1):
        word = one_line(_word(grid, row, bottom, column))
        if word and (not path or path[-1] != word):
            path.append(word)
    return tuple(path)


def _word(grid: Grid, row: int, bottom: int, column: int) -> str:
    block = grid.block(row, column)
    if block is not None:
        return "" if _spans_all(grid, block.top, block.left) else grid.text(block.top, block.left)
    word = grid.text(row, column)
    if word or row == bottom or not _has_word_below(grid, row, bottom, column):
        return word
    for left in range(column - 1, -1, -1):
        if grid.block(row, left) is not None:
            return ""
        if word := grid.text(row, left):
            return word if _has_word_below(grid, row, bottom, left) else ""
        if not _has_word_below(grid, row, bottom, left):
            return ""
    return ""


def _has_word_below(grid: Grid, row: int, bottom: int, column: int) -> bool:
    return any(grid.text(below, column) for below in range(row + 1, bottom + 1))


def _is_enumeration(grid: Grid, row: int) -> bool:
    """A row 1 2 3 4 … or (1) (2) … that only numbers the columns."""
    cells = [_ENUMERATION.fullmatch(text) for _, text in grid.own(row)]
    if len(cells) < 4 or not all(cells):
        return False
    marks = [cell[1] for cell in cells if cell]
    numbers = [int(mark) for mark in marks if mark.isdigit()]
    return len(numbers) >= len(marks) - 2 and all(b == a + 1 for a, b in pairwise(numbers))
