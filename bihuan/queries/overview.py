"""The overview: tiles, a chart, and what falls due, from the counters alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.models import Item, Register
from bihuan.queries.counts import CUT_BY, Cuts, cuts_of
from bihuan.queries.items import Filter, falling_due, matching
from bihuan.queries.people import unit_labels
from bihuan.rules.clocked import CHINA
from bihuan.rules.figures import FIGURES, Cells, Ref, value

TILES = ("registered", "open", "finished", "finishing_rate", "overdue", "reviewing", "suspended", "reopened")
#: So many of what falls due are named; the list has the rest.
MOST_SOON = 10
#: So many days from today on are soon.
SOON_DAYS = 14
_OF_LINE = ("registered", "open", "finished", "finishing_rate", "overdue", "measures", "measures_done")


@dataclass(frozen=True)
class Tile:
    """A number with its name, its unit and its definition."""

    ref: str
    label: str
    value: str
    unit: str
    definition: str


@dataclass(frozen=True)
class Line:
    """One register, unit or class with its figures by name, and its open items by colour."""

    id: str
    label: str
    figures: dict[str, str]
    colours: dict[str, int]


@dataclass(frozen=True)
class Overview:
    """All that the overview shows; the lines of a cut that was not asked for are empty.

    ``as_of`` None is now; ``more_soon`` says that more falls due soon than is named, ``owners`` names the units of what is.
    """

    tiles: list[Tile]
    colours: dict[str, int]
    states: dict[str, int]
    registers: list[Line]
    units: list[Line]
    classes: list[Line]
    due_soon: list[Item]
    more_soon: bool
    owners: dict[int, str]
    as_of: datetime | None


def overview(
    registers: Sequence[Register],
    now: datetime,
    *,
    as_of: datetime | None = None,
    units: frozenset[int] | None = None,
    by: Sequence[str] = CUT_BY,
    using: str = "default",
) -> Overview:
    """Return the overview of ``registers`` for somebody who sees ``units`` (None: all), with its lines ``by`` these cuts."""
    ids = [r.pk for r in registers]
    cuts = cuts_of(ids, by=sorted({"register", *by}), as_of=as_of, units=units, using=using)
    whole = cuts.whole
    labels = unit_labels(using)
    mine = Filter(registers=tuple(ids), units=units)
    soon = due_soon(mine, now, most=MOST_SOON + 1, using=using) if as_of is None else []
    return Overview(
        tiles=[_tile(name, whole) for name in TILES],
        colours=_total(cuts.colours["register"].values()),
        states=_total({key.state: sums.items} for key, sums in whole.items()),
        registers=_lines(cuts, "register", {str(r.pk): r.name for r in registers}),
        units=_lines(cuts, "unit", {str(k): v for k, v in labels.items()}),
        classes=_lines(cuts, "class", {}),
        due_soon=soon[:MOST_SOON],
        more_soon=len(soon) > MOST_SOON,
        owners={item.owner_id: labels.get(item.owner_id, "") for item in soon},
        as_of=as_of,
    )


def _tile(name: str, found: Cells) -> Tile:
    known = FIGURES[name]
    return Tile(name, known.label, value(Ref(name), found), known.unit, known.definition)


def _total(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for label, items in part.items():
            total[label] = total.get(label, 0) + items
    return total


def _lines(cuts: Cuts, facet: str, labels: dict[str, str]) -> list[Line]:
    found, colours = cuts.sums[facet], cuts.colours[facet]
    order = [*(k for k in labels if k in found), *sorted(k for k in found if k not in labels)]
    return [
        Line(k, labels.get(k, k), {name: value(Ref(name), found[k]) for name in _OF_LINE}, colours.get(k, {}))
        for k in order
        if k not in {"", "0"}
    ]


def due_soon(found: Filter, now: datetime, *, most: int = MOST_SOON, using: str = "default") -> list[Item]:
    """Return the first ``most`` items of ``found`` that fall due in the two weeks from today on, as ``falls_due`` counts them."""
    today = now.astimezone(CHINA).date()
    wanted = falling_due(found, today, today + timedelta(days=SOON_DAYS - 1))
    return list(matching(wanted, using=using).order_by("due_order", "id")[:most])
