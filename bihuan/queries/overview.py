"""The overview: tiles, a chart, and what falls due, from the counters alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.models import Item, Register
from bihuan.queries.counts import cuts_of
from bihuan.queries.items import seen_by
from bihuan.queries.people import unit_labels
from bihuan.rules.figures import FIGURES, Cells, Key, Ref, Sums, value
from bihuan.rules.workflow import OPEN

TILES = ("registered", "open", "finished", "finishing_rate", "overdue", "reviewing", "suspended", "reopened")


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
    """All that the overview shows. ``as_of`` None is now."""

    tiles: list[Tile]
    colours: dict[str, int]
    states: dict[str, int]
    registers: list[Line]
    units: list[Line]
    classes: list[Line]
    due_soon: list[Item]
    as_of: datetime | None


def overview(
    registers: Sequence[Register],
    now: datetime,
    *,
    as_of: datetime | None = None,
    units: frozenset[int] | None = None,
    classes: bool = True,
    using: str = "default",
) -> Overview:
    """Return the overview of ``registers`` for somebody who sees ``units`` (None: all); ``classes`` as in ``cuts_of``."""
    ids = [r.pk for r in registers]
    cuts = cuts_of(ids, as_of=as_of, units=units, classes=classes, using=using)
    whole = cuts["all"]
    return Overview(
        tiles=[_tile(name, whole) for name in TILES],
        colours=_spread(whole, "colour", opened=True),
        states=_spread(whole, "state"),
        registers=_lines(whole, "register", {str(r.pk): r.name for r in registers}),
        units=_lines(cuts["unit"], "unit", {str(k): v for k, v in unit_labels(using).items()}),
        classes=_lines(cuts["class"], "class", {}),
        due_soon=due_soon(ids, now, units=units, using=using) if as_of is None else [],
        as_of=as_of,
    )


def _tile(name: str, found: Cells) -> Tile:
    known = FIGURES[name]
    return Tile(name, known.label, value(Ref(name), found), known.unit, known.definition)


def _spread(found: Cells, dim: str, *, opened: bool = False) -> dict[str, int]:
    spread: dict[str, int] = {}
    for key, sums in found.items():
        if not opened or key.state in OPEN:
            label = getattr(key, dim)
            spread[label] = spread.get(label, 0) + sums.items
    return spread


def _lines(found: Cells, dim: str, labels: dict[str, str]) -> list[Line]:
    name = "klass" if dim == "class" else dim
    apart: dict[str, dict[Key, Sums]] = {}
    for key, sums in found.items():
        apart.setdefault(str(getattr(key, name)), {})[key] = sums
    order = [*(k for k in labels if k in apart), *sorted(k for k in apart if k not in labels)]
    return [_line(k, labels.get(k, k), apart[k]) for k in order if k not in {"", "0"}]


def _line(key: str, label: str, found: Cells) -> Line:
    names: Iterable[str] = (
        "registered",
        "open",
        "finished",
        "finishing_rate",
        "overdue",
        "measures",
        "measures_done",
    )
    return Line(key, label, {n: value(Ref(n), found) for n in names}, _spread(found, "colour", opened=True))


def due_soon(
    registers: Sequence[int],
    now: datetime,
    *,
    days: int = 14,
    most: int = 10,
    units: frozenset[int] | None = None,
    using: str = "default",
) -> list[Item]:
    """Return the first ``most`` items at work that fall due within ``days`` from now."""
    query = Item.objects.using(using).filter(
        register_id__in=registers,
        due_order__gte=now,
        due_order__lt=now + timedelta(days=days),
        state__in=["assigned", "working", "returned"],
    )
    if units is not None:
        query = query.filter(seen_by(units))
    return list(query.order_by("due_order", "id")[:most])
