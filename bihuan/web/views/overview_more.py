"""What the overview shows further down, loaded when it comes into sight: weeks, matrix, slips, tiers, burden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.models import Campaign, Register
from bihuan.queries.burden import burden
from bihuan.queries.counts import figures, open_colours
from bihuan.queries.people import unit_labels
from bihuan.queries.scope import Scope
from bihuan.queries.tiers import tiers
from bihuan.queries.trend import falls_due, trend
from bihuan.rules.clocked import CHINA
from bihuan.rules.figures import FIGURES, Ref
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure_types import WORST_FIRST
from bihuan.web import dates, filters
from bihuan.web.access import Request, opens_to

_SLIPS = ("slips", "slips_asked", "slips_answered", "slips_answered_in_time", "slips_answer_rate")
_STATE = {"slips": "out", "slips_asked": "out"}


@dataclass(frozen=True)
class Spot:
    """One field of the matrix: how many are open, the worst colour among them, and the list behind it."""

    count: int
    colour: str
    link: str


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show the rest of the overview of a campaign; whoever sees none yet is told so there."""
    if not request.who.campaigns:
        return redirect("overview")
    campaign = filters.campaign_of(filters.read(request.GET).campaign, request.who)
    context = _context(request.who, campaign)
    return render(request, "overview_more.html#more" if request.htmx else "overview_more.html", context)


def _context(who: Scope, campaign: Campaign) -> dict[str, Any]:
    registers, now = who.registers_in(campaign), dates.now()
    units = who.units_in(registers[0]) if registers else who.units
    ids = [r.pk for r in registers]
    chosen = filters.Chosen(campaign=campaign.pk, state="open")
    wanted = filters.filter_of(chosen, registers, who)
    weeks = trend(ids, now, units=units)
    year = datetime.combine(dates.today().replace(month=1, day=1), time(), CHINA)
    return {
        "campaign": campaign,
        "weeks": weeks,
        "lines": _chart(weeks),
        "due": [
            (d, filters.address(campaign=campaign.pk, state="open", due_from=d.first, due_until=d.last))
            for d in falls_due(wanted, now)
        ],
        "registers": registers,
        "matrix": _matrix(registers, units),
        "slips": _slips(ids, campaign) if units is None else [],
        "tiers": tiers(ids, units=units),
        "burden": burden(year, now + timedelta(seconds=1), units=units),
        "sees_all": who.units is None,
    }


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


def _matrix(registers: list[Register], units: frozenset[int] | None) -> list[tuple[str, list[Spot]]]:
    """Return a line for each unit, in the units' own order, with a field for each register."""
    counts = open_colours([r.pk for r in registers], units=units)
    named = {u for u, _ in counts}
    return [
        (name, [_spot(counts.get((unit, r.pk), {}), unit, r) for r in registers])
        for unit, name in unit_labels().items()
        if unit in named
    ]


def _spot(colours: dict[str, int], unit: int, register: Register) -> Spot:
    worst = next((c for c in WORST_FIRST if colours.get(c)), "")
    link = filters.address(register=register.pk, owner=unit, state="open")
    return Spot(sum(colours.values()), worst, link)


def _slips(registers: list[int], campaign: Campaign) -> list[tuple[Any, str, str]]:
    """Return the figures of slips: definition, value, and the list behind those that are a list."""
    values = figures([Ref(name) for name in _SLIPS], registers)
    base = f"{reverse('slips')}?campaign={campaign.pk}"
    return [
        (FIGURES[name], values[name], f"{base}&state={_STATE[name]}" if name == "slips" else "")
        for name in _SLIPS
    ]
