"""What the overview of a campaign shows further down: weeks, what falls due, the matrix, slips, tiers, burden."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from ninja import Field, Router, Schema

from bihuan.api.call import Call, now
from bihuan.api.parts import Id, demand, fill
from bihuan.queries.burden import burden
from bihuan.queries.chosen import Chosen, campaign_of, filter_of
from bihuan.queries.counts import figures, open_colours
from bihuan.queries.people import unit_labels
from bihuan.queries.tiers import tiers
from bihuan.queries.trend import falls_due, trend
from bihuan.rules.clocked import CHINA
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
    """The rest of the overview of a campaign, as far as the caller sees it; ``slips`` only where that is all of it."""

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
def more(request: Call, campaign_id: Id) -> MoreOut:
    """Tell the further figures of a campaign."""
    demand(request.who.actor, Duty.READ)
    who, at = request.who, now()
    campaign = campaign_of(campaign_id, who)
    registers = who.registers_in(campaign)
    units = who.units_in(registers[0]) if registers else who.units
    ids = [r.pk for r in registers]
    wanted = filter_of(Chosen(campaign=campaign.pk, state="open"), registers, who)
    year = datetime.combine(at.astimezone(CHINA).date().replace(month=1, day=1), time(), CHINA)
    return MoreOut(
        weeks=[fill(WeekOut, week) for week in trend(ids, at, units=units)],
        due=[fill(DueOut, due) for due in falls_due(wanted, at)],
        matrix=_matrix(ids, units),
        slips=_slips(ids) if units is None else [],
        tiers=[
            TierOut(tier=group.tier.name, units=[fill(StandingOut, unit) for unit in group.units])
            for group in tiers(ids, units=units)
        ],
        burden=[fill(BurdenOut, unit) for unit in burden(year, at + timedelta(seconds=1), units=units)],
    )


def _matrix(registers: list[int], units: frozenset[int] | None) -> list[SpotOut]:
    names: dict[int, str] = unit_labels()
    found = open_colours(registers, units=units)
    return [
        SpotOut(unit=unit, name=names.get(unit, ""), register_id=register, colours=colours)
        for (unit, register), colours in sorted(found.items())
    ]


def _slips(registers: list[int]) -> list[FigureOut]:
    values: dict[str, Any] = figures([Ref(name) for name in _SLIPS], registers)
    return [
        FigureOut(
            ref=name, label=FIGURES[name].label, value=values[name], definition=FIGURES[name].definition
        )
        for name in _SLIPS
    ]
