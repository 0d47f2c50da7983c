"""What the overview of a campaign shows further down: weeks, what falls due, the matrix, slips, tiers, burden."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from bihuan.api.call import Call, now
from bihuan.api.figures import AsOf, instant_of
from bihuan.api.parts import Id, Size, demand, fill
from bihuan.queries.burden import burden, this_year
from bihuan.queries.chosen import Chosen, campaign_of, filter_of
from bihuan.queries.counts import figures, open_colours
from bihuan.queries.facts import Fact, facts_of
from bihuan.queries.people import unit_labels
from bihuan.queries.tiers import tiers
from bihuan.queries.trend import falls_due, trend
from bihuan.rules.errors import Invalid
from bihuan.rules.figures import FIGURES, Ref
from bihuan.rules.permissions import Duty

router = Router(tags=["专项工作和数据"])


class WeekOut(Schema):
    """How many items there were at the end of ``day``."""

    day: date
    registered: int
    open: int
    closed: int


class DueOut(Schema):
    """What is open and falls due from ``first`` to ``last``."""

    first: date
    last: date
    count: int
    exact: bool = Field(description="count 是否准确；为 false 时至少有这么多")


class SpotOut(Schema):
    """The open items of a unit in a register, by colour."""

    unit: int
    name: str
    register_id: int
    colours: dict[str, int]


class StandingOut(Schema):
    """A unit in its tier."""

    unit: int
    name: str
    registered: int
    finished: int
    overdue: int
    finishing_rate: str
    overdue_rate: str


class TierOut(Schema):
    """A tier with its units, in the units' own order: nobody is ranked."""

    tier: str
    units: list[StandingOut]


class BurdenOut(Schema):
    """What a unit was asked for since the first of January."""

    unit: int
    name: str
    slips: int
    kinds: dict[str, int]
    asked: int
    items: int
    open_items: int
    waiting: int
    inspections: int
    meetings: int


class FigureOut(Schema):
    """A named number with its definition."""

    ref: str
    label: str
    value: str
    definition: str


class MoreOut(Schema):
    """The rest of the overview of a campaign, as far as the caller sees it; ``slips`` only where that is all of it.

    ``due`` and ``burden`` are those of now: empty where a day was given.
    """

    weeks: list[WeekOut]
    due: list[DueOut]
    matrix: list[SpotOut]
    slips: list[FigureOut]
    tiers: list[TierOut]
    burden: list[BurdenOut]


_SLIPS = ("slips", "slips_asked", "slips_answered", "slips_answered_in_time", "slips_answer_rate")


@router.get(
    "/campaigns/{campaign_id}/overview/more",
    response=MoreOut,
    summary="总览：走势、到期、分布、单据、分档、负担",
)
def more(request: Call, campaign_id: Id, as_of: AsOf) -> MoreOut:
    """Tell the further figures of a campaign."""
    demand(request.who.actor, Duty.READ)
    who, at, then = request.who, now(), instant_of(as_of)
    campaign = campaign_of(campaign_id, who)
    registers, units = who.within(campaign)
    ids = [r.pk for r in registers]
    wanted = filter_of(Chosen(campaign=campaign.pk), registers, who)
    return MoreOut(
        weeks=[fill(WeekOut, week) for week in trend(ids, then or at, units=units)],
        due=[fill(DueOut, due) for due in falls_due(wanted, at) if then is None],
        matrix=_matrix(ids, units, then),
        slips=_slips(ids, then) if units is None else [],
        tiers=[
            TierOut(tier=group.tier.name, units=[fill(StandingOut, unit) for unit in group.units])
            for group in tiers(ids, as_of=then, units=units)
        ],
        burden=[fill(BurdenOut, unit) for unit in burden(*this_year(at), units=units) if then is None],
    )


def _matrix(registers: list[int], units: frozenset[int] | None, then: datetime | None) -> list[SpotOut]:
    names: dict[int, str] = unit_labels()
    found = open_colours(registers, as_of=then, units=units)
    return [
        SpotOut(unit=unit, name=names.get(unit, ""), register_id=register, colours=colours)
        for (unit, register), colours in sorted(found.items())
    ]


def _slips(registers: list[int], then: datetime | None) -> list[FigureOut]:
    values: dict[str, Any] = figures([Ref(name) for name in _SLIPS], registers, as_of=then)
    return [
        FigureOut(
            ref=name, label=FIGURES[name].label, value=values[name], definition=FIGURES[name].definition
        )
        for name in _SLIPS
    ]


class FactOut(Schema):
    """One line of a figure: the item (null: none), how much it counts, and the entry by which it does, with its hash."""

    item_id: int | None
    number: str
    title: str
    amount: int
    seq: int
    kind: str
    at: datetime
    hash: str


class FactsOut(Schema):
    """A figure with its definition and a page of its lines, whose amounts add up to it; ``parts`` are the figures of a rate."""

    ref: str
    label: str
    value: str
    definition: str
    parts: list[str]
    rows: list[FactOut]
    next: int = Field(description="下一页的 after；到底为 0")


@router.get("/campaigns/{campaign_id}/facts", response=FactsOut, summary="一个数据项的口径和逐条出处")
def facts(
    request: Call,
    campaign_id: Id,
    ref: Annotated[str, Query("registered", max_length=400, description="数据项，如 open[colour=red]")],
    as_of: Annotated[datetime | None, Query(None, description="时点；不给为现在")],
    seq: Annotated[int, Query(0, ge=0, le=2**53, description="只计到第几条留痕；0 为全部")],
    after: Annotated[int, Query(0, ge=0, le=2**53, description="从哪里接着读：上一页答复里的 next")],
    size: Size,
) -> FactsOut:
    """Tell what a figure of a campaign is made of, as far as the caller sees it."""
    demand(request.who.actor, Duty.READ)
    who, wanted = request.who, Ref.parse(ref)
    registers, units = who.within(campaign_of(campaign_id, who))
    if as_of is not None and as_of.tzinfo is None:
        raise Invalid("时点 as_of 没有时区。", hint="请写成 2026-03-05T17:00:00+08:00 的样子，带时区。")
    found = facts_of(
        wanted, [r.pk for r in registers], as_of=as_of, upto=seq or None, units=units, after=after, size=size
    )
    return FactsOut(
        ref=str(wanted),
        label=found.definition.label,
        value=found.value,
        definition=found.definition.definition,
        parts=[str(part) for part in found.parts],
        rows=[_fact(row) for row in found.rows],
        next=found.next,
    )


def _fact(row: Fact) -> FactOut:
    item = row.item
    named = {"item_id": item.pk, "number": item.number, "title": item.title} if item else {}
    return fill(FactOut, row, **{"item_id": None, "number": "", "title": "", **named})
