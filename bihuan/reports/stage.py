"""The stage report of a campaign, gathered from the ledger as of an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bihuan.ledger.reading import head
from bihuan.ledger.tables import Row as ItemRow
from bihuan.models import Campaign, Register, Seal, Unit
from bihuan.queries.as_of import Moment, items_as_of
from bihuan.queries.counts import cells, deeds, figures, registers_of
from bihuan.queries.people import directory
from bihuan.reports import stage_deeds
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
    LedgerPosition,
    OpenItem,
    Row,
    StageContext,
)
from bihuan.rules.clocked import CHINA
from bihuan.rules.figures import FIGURES, Cells, Deeds, Ref
from bihuan.rules.procedure_types import COLOURS, WORST_FIRST
from bihuan.rules.workflow import OPEN, RUNNING, STATE_NAMES, State

#: How far ahead the next steps look.
AHEAD = timedelta(days=30)
_COLUMNS = ("registered", "finished", "finishing_rate", "open", "overdue")


@dataclass(frozen=True)
class Letterhead:
    """What an office writes around the report. Empty values are filled from the campaign."""

    title: str = ""
    office: str = ""
    recipient: str = ""
    document_number: str = ""
    contact: str = ""


@dataclass
class _Source:
    """Everything read from the ledger for one report."""

    campaign: Campaign
    registers: Sequence[Register]
    as_of: datetime
    seq: int
    moment: Moment
    cells: Cells
    deeds: Deeds
    units: dict[int, str]
    refs: dict[str, Ref] = field(default_factory=dict)

    def ref(self, name: str, **dims: object) -> str:
        """Note a figure that the report prints and return its reference."""
        ref = Ref.of(name, **dims)
        self.refs[str(ref)] = ref
        return str(ref)


def stage_context(
    campaign: Campaign,
    as_of: datetime,
    *,
    period_from: date | None = None,
    letterhead: Letterhead | None = None,
    using: str = "default",
) -> StageContext:
    """Return the stage report of ``campaign`` as of the aware instant ``as_of``, with what was closed since ``period_from``."""
    source = _read(campaign, as_of, using)
    further = _further(source, period_from, using)
    words = letterhead or Letterhead()
    day = as_of.astimezone(CHINA).date()
    tables = {
        "by_register": _breakdown(source, "register", {str(r.pk): r.name for r in source.registers}),
        "by_unit": _breakdown(source, "unit", {str(k): v for k, v in source.units.items()}),
        "by_class": _breakdown(source, "class", {}),
    }
    colours = _colours(source)
    for name in SENTENCE_FIGURES:
        source.ref(name)
    return StageContext(
        title=words.title or f"{campaign.name}阶段性工作情况报告",
        office=words.office or Unit.objects.using(using).get(pk=campaign.unit_id).name,
        recipient=words.recipient,
        document_number=words.document_number,
        campaign=campaign.name,
        period_from=period_from,
        as_of=as_of.astimezone(CHINA),
        figures=_values(source, using),
        position=position_now(using),
        signed_on=day,
        contact=words.contact,
        colours=colours,
        done=_done(source, period_from),
        open_items=_open(source),
        next_steps=_next(source, day),
        next_until=day + AHEAD,
        annex=_annex(source),
        rules=stage_deeds.issued_rules(
            [r.pk for r in source.registers], as_of, source.seq, source.units, using
        ),
        **tables,
        **further,
    )


def _further(source: _Source, since: date | None, using: str) -> dict[str, Breakdown]:
    ids = [r.pk for r in source.registers]
    period = deeds(ids, since=since, as_of=source.as_of, upto=source.seq, using=using)
    return stage_deeds.tables(source.deeds, period, source.units, source.ref, since)


def _read(campaign: Campaign, as_of: datetime, using: str) -> _Source:
    registers = registers_of(campaign.pk, using)
    ids = [r.pk for r in registers]
    seq = head(using)[0]
    return _Source(
        campaign=campaign,
        registers=registers,
        as_of=as_of,
        seq=seq,
        moment=items_as_of(registers, as_of, upto=seq, using=using),
        cells=cells(ids, facet="cube", as_of=as_of, upto=seq, using=using),
        deeds=deeds(ids, as_of=as_of, upto=seq, using=using),
        units=directory(using).labels,
    )


def _values(source: _Source, using: str) -> dict[str, FigureValue]:
    ids = [r.pk for r in source.registers]
    values = figures(source.refs.values(), ids, as_of=source.as_of, upto=source.seq, using=using)
    return {text: figure_value(ref, values[text]) for text, ref in source.refs.items()}


def figure_value(ref: Ref, value: str) -> FigureValue:
    """Return the figure ``ref`` with its ``value`` as reports print it."""
    known = FIGURES[ref.name]
    return FigureValue(str(ref), known.label, value, known.unit, known.definition)


def position_now(using: str = "default") -> LedgerPosition:
    """Return where the ledger stands: what a report is written from."""
    seq, digest, _ = head(using)
    seal = Seal.objects.using(using).order_by("-count").first()
    if seal is None:
        return LedgerPosition(seq, digest.hex())
    return LedgerPosition(seq, digest.hex(), seal.root, seal.count, seal.at.astimezone(CHINA))


def _breakdown(source: _Source, dim: str, labels: dict[str, str]) -> Breakdown:
    name = "klass" if dim == "class" else dim
    present = {str(getattr(key, name)) for key, sums in source.cells.items() if sums.items} - {"", "0"}
    order = [*(k for k in labels if k in present), *sorted(present - set(labels))]
    rows = tuple(
        Row(labels.get(key, key), {c: _cell(source, c, dim, key) for c in _COLUMNS}) for key in order
    )
    return Breakdown(tuple(Column(c, FIGURES[c].label) for c in _COLUMNS), rows)


def _cell(source: _Source, name: str, dim: str, key: str) -> str:
    return source.ref(name, **{"class_" if dim == "class" else dim: key})


def _colours(source: _Source) -> tuple[Cut, ...]:
    present = {key.colour for key, sums in source.cells.items() if sums.items and key.state in OPEN}
    return tuple(Cut(COLOURS[c], source.ref("open", colour=c)) for c in WORST_FIRST if c in present)


def _done(source: _Source, since: date | None) -> tuple[DoneItem, ...]:
    found = [i for i in source.moment.items if i["state"] == State.CLOSED and _after(i, since)]
    found.sort(key=lambda i: (i["closed_at"], i["id"]))
    return tuple(
        DoneItem(i["number"], _title(i), _owner(source, i), _day(i["closed_at"]), i["progress"])
        for i in found
    )


def _after(item: ItemRow, since: date | None) -> bool:
    return since is None or _day(item["closed_at"]) >= since


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def _title(item: ItemRow) -> str:
    """The title as it stands inside a sentence: without the full stop that closed it in the ledger."""
    return str(item["title"]).rstrip("。；;.")


def _owner(source: _Source, item: ItemRow) -> str:
    return source.units.get(item["owner_id"], "")


def due_words(item: ItemRow) -> str:
    """Return an item's deadline as a report prints it: its date, with 长期坚持 where it goes on."""
    if item["due"] is None:
        return "长期坚持" if item["ongoing"] else (item["due_text"] or "未定")
    day = item["due"]
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text}，并长期坚持" if item["ongoing"] else text


def _open(source: _Source) -> tuple[OpenItem, ...]:
    found = [i for i in source.moment.items if i["state"] in OPEN]
    found.sort(key=lambda i: (WORST_FIRST.index(i["colour"]), not i["overdue"], i["due_order"], i["id"]))
    return tuple(_open_item(source, i) for i in found)


def _open_item(source: _Source, item: ItemRow) -> OpenItem:
    return OpenItem(
        number=item["number"],
        title=_title(item),
        owner=_owner(source, item),
        due=due_words(item),
        colour=COLOURS[item["colour"]],
        state=STATE_NAMES[item["state"]],
        overdue=item["overdue"],
        reason=item["difficulty"],
    )


def _next(source: _Source, day: date) -> tuple[DueGroup, ...]:
    """What falls due in the time ahead: items, and measures that have a date of their own."""
    groups: dict[date, list[DueItem]] = {}
    for item in source.moment.items:
        if item["state"] not in RUNNING:
            continue
        owner = _owner(source, item)
        for measure in source.moment.measures.get(item["id"], ()):
            if measure["state"] == "open" and _ahead(measure["due"], day) and measure["due"] != item["due"]:
                due = DueItem(item["number"], _title(item), owner, measure["text"])
                groups.setdefault(measure["due"], []).append(due)
        if _ahead(item["due"], day):
            groups.setdefault(item["due"], []).append(DueItem(item["number"], _title(item), owner))
    return tuple(DueGroup(due, tuple(groups[due])) for due in sorted(groups))


def _ahead(due: date | None, day: date) -> bool:
    return due is not None and day < due <= day + AHEAD


def _annex(source: _Source) -> tuple[AnnexRow, ...]:
    return tuple(
        AnnexRow(
            number=i["number"],
            title=i["title"],
            klass=i["klass"],
            owner=_owner(source, i),
            due=due_words(i),
            state=STATE_NAMES[i["state"]],
            colour=COLOURS[i["colour"]] if i["state"] in OPEN else "",
            progress=_progress(i),
        )
        for i in source.moment.items
    )


def _progress(item: ItemRow) -> str:
    if item["state"] in OPEN and item["difficulty"]:
        return f"{item['progress']}（{item['difficulty']}）" if item["progress"] else item["difficulty"]
    return str(item["progress"])
