"""Slips on paper: one page each, in the official layout, with a receipt stub to sign and send back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bihuan.models import Item, Slip
from bihuan.queries.people import directory
from bihuan.reports import layout
from bihuan.reports.wordfile import paragraph, row, table, word_file
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid
from bihuan.rules.slip_words import TITLES, day_words, instant_words

#: More slips than this are printed in several files.
MOST_PRINTED = 200


class NotIssued(Invalid):
    """这张单据还没有发出，不能打印。"""

    code = "not-issued"
    default_hint = "请先由签批人签批；签批后有了编号，就可以打印。"


@dataclass(frozen=True)
class SlipPaper:
    """What a slip shows on paper. ``recipient`` is the unit, ``to`` and ``copy`` the words for its readers."""

    name: str
    number: str
    office: str
    recipient: str
    to: str
    copy: str
    text: str
    answer_by: str
    item: str
    signed_on: date


def papers(slips: Iterable[Slip], using: str = "default") -> list[SlipPaper]:
    """Return what these slips show on paper, in their order. Raises NotIssued for one that has no number yet."""
    listed = list(slips)
    names = directory(using).labels
    items = Item.objects.using(using).in_bulk([s.item_id for s in listed])
    return [_paper(slip, items[slip.item_id], names) for slip in listed]


def _paper(slip: Slip, item: Item, names: dict[int, str]) -> SlipPaper:
    if slip.issued_at is None:
        raise NotIssued(f"“{slip.rung}”（{item.number}）还没有发出，不能打印。")
    return SlipPaper(
        name=slip.rung,
        number=slip.number,
        office=names[slip.office_id],
        recipient=names[slip.unit_id],
        to="、".join(TITLES[role] for role in slip.to),
        copy="、".join(TITLES[role] for role in slip.copy),
        text=slip.text,
        answer_by=instant_words(slip.answer_due) if slip.answer_due else "",
        item=item.number,
        signed_on=slip.issued_at.astimezone(CHINA).date(),
    )


def write_slips(slips: Sequence[SlipPaper]) -> bytes:
    """Return one docx with a page for each slip. Raises Invalid when there is none."""
    if not slips:
        raise Invalid("没有要打印的单据。", hint="请先选择已发出的单据。")
    body = "".join(_page(slip, new_page=n > 0) for n, slip in enumerate(slips))
    title = slips[0].name if len(slips) == 1 else f"{slips[0].name}等{len(slips)}份单据"
    return word_file(body, title=title, creator=slips[0].office)


def _page(slip: SlipPaper, *, new_page: bool) -> str:
    parts = [
        paragraph("Title", slip.name, new_page=new_page),
        paragraph("DocumentNumber", slip.number),
        paragraph("Normal", ""),
        paragraph("Recipient", f"{slip.recipient}（{slip.to}）："),
        *(paragraph("Body", text) for text in slip.text.splitlines() if text.strip()),
        paragraph("Body", _answer(slip)),
        paragraph("Signature", slip.office),
        paragraph("SignedOn", day_words(slip.signed_on)),
    ]
    if slip.copy:
        parts.append(paragraph("Contact", f"（抄送：{slip.copy}）"))
    return "".join([*parts, _stub(slip)])


def _answer(slip: SlipPaper) -> str:
    if slip.answer_by:
        return f"请于{slip.answer_by}书面答复，并在签收后将回执退回。"
    return "本单不要求书面答复，请签收后将回执退回。"


def _stub(slip: SlipPaper) -> str:
    """The receipt: which slip, who signed for it when; with room for a stamp."""
    label = 1500
    value = layout.TEXT_WIDTH // 2 - label
    widths = (label, value, label, value)
    rows = (("单据编号", slip.number, "事项编号", slip.item), ("签收单位", slip.recipient, "签收人", ""),
            ("签收时间", "　　年　月　日　时", "联系电话", ""))  # fmt: skip
    styles = ("TableHead", "TableText", "TableHead", "TableText")
    made = "".join(row(zip(widths, texts, styles, strict=True)) for texts in rows)
    return paragraph("Caption", "……………………………………　回　执　……………………………………") + table(widths, made)
