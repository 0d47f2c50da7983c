"""Make workbooks for the tests: from plain rows, and from random items whose reading is known."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import xlwt
from hypothesis import strategies as st
from openpyxl import Workbook

from bihuan.excel.preview import Preview, SheetPreview, preview

TODAY = date(2024, 3, 1)
UNITS = (
    "县委办公室 县委组织部 县委宣传部 县财政局 县教育局 县公安局 县民政局 县审计局 县住房和城乡建设局 县市场监督管理局 县农业农村局 城关镇 南河乡 "
    "县水利局 县司法局 县人力资源和社会保障局 县卫生健康委员会 县行政审批服务局 县交通运输局 县生态环境分局"
).split()
ALIASES = {"县住建局": "县住房和城乡建设局", "县委办": "县委办公室", "县人社局": "县人力资源和社会保障局"}

Row = Sequence[object]


class Directory:
    """The units that the tests know."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._names = dict.fromkeys(UNITS) if names is None else names

    def names(self) -> Mapping[str, str]:
        known = {name: unit or name for name, unit in self._names.items()}
        return known | (ALIASES if UNITS[0] in known else {})


def xlsx(
    rows: Iterable[Row],
    merges: Iterable[str] = (),
    *,
    title: str = "台账",
    hidden_rows: Iterable[int] = (),
    formats: Mapping[str, str] | None = None,
    top: int = 1,
) -> bytes:
    """A workbook of one sheet. Values that begin with = stay text."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for number, row in enumerate(rows, top):
        for column, value in enumerate(row, 1):
            if value is not None:
                cell = sheet.cell(number, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    for area in merges:
        sheet.merge_cells(area)
    for number in hidden_rows:
        sheet.row_dimensions[number].hidden = True
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(
    rows: Iterable[Row], merges: Iterable[tuple[int, int, int, int]] = (), *, hidden_rows: Iterable[int] = ()
) -> bytes:
    """An xls of one sheet; ``merges`` are (top, left, bottom, right) with rows from 1 and columns from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("台账", cell_overwrite_ok=True)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    for top, left, bottom, right in merges:
        sheet.merge(top - 1, bottom - 1, left, right)
    for number in hidden_rows:
        sheet.row(number - 1).hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(rows: Iterable[Row], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A csv file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(["" if v is None else v for v in row] for row in rows)
    return out.getvalue().encode(encoding)


def patched(data: bytes, part: str, content: bytes | None = None, **more: bytes) -> bytes:
    """An xlsx with one part replaced or added; ``more`` as name with / written __."""
    out = io.BytesIO()
    parts = {part: content} if content is not None else {}
    parts |= {name.replace("__", "/"): value for name, value in more.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, value in parts.items():
            new.writestr(name, value)
    return out.getvalue()


def sheet_xml(rows: bytes, tail: bytes = b"") -> bytes:
    """The XML of a worksheet."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + space + b'"><sheetData>' + rows + b"</sheetData>" + tail + b"</worksheet>"


def look(
    source: bytes, *, name: str = "台账.xlsx", names: Mapping[str, str] | None = None, **more: object
) -> Preview:
    """A preview with the tests' units and day."""
    return preview(source, directory=Directory(names), today=TODAY, name=name, **more)  # type: ignore[arg-type]


def look_at(rows: Iterable[Row], merges: Iterable[str] = (), **more: object) -> SheetPreview:
    """The preview of a one-sheet workbook made of ``rows``."""
    return look(xlsx(rows, merges, **more)).sheets[0]  # type: ignore[arg-type]


def mapping(sheet: SheetPreview) -> dict[str, object]:
    """Header path joined by / → field."""
    return {path: name for path, (_, name) in sheet.headed().items()}


def messages(sheet: SheetPreview) -> list[tuple[int | None, str | None, str, str]]:
    """(row, column, value, severity) of each problem."""
    return [(p.row, p.column, p.value, p.severity) for p in sheet.problems]


# --- random ledgers whose reading is known ---


@dataclass
class Step:
    """A measure: its words, and what its row says where columns vary by measure."""

    words: str
    owner: str
    due: tuple[object, date | None, bool]
    progress: str


@dataclass
class Case:
    """An item as it should be read."""

    title: str
    class_: str
    lead: str
    helpers: list[str]
    steps: list[Step] = field(default_factory=list)


_PARTS = st.sampled_from(
    "加强学习教育 完善管理制度 开展专项检查 压实主体责任 新建管网2.4公里 投入资金1.5亿元 落实《条例》第3、4条要求 制定2025年计划 建立台账，逐项销号".split()
)
_TITLES = st.sampled_from(
    "理论学习不深入 项目推进缓慢 资金拨付不及时 群众反映强烈的积水问题未解决 执法检查频次高 2023年度任务完成率低于85% 制度执行不严".split()
)
DUES: tuple[tuple[object, date | None, bool], ...] = (
    ("2024年6月底前", date(2024, 6, 30), False),
    ("2024年12月31日", date(2024, 12, 31), False),
    ("10月中旬", date(2024, 10, 20), False),
    ("立行立改", None, False),
    ("长期坚持", None, True),
    ("2024年底前，并长期坚持", date(2024, 12, 31), True),
    (date(2024, 5, 31), date(2024, 5, 31), False),
    (45473, date(2024, 6, 30), False),
    ("2024.9", date(2024, 9, 30), False),
    ("每季度", None, True),
)

steps = st.builds(
    Step,
    st.builds(lambda a, b: f"{a}{b}", _PARTS, st.sampled_from(["", "，确保取得实效", "。", "（牵头办理）"])),
    st.sampled_from(UNITS),
    st.sampled_from(DUES),
    st.sampled_from(["", "已完成60%", "正在推进", "已印发通知。"]),
)
cases = st.builds(
    Case,
    _TITLES,
    st.sampled_from(["政治建设", "作风建设", "干部队伍"]),
    st.sampled_from(["张建国", "李敏", "欧阳明"]),
    st.lists(st.sampled_from(UNITS), max_size=3, unique=True),
    st.lists(steps, min_size=1, max_size=4),
)
