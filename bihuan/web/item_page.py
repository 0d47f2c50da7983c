"""What the page of an item shows beyond its data: where it stands, what comes next, what is still missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from bihuan.actions.closing import unmet
from bihuan.actions.step import Act
from bihuan.ledger.append import Ledger
from bihuan.models import Item, Timer
from bihuan.queries.item import Detail, Moment
from bihuan.rules.clocked import CHINA
from bihuan.rules.permissions import ROLE_NAMES, Actor, Role
from bihuan.rules.procedure_types import CYCLES
from bihuan.rules.workflow import STEPS, State, Step
from bihuan.web import dates, words

#: State → the steps that move it on, the likeliest first; the page opens with the first that the person may take.
FORWARD: dict[str, tuple[str, ...]] = {
    State.REGISTERED: ("approve",),
    State.APPROVED: ("assign",),
    State.ASSIGNED: ("accept", "return"),
    State.RETURNED: ("assign",),
    State.WORKING: ("report", "attach", "submit"),
    State.REVIEWING: ("review",),
    State.PASSED: ("close",),
    State.CLOSED: ("look_back",),
    State.SUSPENDED: ("resume",),
}
#: Steps that a person seldom takes, or that cannot be undone, stand last.
_LAST = ("escalate", "hand_back", "merge", "cancel")


@dataclass(frozen=True)
class Stage:
    """One mark of the way: ``standing`` is done, here or ahead."""

    name: str
    standing: str


@dataclass(frozen=True)
class Offer:
    """A step that this person may take now, under the procedure's name for it."""

    action: str
    name: str
    why: str
    forward: bool


@dataclass(frozen=True)
class Check:
    """A condition of closure and whether it holds."""

    text: str
    met: bool


@dataclass(frozen=True)
class Told:
    """An entry of the timeline with what it says; ``late`` when it was entered after it held."""

    moment: Moment
    lines: list[words.Said]
    late: bool


_WAY: tuple[tuple[str, frozenset[State]], ...] = (
    ("立项", frozenset()),
    ("审定", frozenset({State.REGISTERED})),
    ("交办", frozenset({State.APPROVED, State.RETURNED})),
    ("签收", frozenset({State.ASSIGNED})),
    ("办理", frozenset({State.WORKING, State.SUSPENDED})),
    ("审核", frozenset({State.REVIEWING})),
    ("销号", frozenset({State.PASSED})),
)


def stages(found: Detail) -> list[Stage]:
    """Return the way of the item and where it stands on it; empty once it was merged or cancelled."""
    state, flow = State(found.item.state), found.procedure.flow
    if state in {State.MERGED, State.CANCELLED}:
        return []
    skipped = {name for name, wanted in (("审定", flow.approval), ("签收", flow.acceptance)) if not wanted}
    here = next((n for n, (_, states) in enumerate(_WAY) if state in states), len(_WAY))
    return [
        Stage(name, "done" if n < here else ("here" if n == here else "ahead"))
        for n, (name, _) in enumerate(_WAY)
        if name not in skipped
    ]


def step_name(step: Step, found: Detail) -> str:
    """Return what the item's procedure calls a step."""
    return found.procedure.action_labels.get(step.action, step.name)


def offers(found: Detail) -> list[Offer]:
    """Return the steps this person may take now: those that move the item on first, the rare ones last."""
    forward = _forward(found)

    def order(step: Step) -> tuple[int, int]:
        if step.action in forward:
            return 0, forward.index(step.action)
        return (2, _LAST.index(step.action)) if step.action in _LAST else (1, list(STEPS).index(step.action))

    return [
        Offer(s.action, step_name(s, found), s.why, s.action in forward)
        for s in sorted(found.steps, key=order)
    ]


def _forward(found: Detail) -> tuple[str, ...]:
    """Return the steps that move the item on; while the unit is at work, the supervising office has none."""
    may = {s.action for s in found.steps}
    if found.item.state == State.WORKING and "cancel" in may and "submit" not in may:
        return ()
    return FORWARD.get(found.item.state, ())


def first_step(found: Detail, conditions: list[Check]) -> str:
    """Return the step with which the page opens ("" for none): applying for closure once nothing is missing."""
    may = [o.action for o in offers(found) if o.forward]
    if "submit" in may and conditions and all(c.met for c in conditions):
        return "submit"
    return may[0] if may else ""


def waiting_for(found: Detail) -> str:
    """Say who has to do what next."""
    return _WAITS[State(found.item.state)](found)


def _reviewing(found: Detail) -> str:
    level = found.procedure.levels[found.item.level - 1]
    where = found.owner if level.scope == "owner" else found.office
    count = f"第{found.item.level}级，共{len(found.procedure.levels)}级"
    if level.meeting:
        return f"等{found.office}召开会议决定：{level.name}（{count}）"
    return f"等{where}的{ROLE_NAMES[Role(level.role)]}审核：{level.name}（{count}）"


def _working(found: Detail) -> str:
    item = found.item
    if item.measures and item.measures == item.measures_done:
        return f"措施已全部完成，等{found.owner}申请销号"
    return f"等{found.owner}推进办理、反馈进展"


def _closed(found: Detail) -> str:
    timer = Timer.objects.filter(item_id=found.item.pk, kind="look-back").order_by("due_at").first()
    return f"下一次回头看：{dates.day_words(timer.due_at)}" if timer else "全部办结"


def _merged(found: Detail) -> str:
    into = Item.objects.filter(pk=found.item.merged_into).values_list("number", flat=True).first()
    return f"已并入{into}，进展见该事项"


_WAITS: dict[State, Callable[[Detail], str]] = {
    State.REGISTERED: lambda found: f"等{found.office}审定",
    State.APPROVED: lambda found: f"等{found.office}交办到责任单位",
    State.ASSIGNED: lambda found: f"等{found.owner}签收",
    State.RETURNED: lambda found: f"{found.owner}已退回，等{found.office}重新交办或转办",
    State.WORKING: _working,
    State.REVIEWING: _reviewing,
    State.PASSED: lambda found: f"各级审核都已通过，等{found.office}销号",
    State.CLOSED: _closed,
    State.SUSPENDED: lambda found: f"挂起期间不计时，等{found.office}恢复办理",
    State.MERGED: _merged,
    State.CANCELLED: lambda _found: "已撤销，不再办理",
}


def checks(found: Detail, actor: Actor) -> list[Check]:
    """Return the conditions of applying for closure, while the item is at work; what is typed at the step itself is left out."""
    if found.item.state not in {State.ASSIGNED, State.WORKING}:
        return []
    ledger = Ledger(connections["default"], dates.now())
    act = Act(ledger, ledger.rows.get("item", found.item.pk), actor, STEPS["submit"])
    missing = unmet(act, "submit")
    asked = [c for c in found.procedure.conditions("submit") if c.kind not in {"statement", "rating"}]
    planned = [Check("制定措施", bool(found.item.measures))] if found.procedure.flow.plan else []
    return planned + [Check(_positive(c.kind, c.name), c.reason.rstrip("。") not in missing) for c in asked]


_POSITIVE = {
    "measures": "措施全部完成或说明免办",
    "progress": "反馈过办理进展",
    "percent": "完成比例达到100%",
    "target": "达到目标数量",
}


def _positive(kind: str, name: str) -> str:
    return _POSITIVE.get(kind, f"上传{name}")


def due_words(item: Item) -> str:
    """Return the deadline: its date, whether the work goes on, and the words in which it was written."""
    data = {
        "ongoing": item.ongoing,
        "cycle": item.cycle,
        "due_text": item.due_text,
        "provisional": item.provisional,
    }
    return words.due_words(item.due.isoformat() if item.due else "", data) or "未定"


def cycle_words(item: Item) -> str:
    """Return how often an ongoing item is reported on."""
    return f"{CYCLES[item.cycle]}反馈" if item.cycle in CYCLES else ""


def timeline(found: Detail, units: dict[int, str], using: str = "default") -> list[Told]:
    """Return the entries, the newest first, each with what it says."""
    others = {
        getattr(m.fact.event, name)
        for m in found.timeline
        for name in ("into", "absorbed")
        if hasattr(m.fact.event, name)
    }
    numbers = dict(Item.objects.using(using).filter(pk__in=others).values_list("id", "number"))
    names = words.Names(units, found.procedure, numbers)
    return [Told(m, words.said(m, names), _late(m.at, m.recorded)) for m in reversed(found.timeline)]


def _late(at: datetime, recorded: datetime) -> bool:
    """Whether an entry was made on a later day than the one it is about."""
    return recorded.astimezone(CHINA).date() > at.astimezone(CHINA).date()
