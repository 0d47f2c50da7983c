"""The overview of a campaign: tiles, open items by colour, where items wait, what falls due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bihuan.models import Campaign
from bihuan.queries.overview import SOON_DAYS, Line, Overview, Tile, overview
from bihuan.queries.scope import Scope
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure_types import COLOURS, WORST_FIRST
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import dates, filters
from bihuan.web.access import Door, Request, opens_to
from bihuan.web.facts import Links

#: The table has every line; a chart with more bars than this cannot be read.
MOST_BARS = 20
CUTS = {"register": "按清单", "unit": "按责任单位", "class": "按类别"}
_CUT_NAMES = {"register": "清单", "unit": "责任单位", "class": "类别"}
_PARAMETERS = {"register": "register", "unit": "owner", "class": "class"}


@dataclass(frozen=True)
class Linked:
    """A number and the address of the list behind it ("" for none)."""

    value: str
    link: str


@dataclass(frozen=True)
class Card:
    """A tile as the page shows it."""

    tile: Tile
    link: str


@dataclass(frozen=True)
class TableLine:
    """A line of the table beside the chart: its name, and each of its numbers with the list behind it."""

    label: str
    link: str
    colours: list[Linked]
    open: Linked
    overdue: Linked
    finished: Linked
    rate: Linked


@opens_to(Door.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """Show the overview; whoever sees no business content is told what is theirs."""
    if not request.who.actor.may(Duty.READ):
        return render(request, "welcome.html")
    if not request.who.campaigns:
        return render(request, "overview.html", {"may_import": request.who.actor.may(Duty.IMPORT)})
    campaign = filters.campaign_of(filters.read(request.GET).campaign, request.who)
    day = dates.read_past_day(request.GET.get("as_of", ""))
    context = board(request.who, campaign, day, request.GET.get("by", ""))
    template = "overview.html#board" if request.htmx else "overview.html"
    return render(request, template, context)


def board(who: Scope, campaign: Campaign, day: date | None, by: str) -> dict[str, Any]:
    """Return all that the page shows of ``campaign`` at the end of ``day`` (None: now)."""
    registers, units = who.within(campaign)
    now = dates.now()
    as_of = dates.end_of(day) if day else None
    cuts = CUTS if units is None else {key: name for key, name in CUTS.items() if key != "class"}
    by = by if by in cuts else ("register" if len(registers) > 1 else "unit")
    found = overview(registers, now, as_of=as_of, units=units, by=[by])
    links = Links(campaign.pk, "owner" if units is not None else "", as_of)
    table = [_line(line, by, found, links) for line in _lines(found, by)]
    return {
        "campaigns": who.campaigns,
        "campaign": campaign,
        "as_of": day,
        "today": dates.today(),
        "cards": [
            Card(tile, links.to(Ref(tile.ref), **filters.BEHIND.get(tile.ref, {}))) for tile in found.tiles
        ],
        "flow": [
            (state, STATE_NAMES[state], _state(state, found.states[state], links))
            for state in STATE_NAMES
            if found.states.get(state)
        ],
        "colours": [(c, COLOURS[c]) for c in _shown(found)],
        "cuts": cuts,
        "by": by,
        "cut_name": _CUT_NAMES[by],
        "table": table,
        "chart": _chart(_lines(found, by), found),
        "cropped": len(table) > MOST_BARS,
        "bars": MOST_BARS,
        "due_soon": found.due_soon,
        "owners": found.owners,
        "soon_link": filters.address(
            campaign=campaign.pk,
            state="running",
            due_from=dates.today(),
            due_until=dates.today() + timedelta(days=SOON_DAYS - 1),
        ),
        "more_soon": found.more_soon,
        "running": filters.GROUPS["running"][0],
        "partial_view": units is not None,
    }


def _state(state: str, items: int, links: Links) -> Linked:
    return Linked(str(items), links.to(Ref.of("entered", state=state), state=state))


def _shown(found: Overview) -> list[str]:
    return [c for c in WORST_FIRST if found.colours.get(c)]


def _lines(found: Overview, by: str) -> list[Line]:
    return {"register": found.registers, "unit": found.units, "class": found.classes}[by]


def _line(line: Line, by: str, found: Overview, links: Links) -> TableLine:
    own = {_PARAMETERS[by]: line.id}
    cut = {"class_" if by == "class" else by: line.id}

    def number(name: str, **choice: str) -> Linked:
        return Linked(line.figures[name], links.to(Ref.of(name, **cut), **own | choice if choice else {}))

    return TableLine(
        label=line.label,
        link=links.to(Ref.of("registered", **cut), **own),
        colours=[
            Linked(
                str(line.colours.get(c, 0)),
                links.to(Ref.of("open", colour=c, **cut), **own, state="open", colour=c),
            )
            for c in _shown(found)
        ],
        open=number("open", state="open"),
        overdue=number("overdue", overdue="1"),
        finished=number("finished", state="closed"),
        rate=number("finishing_rate"),
    )


def _chart(lines: Iterable[Line], found: Overview) -> dict[str, Any]:
    """Return what the chart draws: the lines with most to do, in the order of the table, and their open items by colour."""
    shown = sorted(lines, key=lambda line: -int(line.figures["open"]))[:MOST_BARS]
    kept = [line for line in lines if line in shown and int(line.figures["open"])]
    return {
        "labels": [line.label for line in kept],
        "series": [
            {"colour": c, "name": COLOURS[c], "values": [line.colours.get(c, 0) for line in kept]}
            for c in reversed(_shown(found))
        ],
    }
