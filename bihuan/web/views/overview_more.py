"""What the overview shows further down, loaded when it comes into sight: weeks, matrix, slips, tiers, burden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.models import Campaign, Register
from bihuan.queries.burden import UnitBurden, burden, this_year
from bihuan.queries.counts import figures, open_colours
from bihuan.queries.people import unit_labels
from bihuan.queries.scope import Scope
from bihuan.queries.tiers import Group, Standing, tiers
from bihuan.queries.trend import Week, falls_due, trend
from bihuan.rules.figures import FIGURES, Ref
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure_types import WORST_FIRST
from bihuan.rules.tiers import Tier
from bihuan.web import dates, filters
from bihuan.web.access import Request, opens_to
from bihuan.web.addresses import address_of
from bihuan.web.facts import Links

_SLIPS = ("slips", "slips_asked", "slips_answered", "slips_answered_in_time", "slips_answer_rate")


@dataclass(frozen=True)
class Spot:
    """One field of the matrix: how many are open, the worst colour among them, and the list behind it."""

    count: int
    colour: str
    link: str


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show the rest of the overview of a campaign, now or as of a day; whoever sees none yet is told so there."""
    if not request.who.campaigns:
        return redirect("overview")
    campaign = filters.campaign_of(filters.read(request.GET).campaign, request.who)
    day = dates.read_past_day(request.GET.get("as_of", ""))
    context = _context(request.who, campaign, dates.end_of(day) if day else None) | {"as_of": day}
    return render(request, "overview_more.html#more" if request.htmx else "overview_more.html", context)


def _context(who: Scope, campaign: Campaign, as_of: datetime | None) -> dict[str, Any]:
    (registers, units), now = who.within(campaign), dates.now()
    ids = [r.pk for r in registers]
    links = Links(campaign.pk, "owner" if units is not None else "", as_of)
    weeks = trend(ids, as_of or now, units=units)
    return {
        "campaign": campaign,
        "weeks": [_week(week, campaign) for week in weeks],
        "lines": _chart(weeks),
        "registers": registers,
        "matrix": _matrix(registers, units, links),
        "slips": _slips(ids, links) if units is None else [],
        "tiers": [_tier(group, links) for group in tiers(ids, as_of=as_of, units=units)],
        **(_present(who, campaign, registers, units, now) if as_of is None else {}),
    }


def _present(
    who: Scope, campaign: Campaign, registers: list[Register], units: frozenset[int] | None, now: datetime
) -> dict[str, Any]:
    """What is told of now alone: what falls due, and what each unit is asked for."""
    mine = filters.filter_of(filters.Chosen(campaign=campaign.pk), registers, who)
    return {
        "running": filters.GROUPS["running"][0],
        "due": [
            (d, filters.address(campaign=campaign.pk, state="running", due_from=d.first, due_until=d.last))
            for d in falls_due(mine, now)
        ],
        "burden": [
            _burdened(u, "" if who.units is None else "owner") for u in burden(*this_year(now), units=units)
        ],
    }


def _burdened(unit: UnitBurden, part: str) -> tuple[str, list[tuple[int, str]]]:
    """A unit's name and its numbers, each with where it is listed thing by thing."""
    own = address_of("overview-burden", unit.unit)
    return unit.name, [
        (unit.slips, f"{own}#slips"),
        (unit.asked, f"{own}#asked"),
        (unit.items, f"{own}#given"),
        (unit.open_items, filters.address(owner=unit.unit, state="open", part=part)),
        (unit.waiting, f"{own}#waiting"),
        (unit.inspections, f"{own}#inspections"),
        (unit.meetings, f"{own}#meetings"),
    ]


def _week(week: Week, campaign: Campaign) -> tuple[date, list[tuple[int, str]]]:
    """A week's day and its numbers, each with the facts at the end of that day."""
    links = Links(campaign.pk, as_of=dates.end_of(week.day))
    named = (("registered", week.registered), ("open", week.open), ("finished", week.closed))
    return week.day, [(number, links.to(Ref(name))) for name, number in named]


def _tier(group: Group, links: Links) -> tuple[Tier, list[tuple[Standing, dict[str, str]]]]:
    """A tier with its units, and where each number of a unit leads."""
    choices: dict[str, dict[str, str]] = {n: filters.BEHIND[n] for n in ("registered", "finished", "overdue")}
    choices["finishing_rate"] = {}
    return group.tier, [
        (
            unit,
            {
                name: links.to(
                    Ref.of(name, unit=unit.unit), **({"owner": unit.unit} | choice if choice else {})
                )
                for name, choice in choices.items()
            },
        )
        for unit in group.units
    ]


def _chart(weeks: list[Any]) -> dict[str, Any]:
    return {
        "kind": "line",
        "labels": [f"{w.day.month}月{w.day.day}日" for w in weeks],
        "series": [
            {"name": "登记", "colour": "blue", "values": [w.registered for w in weeks]},
            {"name": "在办", "colour": "yellow", "values": [w.open for w in weeks]},
            {"name": "已销号", "colour": "green", "values": [w.closed for w in weeks]},
        ],
    }


def _matrix(
    registers: list[Register], units: frozenset[int] | None, links: Links
) -> list[tuple[str, list[Spot]]]:
    """Return a line for each unit, in the units' own order, with a field for each register."""
    counts = open_colours([r.pk for r in registers], as_of=links.as_of, units=units)
    named = {u for u, _ in counts}
    return [
        (name, [_spot(counts.get((unit, r.pk), {}), unit, r, links) for r in registers])
        for unit, name in unit_labels().items()
        if unit in named
    ]


def _spot(colours: dict[str, int], unit: int, register: Register, links: Links) -> Spot:
    worst = next((c for c in WORST_FIRST if colours.get(c)), "")
    ref = Ref.of("open", unit=unit, register=register.pk)
    return Spot(sum(colours.values()), worst, links.to(ref, register=register.pk, owner=unit, state="open"))


def _slips(registers: list[int], links: Links) -> list[tuple[Any, str, str]]:
    """Return the figures of slips: definition, value, and the list or the facts behind each."""
    values = figures([Ref(name) for name in _SLIPS], registers, as_of=links.as_of)
    out = f"{reverse('slips')}?campaign={links.campaign}&state=out"
    return [
        (FIGURES[n], values[n], out if n == "slips" and links.as_of is None else links.to(Ref(n)))
        for n in _SLIPS
    ]
