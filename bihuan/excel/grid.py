"""A sheet as the eye sees it: the text of each cell, and which block covers it."""

from __future__ import annotations

from bihuan.excel.book import EMPTY, Merge, Sheet, Value
from bihuan.excel.text import shown

MAX_MERGED_AREA = 4_000_000


class Grid:
    """Cells of one sheet by (row from 1, column from 0), with merges resolved to their top left cell."""

    def __init__(self, sheet: Sheet) -> None:
        """Notes on the sheet what a merge hides. Merges that would cost too much are left out, with an error."""
        self.sheet = sheet
        self.width = sheet.width
        self.left = _first_column(sheet)
        self.blocks: dict[tuple[int, int], Merge] = {}
        self.covered: dict[int, dict[int, Merge]] = {}
        self._texts: dict[int, list[str]] = {}
        self._owned: dict[int, dict[int, str]] = {}
        merges = sheet.merges
        if sum((m.bottom - m.top + 1) * (m.right - m.left + 1) for m in merges) > MAX_MERGED_AREA:
            message = "合并单元格的范围过大或互相重叠，已按未合并读取；请检查合并单元格后再导入。"
            sheet.note(None, None, "", message, "error")
            merges = []
        for merge in merges:
            self._cover(merge)

    def _cover(self, merge: Merge) -> None:
        self.blocks[merge.top, merge.left] = merge
        for row in range(merge.top, merge.bottom + 1):
            covered = self.covered.setdefault(row, {})
            for column in range(merge.left, merge.right + 1):
                if (row, column) != (merge.top, merge.left):
                    covered[column] = merge

    def raw(self, row: int, column: int) -> Value:
        """What the cell itself holds, as read."""
        cells = self.sheet.rows.get(row)
        return cells[column] if cells is not None and column < len(cells) else EMPTY

    def text(self, row: int, column: int) -> str:
        """What the cell itself holds, as text."""
        texts = self._texts.get(row)
        if texts is None:
            texts = self._texts[row] = [shown(value) for value in self.sheet.rows.get(row, ())]
        return texts[column] if column < len(texts) else ""

    def block(self, row: int, column: int) -> Merge | None:
        """The merge that the cell belongs to."""
        return self.blocks.get((row, column)) or self.covered.get(row, {}).get(column)

    def is_covered(self, row: int, column: int) -> bool:
        """Whether the cell lies in a merge whose value stands elsewhere."""
        covered = self.covered.get(row)
        return covered is not None and column in covered

    def seen(self, row: int, column: int) -> str:
        """The text that the eye sees at the cell: its own, or that of the merge it lies in."""
        block = self.covered.get(row, {}).get(column)
        return self.text(block.top, block.left) if block else self.text(row, column)

    def own(self, row: int) -> list[tuple[int, str]]:
        """The row's visible cells with text, left to right: (column, text)."""
        return list(self.cells(row).items())

    def cells(self, row: int) -> dict[int, str]:
        """The row's visible cells with text: column → text."""
        found = self._owned.get(row)
        if found is None:
            covered = self.covered.get(row, {})
            self.text(row, 0)
            texts = enumerate(self._texts[row])
            found = self._owned[row] = {c: text for c, text in texts if text and c not in covered}
        return found

    def note_hidden_values(self, first: int) -> None:
        """Report values that a merge covers, from row ``first`` on: the eye does not see them, nor does the import."""
        for row, covered in self.covered.items():
            cells = self.sheet.rows.get(row)
            if cells is None or row < first:
                continue
            for column, block in covered.items():
                value = cells[column] if column < len(cells) else ""
                if value not in ("", self.raw(block.top, block.left)) and shown(value):
                    message = "这一格被合并单元格遮住，内容没有导入；如有需要请取消合并后填写。"
                    self.sheet.note(row, column, shown(value), message, "warning")


def _first_column(sheet: Sheet) -> int:
    """The column at which the sheet begins: many a table leaves A empty."""
    firsts = (
        next((i for i, value in enumerate(cells) if shown(value)), None) for cells in sheet.rows.values()
    )
    return min((first for first in firsts if first is not None), default=0)
