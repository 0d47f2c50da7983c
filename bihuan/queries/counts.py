"""The figures: the tallies of now, or the sums of the transitions up to an earlier moment. One query gives each number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, Sum

from bihuan.models import Campaign, Happening, Register, Tally, Transition
from bihuan.rules.clocked import day_start
from bihuan.rules.errors import NotFound
from bihuan.rules.figures import FIGURES, SUM_NAMES, Cells, Deed, Deeds, Key, Ref, Sums, value

#: What belongs to no register is counted under this one: an inspection of its own.
NO_REGISTER = 0
_FACETS = {"unit": "unit", "class": "klass", "channel": "channel"}


def registers_of(campaign_id: int | None = None, using: str = "default") -> list[Register]:
    """Return the registers of a campaign (None: of all), in the order in which they were opened."""
    found = Register.objects.using(using).order_by("id")
    return list(found if campaign_id is None else found.filter(campaign_id=campaign_id))


def campaign_named(name: str, using: str = "default") -> Campaign:
    """Return the campaign with this name or id. Raises NotFound and lists those that there are."""
    query = Q(name=name) | Q(pk=int(name)) if name.isdigit() else Q(name=name)
    found = Campaign.objects.using(using).filter(query).first()
    if found is None:
        known = (
            "、".join(Campaign.objects.using(using).order_by("id").values_list("name", flat=True))
            or "（还没有）"
        )
        raise NotFound(f"没有名为“{name}”的专项工作。", hint=f"现有：{known}。")
    return found


def cells(
    registers: Sequence[int],
    *,
    facet: str = "all",
    as_of: datetime | None = None,
    upto: int | None = None,
    units: Iterable[int] | None = None,
    using: str = "default",
) -> Cells:
    """Return the sums by state and colour of the items in ``registers``, cut by ``facet``: all, unit, class, channel or cube.

    ``as_of`` None is now (the tallies); else an instant, from the transitions up to and including it, leaving out what was
    entered after seq ``upto`` (what a report written then could not know). ``units`` keeps only
    the items owned by these units. ``cube`` cuts by every dimension at once and always reads the transitions.
    """
    if as_of is None and upto is None and facet != "cube" and (units is None or facet in {"all", "unit"}):
        return _tallied(registers, facet, units, using)
    return _summed(registers, as_of, upto, units, using)


def cuts_of(
    registers: Sequence[int],
    *,
    as_of: datetime | None = None,
    units: Iterable[int] | None = None,
    classes: bool = True,
    using: str = "default",
) -> dict[str, Cells]:
    """Return the same sums as a whole (``all``) and cut by ``unit`` and ``class``, in one query where the tallies know them.

    For ``units`` now, the tallies know no classes: ask for none (``classes``) unless their price, a reading of the
    transitions, is worth it.
    """
    if as_of is not None:
        return dict.fromkeys(("all", "unit", "class"), _summed(registers, as_of, None, units, using))
    if units is None:
        return _facets(registers, using)
    by_unit = _tallied(registers, "unit", units, using)
    by_class = _summed(registers, None, None, units, using) if classes else {}
    return {"all": by_unit, "unit": by_unit, "class": by_class}


def _facets(registers: Sequence[int], using: str) -> dict[str, Cells]:
    found: dict[str, dict[Key, Sums]] = {"all": {}, "unit": {}, "class": {}}
    rows = Tally.objects.using(using).filter(register_id__in=registers, facet__in=list(found))
    for register, facet, label, state, colour, *sums in rows.values_list(
        "register_id", "facet", "label", "state", "colour", *SUM_NAMES
    ):
        found[facet][_key(register, facet, label, state, colour)] = Sums(*sums)
    return dict(found)


def _tallied(registers: Sequence[int], facet: str, units: Iterable[int] | None, using: str) -> Cells:
    rows = Tally.objects.using(using).filter(register_id__in=registers)
    wanted = {"facet": facet} if units is None else {"facet": "unit", "label__in": [str(u) for u in units]}
    rows = rows.filter(**wanted)
    found: dict[Key, Sums] = {}
    for register, label, state, colour, *sums in rows.values_list(
        "register_id", "label", "state", "colour", *SUM_NAMES
    ):
        key = _key(register, facet, label, state, colour)
        found.setdefault(key, Sums()).add(Sums(*sums))
    return found


def _key(register: int, facet: str, label: str, state: str, colour: str) -> Key:
    place: dict[str, Any] = {"unit": 0, "klass": "", "channel": ""}
    if facet != "all":
        place[_FACETS[facet]] = int(label) if facet == "unit" else label
    return Key(register=register, state=state, colour=colour, **place)


def _summed(
    registers: Sequence[int],
    as_of: datetime | None,
    upto: int | None,
    units: Iterable[int] | None,
    using: str,
) -> Cells:
    rows = Transition.objects.using(using).filter(register_id__in=registers)
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    if units is not None:
        rows = rows.filter(unit_id__in=list(units))
    keys = ("register_id", "unit_id", "klass", "channel", "state", "colour")
    grouped = rows.values_list(*keys).annotate(*(Sum(n) for n in SUM_NAMES)).order_by()
    found = {Key(*row[:6]): Sums(*row[6:]) for row in grouped}
    return {k: s for k, s in found.items() if any(getattr(s, n) for n in SUM_NAMES)}


def figures(
    refs: Iterable[Ref],
    registers: Sequence[int],
    *,
    as_of: datetime | None = None,
    upto: int | None = None,
    using: str = "default",
) -> dict[str, str]:
    """Return the value of each figure over ``registers``, by its written reference; ``as_of`` and ``upto`` as in ``cells``."""
    found: dict[str, str] = {}
    read: dict[str, Cells | Deeds] = {}
    for ref in refs:
        facet = f"deeds {ref.since}" if ref.of_deeds else _facet(ref) if as_of is None else "cube"
        if facet not in read:
            read[facet] = (
                deeds(registers, since=ref.since, as_of=as_of, upto=upto, using=using)
                if ref.of_deeds
                else cells(registers, facet=facet, as_of=as_of, upto=upto, using=using)
            )
        found[str(ref)] = value(ref, read[facet])
    return found


def deeds(
    registers: Sequence[int],
    *,
    since: date | None = None,
    as_of: datetime | None = None,
    upto: int | None = None,
    using: str = "default",
) -> Deeds:
    """Return how often each thing was done in ``registers`` (slips issued, answered …); ``as_of`` and ``upto`` as in ``cells``.

    ``since`` leaves out what was done before that day. ``NO_REGISTER`` may be among the registers.
    """
    rows = Happening.objects.using(using).filter(register_id__in=registers)
    if since is not None:
        rows = rows.filter(at__gte=day_start(since))
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    keys = ("what", "kind", "register_id", "unit_id", "klass", "channel")
    grouped = rows.values_list(*keys).annotate(Sum("amount")).order_by()
    return {Deed(*row[:6]): row[6] for row in grouped if row[6]}


def _facet(ref: Ref) -> str:
    cut = [dim for dim, _ in ref.dims if dim in _FACETS]
    return "cube" if len(cut) > 1 else (cut[0] if cut else "all")


def all_refs() -> list[Ref]:
    """Return every figure, uncut."""
    return [Ref(name) for name in FIGURES]
