"""What one person has to do now, the most urgent first: items, slips, requests, inspections, meetings and rules that wait
for a role they hold.

Each kind of task reads the first rows of an index for each unit (or, for wide scopes, each register), so that the cost follows
what is shown and not the size of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connections
from django.db.models import OuterRef, Subquery

from bihuan.ledger.derive import parsed
from bihuan.models import Inspection, Item, Procedure, Register, Slip
from bihuan.queries.people import unit_labels, unit_paths, visible_units
from bihuan.queries.requests import to_decide
from bihuan.queries.slips import steps_of, unsettled
from bihuan.queries.tasks import LATER, MOST, NOW, OF_ITEM, OF_SLIP, SOON, Task
from bihuan.queries.todo_office import office_tasks
from bihuan.rules.inspection import InspectionState, inspection_allowed
from bihuan.rules.permissions import BUSINESS, Actor, Role
from bihuan.rules.slips import LIVE, SlipState
from bihuan.rules.workflow import STEPS, Side, State

#: Beyond so many units their items are found by register: a query of a thousand parts helps nobody.
_MANY = 300
#: Slips and inspections are looked at one by one; more than this at once would be no task list any more.
_LOOKED_AT = 100
COUNT_LIMIT = 1000
_SOON = timedelta(days=7)
#: Whoever holds none of these for an office decides no request.
_DECIDERS = BUSINESS - STEPS["accept"].who


@dataclass(frozen=True)
class Todo:
    """The tasks in order, how many there are of each kind of which not all are shown, and unit names by id."""

    tasks: list[Task]
    more: dict[str, int]
    units: dict[int, str]


@dataclass(frozen=True)
class _Search:
    """Items in ``states`` for which a unit in ``column`` (owner_id, office_id) has one of ``roles``; ``test`` is a further
    condition in SQL.
    """

    kind: str
    column: str
    roles: frozenset[Role]
    states: tuple[str, ...]
    test: str = ""
    values: tuple[Any, ...] = ()


def todo(actor: Actor, now: datetime, using: str = "default") -> Todo:
    """Return what ``actor`` has to do at ``now``."""
    reach = _Reach(actor, using)
    rows: dict[str, list[Item]] = {}
    more: dict[str, int] = {}
    found = {s.kind: _first(s, reach, using) for s in _searches(actor, using)}
    items = Item.objects.using(using).only(*OF_ITEM).in_bulk({i for ids, _ in found.values() for i in ids})
    for kind, (ids, count) in found.items():
        rows[kind] = [items[i] for i in ids]
        if count > len(ids):
            more[kind] = count
    tasks = _item_tasks(rows, actor, now) + _slip_tasks(actor, reach, now, more, using)
    tasks += _inspection_tasks(actor, reach, now, using) + _request_tasks(actor, now, more, using)
    tasks += office_tasks(actor, now, more, reach.every, using)
    tasks.sort(key=lambda t: (t.urgency, t.due is None, t.due or now, t.kind))
    return Todo(tasks, more, _names(tasks, using))


class _Reach:
    """The units for which a person holds roles, and the paths of ``every`` unit; read once."""

    def __init__(self, actor: Actor, using: str) -> None:
        self.actor = actor
        paths = sorted({g.path for g in actor.grants})
        self.every = unit_paths(using)
        self.paths = {pk: path for pk, path in self.every.items() if any(path.startswith(p) for p in paths)}

    def units(self, roles: frozenset[Role]) -> list[int]:
        """The ids of the units for which one of ``roles`` is held."""
        return [pk for pk, path in self.paths.items() if self.actor.holds(roles, path)]


def _searches(actor: Actor, using: str) -> list[_Search]:
    """Return where to look for the tasks of somebody who holds the roles of ``actor``."""
    work, office, decide = STEPS["accept"].who, STEPS["assign"].who, STEPS["approve"].who
    back, looks = STEPS["assign"].frm, STEPS["look_back"].who
    found = [
        _Search("accept", "owner_id", work, (State.ASSIGNED,)),
        _Search("check-in", "owner_id", work, (State.WORKING,), "\"waiting\">''"),
        _Search("report", "owner_id", work, (State.WORKING,)),
        _Search("approve", "office_id", decide, (State.REGISTERED,)),
        _Search("assign", "office_id", office, tuple(s for s in State if s in back)),
        _Search("close", "office_id", office, (State.PASSED,)),
        _Search("look_back", "office_id", looks, (State.CLOSED,), "\"waiting\">'' AND \"waiting\" LIKE %s", ("%look-back%",)),
        *_reviews(actor, using),
    ]  # fmt: skip
    held = {g.role for g in actor.grants}
    return [s for s in found if s.roles & held]


def _reviews(actor: Actor, using: str) -> list[_Search]:
    """Return a search for each role and side on which ``actor`` reviews: the levels are the procedures' own, but for those
    that a meeting decides.
    """
    held = {g.role for g in actor.grants}
    levels: dict[tuple[Role, str], list[tuple[int, int]]] = {}
    for pk, text in Procedure.objects.using(using).order_by("id").values_list("id", "text"):
        for no, level in enumerate(parsed(text).levels, start=1):
            side = "owner_id" if level.scope == Side.OWNER else "office_id"
            if (
                Role(level.role) in held and not level.meeting
            ):  # that one waits for a meeting, not for a person
                levels.setdefault((Role(level.role), side), []).append((pk, no))
    return [
        _Search(
            f"review-{role}-{column}", column, frozenset({role}), (State.REVIEWING,),
            f"({' OR '.join(['(procedure_id=%s AND level=%s)'] * len(pairs))})",
            tuple(n for pair in pairs for n in pair),
        )
        for (role, column), pairs in levels.items()
    ]  # fmt: skip


def _first(search: _Search, reach: _Reach, using: str) -> tuple[list[int], int]:
    """Return the ids of the first items of ``search`` by deadline, and how many there are, counted to COUNT_LIMIT."""
    units = reach.units(search.roles)
    if not units:
        return [], 0
    column, keys, narrow = search.column, units, ""
    if len(units) > _MANY:
        column, keys = "register_id", list(Register.objects.using(using).values_list("id", flat=True))
        narrow = f' AND "{search.column}" IN ({",".join(map(str, units))})'
    where = f'"state"=%s{narrow}' + (f" AND {search.test}" if search.test else "")
    parts = [(key, state) for key in keys for state in search.states]
    found: list[tuple[str, int]] = []
    for start in range(0, len(parts), _MANY):
        found += _run(column, where, parts[start : start + _MANY], search.values, using)
    ids = [pk for _, pk in sorted(found)][:MOST]
    if len(ids) < MOST:
        return ids, len(ids)
    return ids, _count(column, keys, search, narrow, using)


def _run(
    column: str, where: str, parts: Sequence[tuple[int, str]], values: tuple[Any, ...], using: str
) -> list[tuple[str, int]]:
    one = f'SELECT * FROM (SELECT "due_order","id" FROM "item" WHERE "{column}"=%s AND {where} ORDER BY "due_order","id" LIMIT {MOST}) AS p'  # noqa: S608
    given = [v for key, state in parts for v in (key, state, *values)]
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(parts)) + f" ORDER BY 1,2 LIMIT {MOST}", given)
        return [(str(due), int(pk)) for due, pk in cursor.fetchall()]


def _count(column: str, keys: Sequence[int], search: _Search, narrow: str, using: str) -> int:
    states = ",".join(["%s"] * len(search.states))
    test = f" AND {search.test}" if search.test else ""
    sql = f'SELECT 1 FROM "item" WHERE "{column}" IN ({",".join(map(str, keys))}) AND "state" IN ({states}){narrow}{test} LIMIT {COUNT_LIMIT + 1}'  # noqa: S608
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql}) AS p", [*search.states, *search.values])  # noqa: S608
        return int(cursor.fetchone()[0])


def _item_tasks(rows: dict[str, list[Item]], actor: Actor, now: datetime) -> list[Task]:
    found: list[Task] = []
    asked = {i.pk for i in rows.get("check-in", ())}
    for kind, items in rows.items():
        for item in items:
            if kind == "report" and item.pk in asked:
                continue
            if kind.startswith("review") and actor.person in item.handled_by:
                continue
            found.append(_item_task(kind, item, now))
    return found


def _item_task(kind: str, item: Item, now: datetime) -> Task:
    """Return the task of an item: work that is all done has only to be submitted."""
    name = kind.partition("-")[0]
    if name in {"report", "check"}:
        done = bool(item.measures) and item.measures == item.measures_done
        name = "plan" if "plan-overdue" in item.waiting.split() else "submit" if done else "report"
    return Task(name, _urgency(name, item, now), item.due_at, item=item)


#: Steps that others wait for: they are never put off.
_BLOCKING = frozenset({"accept", "approve", "assign", "review", "close", "submit"})


def _urgency(name: str, item: Item, now: datetime) -> int:
    if item.waiting or item.overdue or item.colour == "red":
        return NOW
    near = item.due_at is not None and item.due_at - now < _SOON
    return SOON if near or name in _BLOCKING or item.colour in {"yellow", "orange"} else LATER


#: Slips that wait for the office and not for the unit.
_AT_OFFICE = frozenset({SlipState.PROPOSED, SlipState.ANSWERED})


def _slip_tasks(actor: Actor, reach: _Reach, now: datetime, more: dict[str, int], using: str) -> list[Task]:
    """Return the first slips that wait for this person: to sign, to receive or answer, to judge.

    Where there are further ones, ``more`` says how many slips there are that are not settled.
    """
    sides = [
        ("unit_id", reach.units(STEPS["accept"].who), LIVE - _AT_OFFICE),
        ("office_id", reach.units(BUSINESS - STEPS["accept"].who), _AT_OFFICE),
    ]
    found: dict[int, tuple[Slip, str]] = {}
    for column, units, states in sides:
        mine, all_of_them = _slips_to_step(column, units, states, reach, using) if units else ([], True)
        found |= {slip.pk: (slip, name) for slip, name in mine}
        if not all_of_them:
            more["slip"] = unsettled(visible_units(actor, using), COUNT_LIMIT + 1, using)
    items = Item.objects.using(using).only(*OF_ITEM).in_bulk({s.item_id for s, _ in found.values()})
    return [
        Task(
            f"slip-{name}",
            NOW if slip.answer_due is not None and slip.answer_due <= now and name == "answer" else SOON,
            slip.answer_due,
            items[slip.item_id],
            slip,
        )
        for slip, name in found.values()
    ]


def _slips_to_step(
    column: str, units: list[int], states: Iterable[SlipState], reach: _Reach, using: str
) -> tuple[list[tuple[Slip, str]], bool]:
    """Return the oldest slips in ``states`` with a step that this person has to take, and whether these are all that there may be.

    For these a unit in ``column`` is one of ``units``. Most people may take it with each of them, and then the first few do.
    """
    office = Item.objects.using(using).filter(pk=OuterRef("item_id")).values("office_id")
    waiting = Slip.objects.using(using).filter(**{f"{column}__in": units}, state__in=list(states))
    waiting = waiting.only(*OF_SLIP).annotate(of_office=Subquery(office)).order_by("id")
    found: list[tuple[Slip, str]] = []
    for start, end in pairwise((0, MOST + 1, _LOOKED_AT + 1)):
        rows: list[Any] = list(waiting[start:end])
        found += [(s, name) for s in rows if (name := _slip_step(s, reach.actor, reach.every))]
        if len(found) > MOST:
            return found[:MOST], False
        if len(rows) < end - start:
            return found, True
    return found, False


#: What somebody has to do with a slip, the first that they may.
_SLIP_STEPS = ("approve", "answer", "acknowledge", "judge")


def _slip_step(slip: Any, actor: Actor, paths: dict[int, str]) -> str:
    """The step that ``actor`` has to take with ``slip``, "" for none."""
    return next((s.action for s in steps_of(slip, slip.of_office, actor, paths, _SLIP_STEPS)), "")


def _request_tasks(actor: Actor, now: datetime, more: dict[str, int], using: str) -> list[Task]:
    """Return the requests that this person has to decide, those with the nearest limit; in ``more`` how many there are in all."""
    if not any(g.role in _DECIDERS for g in actor.grants):
        return []
    every = to_decide(actor, visible_units(actor, using), using=using)
    waiting = every[:MOST]
    if len(every) > MOST:
        more["request"] = len(every)
    items = Item.objects.using(using).only(*OF_ITEM).in_bulk({r.item_id for r in waiting})
    return [
        Task(
            "request",
            NOW if r.decide_due is not None and r.decide_due <= now else SOON,
            r.decide_due,
            items[r.item_id],
            request=r,
        )
        for r in waiting
    ]


#: Step of an inspection → whether somebody of the group has to take it, or who holds the duty.
_INSPECTION_STEPS: tuple[tuple[str, Callable[[Inspection, Actor], bool]], ...] = (
    ("approve", lambda found, actor: actor.person != found.proposed_by),
    ("finding", lambda found, actor: actor.person in {found.leader_id, *found.members}),
)


def _inspection_tasks(actor: Actor, reach: _Reach, now: datetime, using: str) -> list[Task]:
    """Return the plans to approve, and the inspections of whose group this person is."""
    live = [InspectionState.PROPOSED, InspectionState.APPROVED, InspectionState.UNDERWAY]
    rows = Inspection.objects.using(using).filter(state__in=live).order_by("-id")[:_LOOKED_AT]
    found = []
    for row in rows:
        group = (row.leader_id, *row.members)
        for action, wanted in _INSPECTION_STEPS:
            may = inspection_allowed(
                action, InspectionState(row.state), actor, reach.every[row.office_id], group
            )
            if may is None and wanted(row, actor):
                found.append(Task(f"inspection-{action}", SOON, None, inspection=row))
    return found


def _names(tasks: Iterable[Task], using: str) -> dict[int, str]:
    ids = {t.item.owner_id for t in tasks if t.item} | {t.slip.unit_id for t in tasks if t.slip}
    ids |= {t.inspection.office_id for t in tasks if t.inspection}
    ids |= {t.meeting.office_id for t in tasks if t.meeting} | {
        t.objection.unit_id for t in tasks if t.objection
    }
    ids |= {t.institution.unit_id for t in tasks if t.institution}
    return {pk: name for pk, name in unit_labels(using).items() if pk in ids}
