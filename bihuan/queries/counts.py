"""The figures: the tallies of now, or the sums of the transitions up to an earlier moment. One query gives each number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Case, CharField, Expression, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast

from bihuan.ledger.reading import head
from bihuan.models import Campaign, Entry, Happening, Register, Tally, Transition
from bihuan.queries.past import is_now, remembered, summed
from bihuan.rules.clocked import day_start
from bihuan.rules.errors import NotFound
from bihuan.rules.figures import FIGURES, SUM_NAMES, Cells, Deed, Deeds, Key, Ref, Sums, value
from bihuan.rules.workflow import OPEN

#: What belongs to no register is counted under this one: an inspection of its own.
NO_REGISTER = 0
#: What the overview cuts by.
CUT_BY = ("register", "unit", "class")
_FACETS = ("unit", "class", "channel")
_DIMENSIONS = {"register": "register", "unit": "unit", "class": "klass", "channel": "channel"}
_CUTS = {"all": "register", "unit": "unit", "class": "class"}
_PLACE = Case(When(facet="all", then=Cast("register_id", CharField())), default=F("label"))


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
    the items owned by these units. ``cube`` cuts by every dimension at once and always adds up the transitions; the other cuts
    take what came after ``as_of`` away from the tallies, which costs as much as happened since.
    """
    if facet != "cube" and (units is None or facet in {"all", "unit"}):
        later, units = _Later(as_of, upto), None if units is None else frozenset(units)
        make = partial(_tallied, registers, facet, later, units, using)
        if not later:
            return make()
        key = ("cells", tuple(registers), facet, units)
        return remembered(key, as_of, make, upto=upto, using=using)
    return _summed(registers, as_of, upto, units, using)


@dataclass(frozen=True)
class Cuts:
    """The items of some registers cut by ``register``, ``unit`` and ``class`` (as was asked for): by facet, then by label.

    ``sums`` are the cells of a label by state, with the colours folded away; ``colours`` are its open items by colour.
    """

    sums: dict[str, dict[str, dict[Key, Sums]]] = field(default_factory=lambda: {f: {} for f in CUT_BY})
    colours: dict[str, dict[str, dict[str, int]]] = field(default_factory=lambda: {f: {} for f in CUT_BY})

    @property
    def whole(self) -> Cells:
        """The cells of all registers together, where they were cut by register."""
        return {key: sums for found in self.sums["register"].values() for key, sums in found.items()}

    def add(self, facet: str, label: str, state: str, found: Sums) -> None:
        """Add ``found`` to the cell of ``label`` with ``state``."""
        key = _key(facet, label, state)
        self.sums[facet].setdefault(label, {}).setdefault(key, Sums()).add(found)

    def light(self, facet: str, label: str, colour: str, items: int) -> None:
        """Add open ``items`` of ``colour`` to ``label``."""
        colours = self.colours[facet].setdefault(label, {})
        colours[colour] = colours.get(colour, 0) + items


def cuts_of(
    registers: Sequence[int],
    *,
    by: Sequence[str] = CUT_BY,
    as_of: datetime | None = None,
    units: Iterable[int] | None = None,
    lit: bool = True,
    using: str = "default",
) -> Cuts:
    """Return the same sums cut ``by`` register, unit and class, or those of them that are asked for: each has its price.

    Where they need not be ``lit``, the colours are left out of what is told of now.

    The database groups them where the tallies know them. For ``units`` now, the tallies know no classes, which are a reading of the
    transitions.
    """
    units = None if units is None else frozenset(units)
    if as_of is not None:
        key = ("cuts", tuple(registers), tuple(by), units)
        return remembered(key, as_of, partial(_cuts_then, registers, by, as_of, units, using), using=using)
    cuts = Cuts()
    rows = Tally.objects.using(using).filter(register_id__in=registers)
    if units is None:
        facets_wanted = [facet for facet, cut in _CUTS.items() if cut in by]
        _group(cuts, rows.filter(facet__in=facets_wanted), F("facet"), _PLACE, lit)
        return cuts
    owned = rows.filter(facet="unit", label__in=[str(u) for u in units])
    if "register" in by:
        _group(cuts, owned, Value("all"), Cast("register_id", CharField()), lit)
    if "unit" in by:
        _group(cuts, owned, Value("unit"), F("label"), lit)
    if "class" in by:
        _fold(cuts, ("class",), _summed(registers, None, None, units, using))
    return cuts


def _cuts_then(
    registers: Sequence[int], by: Sequence[str], as_of: datetime, units: frozenset[int] | None, using: str
) -> Cuts:
    cuts = Cuts()
    if places := [cut for cut in by if cut != "class"]:
        facet = "unit" if "unit" in by else "all"  # the cells of the units tell those of the registers too
        _fold(cuts, places, cells(registers, facet=facet, as_of=as_of, units=units, using=using))
    if "class" in by:
        _fold(cuts, ("class",), cells(registers, facet="class", as_of=as_of, units=units, using=using))
    return cuts


def _group(cuts: Cuts, rows: QuerySet[Tally], cut: Expression | F, place: Expression | F, lit: bool) -> None:
    """Group by state and, apart from that, the open ones by colour: both at once are many more cells than anybody sees."""
    rows = rows.annotate(cut=cut, place=place).order_by()
    by_state = _summed_by(rows, "state")
    if lit:
        by_state = by_state.union(_summed_by(rows.filter(state__in=OPEN), "colour"), all=True)
    for facet, label, part, value_, *found in by_state:
        sums = Sums(*found)
        if part == "state":
            cuts.add(_CUTS[facet], label, value_, sums)
        else:
            cuts.light(_CUTS[facet], label, value_, sums.items)


def _summed_by(rows: QuerySet[Tally], part: str) -> QuerySet[Any, Any]:
    return rows.values_list("cut", "place", Value(part), part).annotate(*map(Sum, SUM_NAMES))


def _fold(cuts: Cuts, facets: Iterable[str], found: Cells) -> None:
    for facet in facets:
        for key, sums in found.items():
            label = str(getattr(key, _DIMENSIONS[facet]))
            cuts.add(facet, label, key.state, sums)
            if key.state in OPEN and sums.items:
                cuts.light(facet, label, key.colour, sums.items)


def open_colours(
    registers: Sequence[int],
    *,
    as_of: datetime | None = None,
    units: Iterable[int] | None = None,
    using: str = "default",
) -> dict[tuple[int, int], dict[str, int]]:
    """Return the open items of each (unit, register) by colour; ``as_of`` and ``units`` as in ``cells``."""
    if as_of is not None:
        return _open_then(cells(registers, facet="unit", as_of=as_of, units=units, using=using))
    rows = Tally.objects.using(using).filter(register_id__in=registers, facet="unit", state__in=OPEN)
    if units is not None:
        rows = rows.filter(label__in=[str(u) for u in units])
    found: dict[tuple[int, int], dict[str, int]] = {}
    grouped = rows.values_list("label", "register_id", "colour").annotate(Sum("items")).order_by()
    for unit, register, colour, items in grouped:
        found.setdefault((int(unit), register), {})[colour] = items
    return found


def _open_then(found: Cells) -> dict[tuple[int, int], dict[str, int]]:
    colours: dict[tuple[int, int], dict[str, int]] = {}
    for key, sums in found.items():
        if key.unit and key.state in OPEN and sums.items:
            spot = colours.setdefault((key.unit, key.register), {})
            spot[key.colour] = spot.get(key.colour, 0) + sums.items
    return colours


@dataclass(frozen=True)
class _Later:
    """What a figure leaves out: what came after ``as_of``, and what was entered after the seq ``upto``."""

    as_of: datetime | None
    upto: int | None

    def __bool__(self) -> bool:
        return self.as_of is not None or self.upto is not None

    def of(self, registers: Sequence[int], using: str) -> list[QuerySet[Transition]]:
        """Return which transitions those are, in parts that share none, each found by an index of its own.

        What was entered later is of all registers: with their condition beside it SQLite reads all that they ever had, and with the
        one on the instant as well, unless it is put as what is left out.
        """
        every = Transition.objects.using(using).order_by()
        mine = every.filter(register_id__in=registers)
        held = [] if self.as_of is None else [mine.filter(at__gt=self.as_of)]
        if self.upto is None:
            return held
        entered = every.filter(seq__gt=self.upto)
        return [*held, entered if self.as_of is None else entered.exclude(at__gt=self.as_of)]


def _tallied(
    registers: Sequence[int], facet: str, later: _Later, units: Iterable[int] | None, using: str
) -> Cells:
    """Return the tallies without what came ``later``, read in one statement: nothing is entered between the two."""
    rows = Tally.objects.using(using).filter(register_id__in=registers)
    labels = None if units is None else [str(u) for u in units]
    kept = facet if labels is None else "unit"
    rows = rows.filter(facet=kept) if labels is None else rows.filter(facet=kept, label__in=labels)
    found: dict[Key, Sums] = {}
    read = rows.order_by().values_list("register_id", "label", "state", "colour", *SUM_NAMES)
    if later:
        read = read.union(*(_taken(part, kept, labels) for part in later.of(registers, using)), all=True)
    for register, label, state, colour, *sums in read:
        if register not in registers:
            continue
        key = _key(facet, label, state, register=register, colour=colour)
        told = Sums(*map(int, sums))  # sums of big integers are decimals on PostgreSQL
        if key in found:
            found[key].add(told)
        else:
            found[key] = told
    return {k: s for k, s in found.items() if any(getattr(s, n) for n in SUM_NAMES)}


def _taken(rows: QuerySet[Transition], facet: str, labels: list[str] | None) -> QuerySet[Any, Any]:
    """What the transitions ``rows`` added, to be taken away: in the columns of the tallies of ``facet``."""
    column = {"unit": "unit_id", "class": "klass", "channel": "channel"}.get(facet)
    cut: Any = Cast(column, CharField()) if column else Value("", CharField())
    if labels is not None:
        rows = rows.filter(unit_id__in=[int(label) for label in labels])
    taken = {f"less_{name}": -Sum(name) for name in SUM_NAMES}
    return (
        rows.values("register_id")
        .annotate(cut=cut)
        .values_list("register_id", "cut", "state", "colour")
        .annotate(**taken)
    )


def _key(facet: str, label: str, state: str, *, register: int = 0, colour: str = "") -> Key:
    return Key(
        int(label) if facet == "register" else register,
        int(label) if facet == "unit" else 0,
        label if facet == "class" else "",
        label if facet == "channel" else "",
        state,
        colour,
    )


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


#: What was read for figures of some registers at one moment.
Read = dict[str, Cells | Deeds]


def figures(
    refs: Iterable[Ref],
    registers: Sequence[int],
    *,
    as_of: datetime | None = None,
    upto: int | None = None,
    read: Read | None = None,
    using: str = "default",
) -> dict[str, str]:
    """Return the value of each figure over ``registers``, by its written reference; ``as_of`` and ``upto`` as in ``cells``.

    What is read for it goes into ``read``, and is not read again for further figures of the same registers and moment.
    """
    found: dict[str, str] = {}
    read = {} if read is None else read
    refs = list(refs)
    cut = any(ref.of_deeds and dim not in {"since", "kind"} for ref in refs for dim, _ in ref.dims)
    for ref in refs:
        facet = f"deeds {ref.since} {cut}" if ref.of_deeds else facet_of(ref)
        if facet not in read:
            read[facet] = (
                deeds(registers, since=ref.since, as_of=as_of, upto=upto, cut=cut, using=using)
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
    cut: bool = True,
    using: str = "default",
) -> Deeds:
    """Return how often each thing was done in ``registers`` (slips issued, answered …); ``as_of`` and ``upto`` as in ``cells``.

    ``since`` leaves out what was done before that day. ``NO_REGISTER`` may be among the registers. Without ``cut`` only what was
    done and its kind are told apart, which an index alone answers.
    """
    every = Happening.objects.using(using).order_by()
    if since is not None:
        every = every.exclude(at__lt=day_start(since))  # put so that no index is read for it
    mine, key = every.filter(register_id__in=registers), ("deeds", tuple(registers), since, cut)
    if as_of is not None and not is_now(as_of):
        then = mine.filter(at__lte=as_of)
        then = then if upto is None else then.filter(seq__lte=upto)
        make = partial(_added_up, [(then, 1)], cut)
        return remembered(key, as_of, make, upto=upto, of=Happening, using=using)
    last = head(using)[0]
    last = last if upto is None else min(upto, last)

    def between(after: int, upto: int) -> Counter[Deed]:
        # the entries of all registers: with a condition on these SQLite reads all that they ever had
        if after:
            return _added_up([(every.filter(seq__gt=after, seq__lte=upto), 1)], cut, registers)
        # an index that does not know the entries tells all of it; what came later is taken away again
        return _added_up([(mine, 1), (every.filter(seq__gt=upto), -1)], cut, registers)

    found = summed(key, between, last, using)
    if as_of is not None:
        ahead = Entry.objects.using(using).filter(at__gt=as_of, seq__lte=last).values("seq")
        for deed, times in _added_up([(every.filter(seq__in=ahead), 1)], cut, registers).items():
            found[deed] -= times
    return {deed: times for deed, times in found.items() if times}


_DEED = ("register_id", "what", "kind")
_DEED_CUT = (*_DEED, "unit_id", "klass", "channel")


def _added_up(
    parts: Iterable[tuple[QuerySet[Happening], int]], cut: bool, registers: Sequence[int] | None = None
) -> Counter[Deed]:
    """Add up ``parts`` by their signs, in one statement: nothing is entered between two of them. ``registers``: these alone."""
    # register by register, as the index has them: nothing has to be sorted
    keys = _DEED_CUT if cut else _DEED
    first, *more = (rows.values_list(*keys).annotate(times=sign * Sum("amount")) for rows, sign in parts)
    told = Counter[Deed]()
    for register, what, kind, *place, times in first.union(*more, all=True) if more else first:
        if registers is None or register in registers:
            told[Deed(what, kind, register, *place) if cut else Deed(what, kind, 0, 0, "", "")] += times
    return told


def facet_of(ref: Ref) -> str:
    """Return by which facet the cells have to be cut that ``ref`` is computed from."""
    cut = [dim for dim, _ in ref.dims if dim in _FACETS]
    return "cube" if len(cut) > 1 else (cut[0] if cut else "all")


def all_refs() -> list[Ref]:
    """Return every figure, uncut."""
    return [Ref(name) for name in FIGURES]
