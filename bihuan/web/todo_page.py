"""How a task reads on the page: what it is, why now, and the one button that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bihuan.models import Item, Request
from bihuan.queries.tasks import LATER, NOW, SOON, Task
from bihuan.queries.todo import Todo
from bihuan.rules.clocked import CHINA
from bihuan.rules.procedure_types import Procedure
from bihuan.rules.requests import REQUEST_NAMES
from bihuan.rules.slips import SLIP_STEPS
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STEPS
from bihuan.web import dates, filters, words
from bihuan.web.addresses import address, address_of
from bihuan.web.todo_lines import CALL, Button, Line, beyond, to_meeting

GROUPS = ((NOW, "马上办"), (SOON, "该办了"), (LATER, "在办，不急"))
#: Steps that need nothing to be filled in: one tap does them.
_ONE_TAP = frozenset({"accept", "slip-acknowledge"})
#: Kind of task → the list behind it; the page shows only the first of each.
_BEHIND = {
    "accept": {"state": "assigned"},
    "check-in": {"state": "working", "waiting": "check-in"},
    "report": {"state": "working"},
    "approve": {"state": "registered"},
    "assign": {"state": "approved"},
    "close": {"state": "passed"},
    "look_back": {"state": "closed", "waiting": "look-back"},
    "review": {"state": "reviewing"},
}


@dataclass(frozen=True)
class Group:
    """The tasks of one urgency."""

    key: int
    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Rest:
    """More tasks of a kind than the page shows: how many ("1000+" when nobody counted on), and the list of them."""

    verb: str
    count: str
    link: str


def groups(found: Todo, procedures: Mapping[int, Procedure], now: datetime, own: int) -> list[Group]:
    """Return the tasks by urgency; empty groups are left out. The person's ``own`` unit is not named to them."""
    lines: dict[int, list[Line]] = {}
    units = {pk: name for pk, name in found.units.items() if pk != own}
    for task in found.tasks:
        lines.setdefault(task.urgency, []).append(_line(task, units, procedures, now))
    return [Group(key, name, lines[key]) for key, name in GROUPS if key in lines]


def rests(found: Todo, most: int) -> list[Rest]:
    """Return what the page leaves out, with the list where it is found."""
    return [
        Rest(_verb(kind), f"{most}+" if count > most else str(count), _list(kind))
        for kind, count in found.more.items()
    ]


#: Kind of task that is no step of an item → what the rest is called, and the list behind it.
_BEYOND = {
    "meeting": (CALL, "meetings", ""),
    "slip": ("没有了结的单据", "slips", "?state=live"),
    "request": ("批复申请", "requests", "?state=asked"),
}


def _verb(kind: str) -> str:
    if kind in _BEYOND:
        return _BEYOND[kind][0]
    name = kind.partition("-")[0]
    return STEPS["report" if name == "check" else name].name


def _list(kind: str) -> str:
    """Return the address of the list behind a kind of tasks."""
    if kind in _BEYOND:
        _, view, query = _BEYOND[kind]
        return address(view) + query
    return filters.address(**_BEHIND[kind if kind in _BEHIND else kind.partition("-")[0]])


def _line(task: Task, units: Mapping[int, str], procedures: Mapping[int, Procedure], now: datetime) -> Line:
    if task.item is None:
        return beyond(task, units)
    if task.kind == "meeting":
        return to_meeting(task.item, units)
    if task.request is not None:
        return _of_request(task.request, task.item, units, now)
    return _of_slip(task, units, now) if task.slip else _of_item(task, task.item, units, procedures)


def _of_item(task: Task, item: Item, units: Mapping[int, str], procedures: Mapping[int, Procedure]) -> Line:
    procedure = procedures[item.procedure_id]
    verb = procedure.action_labels.get(task.kind, STEPS[task.kind].name)
    waits = "、".join(WAITING_NAMES[name] for name in item.waiting.split())
    left = words.remaining(item, dates.today())
    url = address_of("items-step", item.pk, task.kind)
    sent = (("version", item.version), ("back", "todo"))
    return Line(
        verb=verb,
        title=item.title,
        link=address_of("items-one", item.pk),
        number=item.number,
        unit=units.get(item.owner_id, ""),
        colour="" if item.colour == "none" else item.colour,
        why="；".join(part for part in (waits, _level(item, procedure, task.kind), left) if part),
        late=item.overdue,
        exact=dates.day_words(item.due),
        do=Button(verb, url, sent) if task.kind in _ONE_TAP else Button(verb, f"{url}#step"),
        also=_second(task.kind, item, url, sent),
    )


def _level(item: Item, procedure: Procedure, kind: str) -> str:
    return procedure.levels[item.level - 1].name if kind == "review" and item.level else ""


def _second(kind: str, item: Item, url: str, sent: tuple[tuple[str, object], ...]) -> Button | None:
    """Return the other answer: not ours, or nothing new."""
    if kind == "accept":
        return Button("退回", f"{address_of('items-step', item.pk, 'return')}#step")
    return Button("暂无进展", url, (*sent, ("unchanged", 1))) if kind == "report" else None


def _of_slip(task: Task, units: Mapping[int, str], now: datetime) -> Line:
    slip, item = task.slip, task.item
    assert slip is not None
    assert item is not None
    step = task.kind.removeprefix("slip-")
    link = address_of("slips-one", slip.pk)
    limit = slip.answer_due if step == "answer" else None
    late = limit is not None and limit <= now
    left = dates.left_words(limit.astimezone(CHINA).date(), dates.today()) if limit else ""
    why = f"答复：{left}" if left else ""
    if limit is not None and late:
        why = f"答复已超期（{dates.since_words(limit, now)}到期）"
    name = SLIP_STEPS[step].name
    url = address_of("slips-step", slip.pk, step)
    one_tap = Button(name, url, (("back", "todo"),))
    return Line(
        verb=f"{name}{slip.rung}",
        title=item.title,
        link=link,
        number=slip.number or "待编号",
        unit=units.get(slip.unit_id, ""),
        colour="",
        why=why,
        late=late,
        exact=dates.moment_words(limit) if limit else "",
        do=one_tap if task.kind in _ONE_TAP else Button(name, f"{link}?do={step}#step"),
    )


def _of_request(found: Request, item: Item, units: Mapping[int, str], now: datetime) -> Line:
    link = address_of("requests-one", found.pk)
    limit = found.decide_due
    late = limit is not None and limit <= now
    left = f"批复期限：{dates.moment_words(limit)}前" if limit else ""
    return Line(
        verb=f"批复{REQUEST_NAMES[found.kind]}申请",
        title=item.title,
        link=link,
        number=item.number,
        unit=units.get(item.owner_id, ""),
        colour="",
        why="；".join(part for part in (found.reason.rstrip("。"), "逾期未批" if late else left) if part),
        late=late,
        exact=dates.moment_words(limit) if limit else "",
        do=Button("批复", f"{link}#step"),
    )


def summary(shown: Iterable[Group]) -> str:
    """Say in one line how much there is."""
    return "，".join(f"{group.name} {len(group.lines)} 件" for group in shown)
