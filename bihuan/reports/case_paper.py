"""A case review as a document in the official layout: what it is about, cause, turning points with their proof, lesson."""

from __future__ import annotations

from bihuan.queries.closing import CaseDetail, Turn
from bihuan.reports.wordfile import paragraph, row, table, word_file
from bihuan.rules.clocked import CHINA
from bihuan.rules.slip_words import day_words

_TURNS = (
    ("时间", 1850),
    ("事项编号", 1900),
    ("关键节点", 2395),
    ("留痕号", 800),
    ("哈希值前12位", 1900),
)


def write_case(found: CaseDetail) -> bytes:
    """Return the review as a docx."""
    case = found.case
    parts = [
        paragraph("Title", case.title),
        paragraph("Normal", ""),
        paragraph("Heading1", "一、基本情况"),
        *(paragraph("Body", text) for text in _items(found)),
        paragraph("Heading1", "二、问题成因"),
        *_paragraphs(case.cause),
        paragraph("Heading1", "三、关键节点"),
        paragraph("Caption", "关键节点及留痕"),
        _turns(found.turns),
        paragraph("Heading1", "四、经验教训"),
        *_paragraphs(case.lesson),
        paragraph("Signature", found.office),
        paragraph("SignedOn", day_words(case.at.astimezone(CHINA).date())),
        paragraph("DataNote", f"注：本材料记入台账（案例复盘 {case.pk}）。各关键节点取自事项的留痕，可按留痕号和哈希值核对。"),
    ]  # fmt: skip
    return word_file("".join(parts), title=case.title, creator=found.office)


def _items(found: CaseDetail) -> list[str]:
    pairs = list(zip(found.items, found.owners, strict=True))
    if len(pairs) == 1:
        item, owner = pairs[0]
        who = f"，责任单位{owner}" if owner else ""
        return [f"{_ended(item.title)}（编号{item.number}{who}）"]
    listed = [
        f"{n}.{_ended(i.title)}（编号{i.number}{f'，责任单位{o}' if o else ''}）"
        for n, (i, o) in enumerate(pairs, 1)
    ]
    return [f"本案例涉及{len(pairs)}个事项：", *listed]


def _ended(text: str) -> str:
    return " ".join(text.split()).rstrip("。；;.")


def _paragraphs(text: str) -> list[str]:
    return [paragraph("Body", line.strip()) for line in text.splitlines() if line.strip()]


def _turns(turns: list[Turn]) -> str:
    widths = tuple(width for _, width in _TURNS)
    styles = ("TableNumber", "TableNumber", "TableText", "TableNumber", "TableNumber")
    head = row(((width, name, "TableHead") for name, width in _TURNS), head=True)
    lines = (
        row(zip(widths, (_day(t), t.number, t.text, f"#{t.seq}", t.hash[:12]), styles, strict=True))
        for t in turns
    )
    return table(widths, head + "".join(lines))


def _day(turn: Turn) -> str:
    return day_words(turn.at.astimezone(CHINA).date())
