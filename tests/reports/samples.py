"""Made-up reports for the tests: a full one, and ones in which things are missing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from docx import Document

from bihuan.reports.context import (
    SENTENCE_FIGURES,
    AnnexRow,
    Breakdown,
    Column,
    Cut,
    DoneItem,
    DueGroup,
    DueItem,
    FigureValue,
    IssuedRule,
    LedgerPosition,
    OpenItem,
    Row,
    StageContext,
)
from bihuan.reports.manifest import Manifest
from bihuan.reports.verdict import Recomputed
from bihuan.rules.figures import FIGURES

CHINA = timezone(timedelta(hours=8))
AS_OF = datetime(2026, 11, 23, 18, 30, tzinfo=CHINA)
SEALED = LedgerPosition(1834, "ab12" * 16, "cd34" * 16, 1800, datetime(2026, 11, 23, 2, 0, tzinfo=CHINA))
VALUES = {
    "registered": "128", "measures": "356", "measures_done": "300", "measures_rate": "84.3%", "finished": "96",
    "finishing_rate": "75.0%", "open": "32", "overdue": "3", "reviewing": "5", "suspended": "1", "claimed": "2",
    "ongoing": "6", "merged": "2", "cancelled": "1", "looked_back": "12", "relapsed": "1", "reopened": "1", "extended": "4",
    "chosen": "5", "institutions": "2", "institutions_revised": "1", "slips": "9", "slips_asked": "7", "slips_answered": "6",
    "slips_answered_in_time": "5", "slips_in_time_rate": "71.4%", "inspections": "3", "walk_throughs": "1", "obstacles": "4",
    "findings": "12", "findings_registered": "10", "objections": "1",
    "reviews_passed": "310", "reviews_sent_back": "14", "meetings": "3", "meeting_items": "21", "requests": "9",
    "requests_approved": "6", "requests_refused": "2",
}  # fmt: skip
UNITS = (
    "市发展和改革委员会", "市教育局", "市住房和城乡建设局", "市交通运输局", "市生态环境局", "市卫生健康委员会",
    "市农业农村局", "市民政局", "市水利局", "城东区人民政府", "城西区人民政府", "高新区管委会",
)  # fmt: skip
TITLES = (
    "老旧小区供水管网改造进度滞后", "城东片区中小学学位供给不足", "农村饮水安全工程管护责任不落实",
    "部分政务服务事项仍需线下重复提交材料", "城区断头路打通工作推进缓慢", "养老服务设施闲置", "河道排污口溯源整治不彻底",
    "乡镇卫生院药品配备不足",
)  # fmt: skip
COLOURS = (("red", "红灯", "4"), ("yellow", "黄灯", "8"), ("green", "绿灯", "20"))
START = {"register": 200, "unit": 400, "class": 700}
COLUMNS = (
    ("registered", "登记"), ("measures", "措施"), ("finished", "销号"), ("finishing_rate", "销号率"), ("open", "在办"),
    ("overdue", "逾期"),
)  # fmt: skip


def figure(ref: str, value: str) -> FigureValue:
    """A figure as the ledger would give it."""
    known = FIGURES[ref.partition("[")[0]]
    return FigureValue(ref, known.label, value, known.unit, known.definition)


def sentence_figures(**values: str) -> dict[str, FigureValue]:
    """The figures of the sentences: 0 and — unless given."""
    start = {ref: "—" if ref.endswith("rate") else "0" for ref in SENTENCE_FIGURES}
    return {ref: figure(ref, value) for ref, value in {**start, **values}.items()}


def empty(**changes: object) -> StageContext:
    """A report on nothing: no item is registered."""
    made = StageContext(
        title="关于安全生产专项整治进展情况的报告",
        office="市安委办",
        recipient="",
        document_number="",
        campaign="安全生产专项整治",
        period_from=None,
        as_of=AS_OF,
        figures=sentence_figures(),
        position=LedgerPosition(12, "0f" * 32),
        signed_on=date(2026, 1, 5),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def rich(*, annex: int = 45, **changes: object) -> StageContext:
    """A full report of more than three pages, with ``annex`` rows in its annex."""
    figures = sentence_figures(**VALUES)
    cuts = tuple(Cut(label, f"open[colour={colour}]") for colour, label, _ in COLOURS)
    figures |= {
        f"open[colour={colour}]": figure(f"open[colour={colour}]", value) for colour, _, value in COLOURS
    }
    made = StageContext(
        title="关于群众反映突出问题专项整治进展情况的报告",
        office="市委市政府督查室",
        recipient="市委专项整治领导小组",
        document_number="市督〔2026〕18号",
        campaign="群众反映突出问题专项整治",
        period_from=date(2026, 9, 1),
        as_of=AS_OF,
        figures=figures,
        position=SEALED,
        signed_on=date(2026, 11, 23),
        contact="张明，0551-62345678",
        colours=cuts,
        by_register=breakdown(
            figures, "register", ("问题整改清单", "督查事项清单", "民生项目清单", "攻坚难题清单")
        ),
        by_unit=breakdown(figures, "unit", UNITS),
        by_class=breakdown(figures, "class", ("基础设施", "公共服务", "营商环境")),
        by_slip=table(figures, "kind", "slips", {"notice": ("通知单", "6"), "warning": ("预警单", "3")}),
        by_mode=table(
            figures, "kind", "inspections", {"special": ("专项督查", "2"), "walk": ("走流程", "1")}
        ),
        by_finding=table(figures, "class", "findings", {"": ("未分类", "2"), "财务": ("财务", "10")}),
        burden=table(
            figures, "unit", "slips", {str(n): (name, str(n)) for n, name in enumerate(UNITS[:3], 1)}
        ),
        rules=(
            IssuedRule("制〔2026〕1号", "供水管网巡检办法", UNITS[2], date(2026, 10, 8), date(2027, 10, 8)),
        ),
        done=tuple(done_item(n) for n in range(7)),
        open_items=tuple(open_item(n) for n in range(12)),
        next_steps=(
            DueGroup(
                date(2026, 11, 30),
                (
                    DueItem("WT-2026-0044", TITLES[1], UNITS[1]),
                    DueItem("WT-2026-0045", TITLES[2], UNITS[2], "完成“清零行动”第二阶段排查。"),
                ),
            ),
            DueGroup(date(2026, 12, 31), (DueItem("WT-2026-0046", TITLES[3], UNITS[3]),)),
        ),
        next_until=date(2026, 12, 31),
        annex=tuple(annex_row(n) for n in range(annex)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def breakdown(figures: dict[str, FigureValue], dim: str, labels: tuple[str, ...]) -> Breakdown:
    """A breakdown with a total; its figures are added to ``figures``."""
    columns = tuple(Column(key, heading) for key, heading in COLUMNS)
    rows = []
    for line, label in enumerate(labels):
        cells = {column.key: f"{column.key}[{dim}={line + 1}]" for column in columns}
        for number, (key, ref) in enumerate(cells.items()):
            value = (
                f"{line * 7 + 10}.5%" if key == "finishing_rate" else str(START[dim] + line * 11 + number * 3)
            )
            figures[ref] = figure(ref, value)
        rows.append(Row(label, cells))
    rows.append(Row("合计", {column.key: column.key for column in columns}))
    return Breakdown(columns, tuple(rows))


def table(
    figures: dict[str, FigureValue], dim: str, name: str, rows: dict[str, tuple[str, str]]
) -> Breakdown:
    """A table of one figure cut by ``dim``: key → label and value; the figures are added to ``figures``."""
    made = []
    for key, (label, value) in rows.items():
        ref = f"{name}[{dim}={key}]"
        figures[ref] = figure(ref, value)
        made.append(Row(label, {name: ref}))
    return Breakdown((Column(name, FIGURES[name].label),), tuple(made))


def done_item(n: int) -> DoneItem:
    """A closed item."""
    what = (
        "更换主管网12.6公里，完成23个小区二次供水设施改造，建立水质月检制度并向居民公示结果。\n组织回访136户"
    )
    return DoneItem(
        f"WT-2026-{n + 1:04d}", TITLES[n % 8], UNITS[n % 12], date(2026, 11, 20) - timedelta(n), what
    )


def open_item(n: int) -> OpenItem:
    """An open item: the first three are overdue, the tenth goes on for ever, some give no reason."""
    due = "2026年9月30日" if n < 3 else "长期坚持" if n == 9 else "2026年12月31日"
    reason = "" if n % 5 == 4 else "征地拆迁涉及12户未签约，施工许可尚未办理；已列入专题会议研究"
    colour = "红灯" if n < 4 else "黄灯" if n < 8 else "绿灯"
    return OpenItem(
        f"WT-2026-{n + 40:04d}", TITLES[n * 3 % 8], UNITS[n * 5 % 12], due, colour, "办理中", n < 3, reason
    )


def annex_row(n: int) -> AnnexRow:
    """A line of the annex: the first twenty are closed."""
    state, colour, progress = (
        ("已销号", "", "已完成") if n < 20 else ("办理中", "绿灯", "已完成60%。征地拆迁涉及12户未签约")
    )
    number = f"WT-2026-{n + 1:04d}"
    return AnnexRow(
        number, TITLES[n % 8], "基础设施", UNITS[n % 12], "2026年12月31日", state, colour, progress
    )


def ledger(ctx: StageContext, **changed: str) -> Callable[[Manifest], Recomputed]:
    """A ledger that says what ``ctx`` says, but for the figures in ``changed``."""

    def recompute(manifest: Manifest) -> Recomputed:
        assert manifest.as_of == ctx.as_of
        found = {ref: ctx.figures[ref] for ref in manifest.refs if ref in ctx.figures}
        found |= {ref: replace(found[ref], value=value) for ref, value in changed.items()}
        return Recomputed(found, ctx.position)

    return recompute


def rewritten(package: bytes, change: Mapping[str, Callable[[str], str]]) -> bytes:
    """A docx or xlsx with some parts changed as text, as an editor would; each change must change something."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name in change:
                changed = change[name](content.decode()).encode()
                assert changed != content, f"{name} did not change"
                content = changed
            new.writestr(name, content)
    return out.getvalue()


def part(package: bytes, name: str) -> str:
    """One part of a docx or xlsx as text."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name).decode()


def texts(docx: bytes) -> list[str]:
    """The paragraphs of a docx that are not empty, tables left out."""
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    paragraphs = Document(io.BytesIO(docx)).element.body.findall(f"{word}p")
    found = ("".join(node.text or "" for node in paragraph.iter(f"{word}t")) for paragraph in paragraphs)
    return [text for text in found if text]


def template(*paragraphs: str) -> bytes:
    """A Word template with these paragraphs."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
