"""Rendering a Word template in a sandbox; a mistake in it is told with its place.

The templates speak docxtpl's language ({{ 值 }}, {%p for … %}, {%tr …%}, {%tc …%}). Rendered values are text, never XML, so a
template cannot break the file; nothing in a template can reach Python, add up numbers or build text without end.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree  # type: ignore[import-untyped]

from bihuan.reports import layout
from bihuan.reports.marks import plain
from bihuan.reports.package import NotAReport, read_zip, write_zip
from bihuan.reports.reading import parse
from bihuan.reports.template_mistakes import check_syntax_tree, tell
from bihuan.reports.template_tags import Paragraphs, TemplateInvalid, check_tags, lift_whole_tags

FILTERS = ("default", "first", "last", "length")
MAX_RENDERED = 200_000_000
_FIGURE_WIDTH, _TABLE_CHARACTER, _CELL_MARGINS = 760, 210, 120
_DOTX, _DOCX = b".template.main+xml", b".document.main+xml"
_PARTS = {"body": "正文", "hdr": "页眉", "ftr": "页脚", "footnotes": "脚注"}


class TemplateFunction:
    """A function that templates may call; they may call nothing else."""

    def __init__(self, function: Callable[..., str]) -> None:
        self._function = function

    def __call__(self, *arguments: object) -> str:
        """Call the function."""
        return self._function(*arguments)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without Python: no attribute that begins with _, no method, few filters, no name that is not given."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether a template may call ``obj``: "x".ljust(10 ** 9) would fill the memory."""
        return isinstance(obj, TemplateFunction)


class OfficeTemplate(DocxTemplate):  # type: ignore[misc]
    """A Word template. ``render`` raises ``TemplateInvalid`` with the place of the first mistake."""

    def __init__(self, source: Path | str | bytes | BinaryIO) -> None:
        """Raises ``NotAReport`` for a file that is no docx (or dotx)."""
        parts = read_zip(source)
        kinds = parts.get("[Content_Types].xml", b"")
        if "word/document.xml" not in parts or b"macroEnabled" in kinds:
            raise NotAReport("模板不是 Word 文件（docx）。", hint="请用 Word 另存为 docx（不带宏）再选用。")
        parts["[Content_Types].xml"] = kinds.replace(_DOTX, _DOCX)
        super().__init__(io.BytesIO(write_zip(parts)))
        self._paragraphs: Paragraphs | None = None
        try:
            self.init_docx()
            self.get_xml()
        except Exception as error:
            raise NotAReport(
                f"模板打不开，可能已损坏（{error}）。", hint="请用 Word 打开并另存后再试。"
            ) from error

    def fill(self, values: Mapping[str, object]) -> bytes:
        """The docx with ``values`` filled in. Raises ``TemplateInvalid``."""
        try:
            self.render(dict(values), Sandbox())
        except TemplateInvalid:
            raise
        except Exception as error:
            raise tell(error, None, values) from error
        out = io.BytesIO()
        self.save(out)
        return out.getvalue()

    def patch_xml(self, src_xml: str) -> str:
        """Check the tags and make line N + 1 of the XML paragraph N; docxtpl then joins tags that Word has split."""
        root = parse(src_xml.replace("\n", " ").encode())
        part = _PARTS.get(etree.QName(root).localname, "正文")
        self._paragraphs = Paragraphs(parse(src_xml.encode()), part)
        check_tags(self._paragraphs)
        lift_whole_tags(root)
        numbered = re.sub(r"<w:p(?=[ />])", "\n<w:p", self.xml_to_string(root))
        return str(super().patch_xml(numbered))

    def render_xml_part(
        self, src_xml: str, part: object, context: Mapping[str, Any], jinja_env: Any = None
    ) -> str:
        """Render one part. Unlike docxtpl's own, it changes nothing in the text of the values."""
        try:
            check_syntax_tree(jinja_env.parse(src_xml), context, self._paragraphs)
            rendered = "".join(_limited(jinja_env.from_string(src_xml).generate(context)))
        except TemplateInvalid:
            raise
        except Exception as error:
            raise tell(error, self._paragraphs, context) from error
        return rendered.replace("\n", "")

    def fix_tables(self, xml: str) -> etree._Element:
        """Parse the rendered body strictly (docxtpl mends broken XML by dropping parts of it) and fit its tables."""
        tree = etree.fromstring(xml.encode())
        for table in list(tree.iter(qn("w:tbl"))):
            fit_table(table)
        return tree


def fit_table(table: etree._Element) -> None:
    """Share a table's width among the columns that a {%tc for %} made: the first keeps its own.

    A table left without rows, or a cell without a paragraph, would make Word call the file damaged.
    """
    rows = table.findall(qn("w:tr"))
    if not rows:
        table.getparent().remove(table)
        return
    for cell in table.iter(qn("w:tc")):
        if cell.find(qn("w:p")) is None:
            etree.SubElement(cell, qn("w:p"))
    columns = max(len(row.findall(qn("w:tc"))) for row in rows)
    grid = table.find(qn("w:tblGrid"))
    if not any(True for _ in table.iter(qn("w:gridSpan"))) and columns != len(grid):
        _share_width(grid, rows, columns)


def _share_width(grid: etree._Element, rows: list[etree._Element], columns: int) -> None:
    """The first column grows to hold its longest text as long as the others stay wide enough for a figure."""
    old = [int(float(column.get(qn("w:w"), "0"))) for column in grid]
    wanted = max(_text_width(row.find(qn("w:tc"))) for row in rows)
    first = max(old[0], min(wanted, sum(old) - _FIGURE_WIDTH * (columns - 1))) if columns > 1 else sum(old)
    widths = [first] + [(sum(old) - first) // max(columns - 1, 1)] * (columns - 1)
    for column in list(grid):
        grid.remove(column)
    for width in widths:
        etree.SubElement(grid, qn("w:gridCol"), {qn("w:w"): str(width)})
    for row in rows:
        for cell, width in zip(row.findall(qn("w:tc")), widths, strict=False):
            for asked in cell.iter(qn("w:tcW")):
                asked.set(qn("w:w"), str(width))


def _text_width(cell: etree._Element | None) -> int:
    """The width of a cell's text in one line, in twips."""
    text = "" if cell is None else plain("".join(node.text or "" for node in cell.iter(qn("w:t"))))
    return round(layout.width(text) * _TABLE_CHARACTER) + _CELL_MARGINS


def _limited(pieces: Iterable[str]) -> Iterator[str]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > MAX_RENDERED:
            raise TemplateInvalid("填入内容后的文件太大，请检查模板里是否有重复的循环。")
        yield piece
