"""What each row of a ledger is: an item, a further step of one, a total, a section, a note, a repeated header, blank.

Every row with content gets exactly one kind, so that nothing can vanish unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bihuan.excel.column_fields import Columns
from bihuan.excel.doubts import Doubts
from bihuan.excel.grid import Grid
from bihuan.excel.header import Header, is_header_again
from bihuan.excel.text import PLACEHOLDERS, squeeze

Kind = Literal["title", "header", "item", "measure", "section", "total", "note", "blank"]

DITTO = frozenset({"同上", "〃", "″", '"', "”", "同前", "″″", "＂"})

_TOTAL = re.compile(
    r"(?:本[页表])?(?:合计|小计|总计|共计|总合计)(?:$|[：:（(\d、，,])|(?:合计|总计|共)\d+[项个件条]"
)
_NOTE = re.compile(
    r"(?:备注|注|说明|填[表报写]说明|附注|附|注意|填[表报]要求|要求|注意事项|备注说明|※|＊|\*)\s*(?:[：:]|\d\s*[.、．：:]|[（(]?[一1]?[）)]$)|※|注\d"
)
_SIGNED = re.compile(
    r"(?:填[表报]|制[表单]|审[核批签定]|复核|签发|报送|主要|单位|分管|部门|联系|经办|领导|责任)?(?:人|单位|负责人|领导|电话|日期|时间|签字|签名|盖章|意见|核|表)"
    r"(?:签字|签名|意见)?(?:[（(][^（）()]*[）)])?\s*[：:].*",
    re.DOTALL,
)
_SECTION = re.compile(
    r"(?:[（(]?[一二三四五六七八九十]{1,3}[）)]?[、.．：:]?|第[一二三四五六七八九十\d]{1,3}(?:部分|类|方面|批次?|项|章|节)|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+[、.．]?)\s*\S",
    re.DOTALL,
)
_NUMERAL = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[）)]?[、.．]?")
_NUMBER = re.compile(
    r"[A-Za-z0-9\u4e00-\u9fff〔〕\[\]（）()#№]{0,16}?[-—－_.\d〔〕\[\]（）()第号]*\d[-—_.\d）)号.、．]*|[①-⑳]|[（(]?[一二三四五六七八九十]{1,3}[）)]?[、.．]?"
)
_DAY = re.compile(r"(?:[一二三四五六七八九〇○零]{4}|\d{4})\s*[年./-].{1,8}")
_EXAMPLE = re.compile(r"[（(【]?(?:示例|样例|例|举例|填写示例|模板)\d*[）)】]?[:：]?")
_NOTHING = frozenset({"无", "暂无", "没有", "/", "-", "—", "——", "零报告"})
_MAX_SECTION = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A row and what it is. ``text`` is a section's wording."""

    row: int
    kind: Kind
    text: str = ""


def classify(grid: Grid, header: Header, columns: Columns, doubts: Doubts) -> list[Line]:
    """The rows of a recognised sheet in order, each with its kind."""
    lines = list(_Reader(grid, header, columns, doubts).lines())
    return _settle_sections(lines, doubts)


def is_numbering(text: str) -> bool:
    """Whether a text can be an item's number: 3, 1.2, ZG-2024-001, （一）."""
    return bool(_NUMBER.fullmatch(squeeze(text)))


class _Reader:
    def __init__(self, grid: Grid, header: Header, columns: Columns, doubts: Doubts) -> None:
        self.grid, self.header, self.columns, self.doubts = grid, header, columns, doubts
        self.title = columns.of("title")[0]
        self.number = columns.first("number")
        self.levels = frozenset(columns.levels)
        self.last = max(columns.fields)
        self.mapped = frozenset(c for c, name in columns.fields.items() if name != "extra")
        self.heads = {self._signature(row) for row in header.rows}
        self.above = {self._signature(row) for row in grid.sheet.rows if row < header.rows[0]}
        self.openings = {signature[0] for signature in self.heads | self.above if signature}
        self.arabic = self._numbers_are_arabic()
        self.current: tuple[str, str] | None = None  # the item that further rows belong to: (number, title)
        self.in_notes = False
        self._apart: bool | None = None

    def lines(self) -> Iterator[Line]:
        first, last = self.header.rows[0], self.header.rows[-1]
        for row in self.grid.sheet.rows:
            if row < first:
                yield self._above_header(row)
            elif row <= last:
                yield Line(row, "header")
            else:
                yield self._line(row)

    def _above_header(self, row: int) -> Line:
        own = self.grid.own(row)
        if len(own) <= 2 or any("：" in text or ":" in text for _, text in own):
            return Line(row, "title" if own else "blank")
        text = " ".join(text for _, text in own)[:60]
        self.doubts.at(row, None, text, "这一行在表头上方，没有导入。", "hint")
        return Line(row, "note")

    def _line(self, row: int) -> Line:
        own = self.grid.own(row)
        if not own:
            return Line(row, "blank")
        kind = self._fixed_kind(row, own) or self._kind(row, own)
        if kind in ("item", "measure"):
            self.in_notes = False
        elif kind == "note":
            self.in_notes = True
        return Line(row, kind, own[-1][1] if kind == "section" else "")

    def _signature(self, row: int) -> tuple[str, ...]:
        return tuple(squeeze(text) for _, text in self.grid.own(row))

    def _fixed_kind(self, row: int, own: list[tuple[int, str]]) -> Kind | None:
        """Kinds that show by their wording alone."""
        if own[0][0] <= self.title or len(own) <= 2:
            first = squeeze(own[0][1])
            if _TOTAL.match(first) and (len(first) <= 12 or len(own) == 1):
                return "total"
            if len(own) <= 2 and _NOTE.match(own[0][1]):
                return "note"
            if self._is_signed(own):
                return "note"
        if squeeze(own[0][1]) in self.openings:
            signature = self._signature(row)
            if signature in self.heads:
                return "header"
            if signature in self.above:
                return "title"
        return "header" if is_header_again(self.grid, row) else None

    def _is_signed(self, own: list[tuple[int, str]]) -> bool:
        """填表人：… 审核人：… below the table."""
        signed = sum(1 for _, text in own if ("：" in text or ":" in text) and _SIGNED.fullmatch(text))
        return signed * 2 > len(own)

    def _kind(self, row: int, own: list[tuple[int, str]]) -> Kind:
        if len(own) == 1:
            return self._kind_of_single(row, *own[0])
        if self._is_numbered_section(own):
            return "section"
        title = self._title(row, own)
        if self._says_nothing(row, own, title):
            return "note"
        if title and title not in DITTO:
            return self._item(row, own, title)
        return self._continuation(row, own)

    def _says_nothing(self, row: int, own: list[tuple[int, str]], title: str) -> bool:
        """A row that reports nothing (问题：无), or that shows how to fill the form in (例)."""
        texts = dict(own)
        example = self.number is not None and _EXAMPLE.fullmatch(texts.get(self.number, ""))
        measures = [texts.get(column, "") for column in self.columns.of("measures")]
        empty = title in _NOTHING and all(text in PLACEHOLDERS for text in measures)
        if example or empty:
            message = "这一行是填写示例，没有导入。" if example else "这一行写的是“无”，没有作为事项导入。"
            self.doubts.at(row, self.title, title, message, "hint")
        return bool(example) or empty

    def _title(self, row: int, own: list[tuple[int, str]]) -> str:
        block = self.grid.block(row, self.title)
        if block is not None and block.top == row:
            return self.grid.text(row, block.left)  # a title may also spread over the class beside it
        return dict(own).get(self.title, "")

    def _kind_of_single(self, row: int, column: int, text: str) -> Kind:
        block = self.grid.blocks.get((row, column))
        width = block.right - block.left + 1 if block else 1
        if width >= 3 and width * 2 >= len(self.columns.fields):
            return self._kind_of_wide(row, text)
        if column == self.number and is_numbering(text):
            message = "这一行只有序号，没有内容，未导入。"
            self.doubts.once("number only", row, column, "", message, "hint")
            return "blank"
        if column == self.title or column in self.levels:
            return self._kind_of_lone_title(row, column, text)
        if column in self.mapped and column != self.number:
            return self._continuation(row, [(column, text)])
        if column < self.title:
            return self._kind_of_wide(row, text)
        return self._continuation(row, [(column, text)])

    def _kind_of_wide(self, row: int, text: str) -> Kind:
        """A text across the table: a section's name, or a note."""
        section = not self.in_notes or bool(_SECTION.match(text))
        if section and len(text) <= _MAX_SECTION and not _DAY.fullmatch(text):
            return "section"
        message = "这一行是表内说明文字，没有作为事项导入。"
        self.doubts.at(row, None, text, message, "hint")
        return "note"

    def _kind_of_lone_title(self, row: int, column: int, text: str) -> Kind:
        numbered = self.number is not None and self.number < column
        if self.in_notes and numbered:
            return self._kind_of_wide(row, text)
        if (
            _SECTION.match(text)
            and not self.grid.block(row, column)
            and len(text) <= _MAX_SECTION
            and (numbered or self._is_apart(column))
        ):
            return "section"
        return (
            self._item(row, [(column, text)], text)
            if column == self.title
            else self._continuation(row, [(column, text)])
        )

    def _is_apart(self, column: int) -> bool:
        """Whether 一、… alone in the title's column cannot be an item: rows that say more are not numbered so."""
        if self._apart is None:
            rows = [self.grid.cells(row) for row in self.grid.sheet.rows if row > self.header.rows[-1]]
            titles = [texts[column] for texts in rows if len(texts) > 1 and column in texts]
            marked = sum(1 for text in titles if _SECTION.match(text))
            self._apart = bool(titles) and marked * 10 <= len(titles)
        return self._apart

    def _is_numbered_section(self, own: list[tuple[int, str]]) -> bool:
        """一 | 党的建设方面, where the items are numbered 1, 2, 3."""
        if len(own) != 2 or own[0][0] != self.number or not self.arabic:
            return False
        return (
            bool(_NUMERAL.fullmatch(own[0][1])) and own[1][0] <= self.title and len(own[1][1]) <= _MAX_SECTION
        )

    def _numbers_are_arabic(self) -> bool:
        if self.number is None:
            return False
        texts = [
            self.grid.text(row, self.number) for row in self.grid.sheet.rows if row > self.header.rows[-1]
        ]
        filled = [text for text in texts if text]
        return 2 * sum(1 for text in filled if any(char.isdigit() for char in text)) > len(filled)

    def _item(self, row: int, own: list[tuple[int, str]], title: str) -> Kind:
        number = self._number(row, own)
        same = self.current is not None and self.current[1] == title and number in ("", self.current[0])
        if same and len(own) > 1:
            return "measure"
        self.current = (number, title)
        return "item"

    def _number(self, row: int, own: list[tuple[int, str]]) -> str:
        if self.number is None:
            return ""
        own_number = dict(own).get(self.number, "")
        return own_number or (
            self.grid.seen(row, self.number) if self.grid.is_covered(row, self.number) else ""
        )

    def _continuation(self, row: int, own: list[tuple[int, str]]) -> Kind:
        """A row without a title of its own: more of the item above, unless it is numbered or stands alone."""
        number = dict(own).get(self.number, "") if self.number is not None else ""
        covered = self.grid.is_covered(row, self.title)
        if not covered and any(column in self.levels for column, _ in own):
            self.current = (number, "")
            return "item"  # a level above the title begins anew
        if self.current is None and not any(column in self.mapped for column, _ in own):
            self.doubts.at(row, own[0][0], own[0][1], "这一行不属于任何事项，没有导入。", "warning")
            return "note"
        if self.current is None or (not covered and not self._is_same_number(number)):
            self.current = (number, "")
            return "item"
        return "measure"

    def _is_same_number(self, number: str) -> bool:
        if not number or self.current is None or not is_numbering(number):
            return True
        mine = self.current[0].rstrip(".、．")
        return number == self.current[0] or bool(mine and re.match(rf"{re.escape(mine)}[-.．—(（]", number))


def _settle_sections(lines: list[Line], doubts: Doubts) -> list[Line]:
    """A section without an item below it is a note."""
    settled: list[Line] = []
    seen_item = False
    for line in reversed(lines):
        seen_item = seen_item or line.kind in ("item", "measure")
        if line.kind == "section" and not seen_item:
            message = "表格末尾的这一行没有作为事项导入，按说明文字处理。"
            doubts.at(line.row, None, line.text, message, "hint")
            settled.append(Line(line.row, "note"))
        else:
            settled.append(line)
    return settled[::-1]
