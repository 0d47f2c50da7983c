"""What a picture (作战图) of a campaign or of an item shows, as plain data: ``reports.picture`` draws it.

Its figures are those of the overview. A page of paper has a limit: what does not fit is counted in ``Lane.left_out`` and said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections

from bihuan.ledger import derive
from bihuan.ledger.reading import head
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.models import Campaign, Measure, Register
from bihuan.queries.as_of import Moment, items_as_of
from bihuan.queries.counts import Cuts, cuts_of
from bihuan.queries.item import Detail, state_name
from bihuan.queries.people import unit_labels
from bihuan.queries.picture_rows import coming_now, lane_now
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound
from bihuan.rules.figures import FIGURES, Ref, value
from bihuan.rules.procedure import Procedure
from bihuan.rules.procedure_types import WORST_FIRST
from bihuan.rules.workflow import OPEN, RUNNING, STATE_NAMES, State

#: So many rows, groups and dates fit on the page of a campaign; so many measures on that of an item.
MOST_BARS, MOST_LANES, MOST_COMING, MOST_MEASURES, MOST_EVENTS = 44, 10, 14, 60, 30
#: How far ahead the list of what is coming looks.
AHEAD = timedelta(days=30)
TILES = ("registered", "finished", "finishing_rate", "open", "overdue", "reviewing")
CUTS = {"register": "清单", "unit": "责任单位"}


@dataclass(frozen=True)
class Milestone:
    """A point on the time line: the day, the ``figure`` printed at it, what it is in words, and whether it is reached."""

    day: date
    figure: str
    words: str
    reached: bool


@dataclass(frozen=True)
class Bar:
    """An item (or, with ``item`` 0, a measure) on the time line.

    ``due`` None has no deadline: ``ongoing`` goes on for good. ``colour`` is a key of ``COLOURS``; ``ended`` the day on which it was done.
    """

    item: int
    number: str
    title: str
    owner: str
    start: date
    due: date | None
    due_words: str
    percent: int
    colour: str
    overdue: bool
    state: str
    ended: date | None = None
    ongoing: bool = False
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class Lane:
    """A register or a unit with its figures (by name) and its items, the most pressing first; ``left_out`` found no room."""

    name: str
    figures: Mapping[str, str]
    bars: tuple[Bar, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Coming:
    """What falls due: an item, or a measure of one."""

    day: date
    title: str
    owner: str
    item: int
    colour: str


@dataclass(frozen=True)
class Tile:
    """A figure at the head."""

    label: str
    value: str
    unit: str


@dataclass(frozen=True)
class Stand:
    """When the figures hold (``day``: the day in China), and where the ledger stood then."""

    as_of: datetime
    day: date
    seq: int
    head: str


@dataclass(frozen=True)
class CampaignPicture:
    """A campaign on one page. ``lanes_left_out`` groups found no room; ``coming_left_out`` dates."""

    title: str
    purpose: str
    office: str
    period: str
    cut: str
    tiles: tuple[Tile, ...]
    colours: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]
    lanes: tuple[Lane, ...]
    lanes_left_out: int
    coming: tuple[Coming, ...]
    coming_left_out: int
    stand: Stand


@dataclass(frozen=True)
class ItemPicture:
    """An item on one page. ``facts`` are the four boxes: heading, and lines of label and text; ``events`` what was done, the latest first."""

    title: str
    number: str
    kind: str
    campaign: str
    state: str
    bar: Bar
    facts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    measures: tuple[Bar, ...]
    measures_left_out: int
    measures_done: int
    progress: str
    difficulty: str
    events: tuple[tuple[date, str], ...]
    stand: Stand


@dataclass
class _Source:
    """What a campaign's picture is made from; ``moment`` is None for now, whose items the lists give lane by lane."""

    registers: Sequence[Register]
    units: frozenset[int] | None
    stand: Stand
    moment: Moment | None
    names: dict[int, str]
    procedures: dict[int, Procedure] = field(default_factory=dict)


def stand_at(now: datetime, as_of: datetime | None, using: str = "default") -> Stand:
    """Return when the figures hold and where the ledger stands."""
    seq, digest, _ = head(using)
    at = as_of or now
    return Stand(at.astimezone(CHINA), at.astimezone(CHINA).date(), seq, digest.hex())


def campaign_picture(
    campaign: Campaign,
    registers: Sequence[Register],
    now: datetime,
    *,
    as_of: datetime | None = None,
    units: frozenset[int] | None = None,
    by: str = "register",
) -> CampaignPicture:
    """Return the picture of ``registers`` for somebody who sees ``units`` (None: all), cut ``by`` register or unit."""
    ids = [r.pk for r in registers]
    cuts = cuts_of(ids, by=sorted({"register", by}), as_of=as_of, units=units)
    moment = None if as_of is None else _seen(items_as_of(registers, as_of), units)
    source = _Source(registers, units, stand_at(now, as_of), moment, unit_labels())
    lanes, left_out = _lanes(source, cuts, by)
    coming, more = _coming(source)
    states, colours = Counter[str](), Counter[str]()
    for key, sums in cuts.whole.items():
        states[key.state] += sums.items
    for found in cuts.colours["register"].values():
        colours.update(found)
    return CampaignPicture(
        title=campaign.name,
        purpose=campaign.purpose,
        office=source.names.get(campaign.unit_id, ""),
        period="至".join(day for day in (campaign.starts, campaign.ends) if day),
        cut=CUTS[by],
        tiles=tuple(_tile(name, cuts) for name in TILES),
        colours=tuple((c, colours[c]) for c in WORST_FIRST if colours[c]),
        states=tuple((STATE_NAMES[s], states[s]) for s in STATE_NAMES if states[s]),
        lanes=lanes,
        lanes_left_out=left_out,
        coming=coming,
        coming_left_out=more,
        stand=source.stand,
    )


def _tile(name: str, cuts: Cuts) -> Tile:
    known = FIGURES[name]
    return Tile(known.label, value(Ref(name), cuts.whole), known.unit)


def _seen(moment: Moment, units: frozenset[int] | None) -> Moment:
    if units is None:
        return moment
    return Moment([i for i in moment.items if i["owner_id"] in units], moment.measures)


def _lanes(source: _Source, cuts: Cuts, by: str) -> tuple[tuple[Lane, ...], int]:
    """Return the groups in their own order: where there are too many, those with most left to do."""
    labels = (
        {str(r.pk): r.name for r in source.registers}
        if by == "register"
        else {str(k): v for k, v in source.names.items()}
    )
    found = cuts.sums[by]
    counts = {k: int(value(Ref("registered"), found[k])) for k in labels if k in found}
    most = sorted(counts, key=lambda k: -int(value(Ref("open"), found[k])))[:MOST_LANES]
    kept = [k for k in labels if k in most and counts[k]]
    room = share([counts[k] for k in kept], MOST_BARS)
    lanes = []
    for key, rows in zip(kept, room, strict=True):
        bars = _bars(source, by, int(key), rows)
        figures = {n: value(Ref(n), found[key]) for n in ("registered", "finished", "overdue")}
        lanes.append(Lane(labels[key], figures, bars, counts[key] - len(bars)))
    return tuple(lanes), sum(1 for k, n in counts.items() if n) - len(kept)


def share(wanted: Sequence[int], room: int) -> list[int]:
    """Return how much of ``room`` each gets: all that it wants where there is enough, else small ones first, the rest evenly."""
    given = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    for place, index in enumerate(order):
        given[index] = min(wanted[index], room // (len(order) - place))
        room -= given[index]
    return given


def _bars(source: _Source, by: str, key: int, most: int) -> tuple[Bar, ...]:
    if source.moment is None:
        rows = lane_now([r.pk for r in source.registers], by, key, source.units, most)
        measures = _measures([r["id"] for r in rows])
    else:
        name = "register_id" if by == "register" else "owner_id"
        counted = [
            i
            for i in source.moment.items
            if i[name] == key and i["state"] not in {State.MERGED, State.CANCELLED}
        ]
        rows, measures = sorted(counted, key=_pressing)[:most], source.moment.measures
    return tuple(_bar(source, row, measures.get(row["id"], ())) for row in rows)


def _pressing(row: Row) -> tuple[Any, ...]:
    """What is left to do first, the worst colour first, then by deadline; the closed ones last, as the lists have them."""
    rank = WORST_FIRST.index(row["colour"]) if row["state"] in OPEN else len(WORST_FIRST)
    return rank, row["due_order"], row["id"]


def _measures(items: Sequence[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    rows: Any = Measure.objects.filter(item_id__in=items).order_by("item_id", "no").values()
    for row in rows:
        found.setdefault(row["item_id"], []).append(row)
    return found


def _bar(source: _Source, row: Row, measures: Iterable[Row]) -> Bar:
    procedure = source.procedures.get(row["procedure_id"])
    if procedure is None:
        text = Rows(connections["default"]).get("procedure", row["procedure_id"])["text"]
        procedure = source.procedures[row["procedure_id"]] = derive.parsed(text)
    return bar_of(row, measures, source.names, procedure, source.stand.day)


def bar_of(
    row: Row, measures: Iterable[Row], names: Mapping[int, str], procedure: Procedure, day: date
) -> Bar:
    """Return an item as a bar with its milestones: those of its target, and the days on which measures fall due."""
    start = row["assigned_at"] or row["registered_at"]
    closed = row["state"] == State.CLOSED
    return Bar(
        item=row["id"],
        number=row["number"],
        title=row["title"],
        owner=names.get(row["owner_id"], ""),
        start=start.astimezone(CHINA).date(),
        due=row["due"],
        due_words=_due_words(row),
        percent=100 if closed else row["percent"],
        colour="green" if closed else row["colour"],
        overdue=row["overdue"],
        state=state_name(row["state"], procedure),
        ended=_day(row["closed_at"]) if closed else None,
        ongoing=row["ongoing"],
        milestones=tuple(sorted([*_amounts(row), *_dates(measures, row)], key=lambda m: m.day)),
    )


def _due_words(row: Row) -> str:
    if row["due"] is not None:
        return f"{row['due']:%Y-%m-%d}"
    return "长期坚持" if row["ongoing"] else (row["due_text"] or "未定")


def _amounts(row: Row) -> list[Milestone]:
    quantity = row["quantity"] or {}
    unit = quantity.get("unit", "")
    return [
        Milestone(
            date.fromisoformat(m["due"]),
            f"{m['amount']}{unit}",
            f"应达到 {m['amount']}{unit}",
            row["amount"] >= m["amount"],
        )
        for m in quantity.get("milestones", ())
    ]


def _dates(measures: Iterable[Row], row: Row) -> list[Milestone]:
    """The days, other than the item's own, on which measures fall due: so many of them done of so many."""
    days: dict[date, list[bool]] = {}
    for measure in measures:
        if measure["due"] is not None and measure["due"] != row["due"]:
            days.setdefault(measure["due"], []).append(measure["state"] != "open")
    return [
        Milestone(d, f"{sum(done)}/{len(done)}", f"措施完成 {sum(done)}/{len(done)} 条", all(done))
        for d, done in days.items()
    ]


def _coming(source: _Source) -> tuple[tuple[Coming, ...], int]:
    first = source.stand.day
    last = first + AHEAD
    if source.moment is None:
        ids = [r.pk for r in source.registers]
        rows, total = coming_now(ids, source.units, first, last, MOST_COMING)
    else:
        found = sorted(_ahead(source.moment, first, last), key=lambda r: (r[0], r[1]))
        rows, total = found[:MOST_COMING], len(found)
    listed = tuple(Coming(day, title, source.names.get(u, ""), i, c) for day, i, title, u, c in rows)
    return listed, total - len(listed)


def _ahead(moment: Moment, first: date, last: date) -> Iterable[tuple[date, int, str, int, str]]:
    for row in moment.items:
        if row["state"] not in RUNNING:
            continue
        if row["due"] is not None and first <= row["due"] <= last:
            yield row["due"], row["id"], row["title"], row["owner_id"], row["colour"]
        for m in moment.measures.get(row["id"], ()):
            if m["state"] == "open" and m["due"] not in {None, row["due"]} and first <= m["due"] <= last:
                yield m["due"], row["id"], m["text"], row["owner_id"], row["colour"]


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(CHINA).date()


def item_picture(
    found: Detail, campaign: str, now: datetime, *, as_of: datetime | None = None
) -> ItemPicture:
    """Return the picture of an item. Raises NotFound for a day before it was registered."""
    if as_of is None:
        fields = found.item._meta.concrete_fields
        row: Row = {f.attname: getattr(found.item, f.attname) for f in fields}
        measures = _measures([found.item.pk]).get(found.item.pk, [])
    else:
        moment = items_as_of([found.register], as_of, only=[found.item.pk])
        if not moment.items:
            raise NotFound("到这一天，这一事项还没有登记。", hint="请选登记之后的日期。")
        row, measures = moment.items[0], moment.measures.get(found.item.pk, [])
    names, stand, procedure = unit_labels(), stand_at(now, as_of), found.procedure
    bar = bar_of(row, measures, names, procedure, stand.day)
    drawn = measures[:MOST_MEASURES]
    return ItemPicture(
        title=row["title"],
        number=row["number"],
        kind=" · ".join(part for part in (procedure.name, row["klass"]) if part),
        campaign=campaign,
        state=bar.state,
        bar=bar,
        facts=_facts(row, procedure, names, bar),
        measures=tuple(_measure(m, bar, stand.day) for m in drawn),
        measures_left_out=len(measures) - len(drawn),
        measures_done=sum(m["state"] != "open" for m in measures),
        progress=row["progress"],
        difficulty=row["difficulty"],
        events=_events(found, stand),
        stand=stand,
    )


def _events(found: Detail, stand: Stand) -> tuple[tuple[date, str], ...]:
    """What was done up to then, save what only the clock notes, the latest first."""
    done = [m for m in found.timeline if m.at <= stand.as_of and m.fact.actor]
    told = (
        (m.at.astimezone(CHINA).date(), " ".join(p for p in (m.name, m.person) if p)) for m in reversed(done)
    )
    return tuple(told)[:MOST_EVENTS]


def _facts(
    row: Row, procedure: Procedure, names: Mapping[int, str], bar: Bar
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The four boxes, in the words of the procedure's own columns: the problem, its leader, its plan, its team."""
    said = {c.field: c.label for c in procedure.columns}
    extra = row["extra"] or {}
    helpers = "、".join(names.get(u, "") for u in row["helpers"])
    boxes = (
        ("目标", (("target", "目标", row["target"]), ("source", "来源", row["source"]))),
        ("领导", (("lead", "牵头领导", row["lead"]), ("due", "时限", _long(bar)))),
        ("方案", (("plan", "方案", str(extra.get("plan", ""))), ("measures", "措施", _count(row)))),
        (
            "专班",
            (
                ("team", "专班", str(extra.get("team", ""))),
                ("owner", "责任单位", bar.owner),
                ("helpers", "配合单位", helpers),
                ("handler", "责任人", row["handler"]),
            ),
        ),
    )
    return tuple(
        (heading, tuple((said.get(name, label), text) for name, label, text in lines if text))
        for heading, lines in boxes
    )


def _long(bar: Bar) -> str:
    if bar.due is None:
        return bar.due_words
    day = f"{bar.due.year}年{bar.due.month}月{bar.due.day}日"
    return f"{day}，并长期坚持" if bar.ongoing else day


def _count(row: Row) -> str:
    return f"{row['measures']}条，已完成{row['measures_done']}条" if row["measures"] else ""


def _measure(measure: Row, bar: Bar, day: date) -> Bar:
    """A measure as a bar: from the item's start to its own deadline, else the item's. Its colour says done, waived, overdue or open."""
    due = measure["due"] or bar.due
    open_ = measure["state"] == "open"
    late = open_ and due is not None and due < day
    tone = "red" if late else "blue" if open_ else "none" if measure["state"] == "waived" else "green"
    state = {"open": "超期" if late else "在办", "waived": "免办", "done": "已完成"}[measure["state"]]
    own = f"{measure['due']:%Y-%m-%d}" if measure["due"] else (measure["due_text"] or "随事项")
    return Bar(
        item=0,
        number=str(measure["no"]),
        title=measure["text"],
        owner=measure["owner"],
        start=bar.start,
        due=due,
        due_words=own,
        percent=0 if open_ else 100,
        colour=tone,
        overdue=late,
        state=state,
        ended=_day(measure["ended_at"]),
    )
