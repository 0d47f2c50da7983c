"""Inspections: proposed, amended, approved, finished or cancelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bihuan.actions.register import register_row
from bihuan.actions.step import REFUSALS, unit_row
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.inspected import meeting
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.confidential import personal_number
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.inspection import (
    MODE_NAMES,
    STANDING,
    InspectionMode,
    InspectionState,
    carriers,
    inspection_allowed,
    may,
)
from bihuan.rules.objection import OBJECT_WITHIN
from bihuan.rules.permissions import Actor, Duty
from bihuan.rules.procedure_types import Span
from bihuan.rules.spans import last_day


class Overlapping(Invalid):
    """同一单位在同一时段已有督查。"""

    code = "overlapping"
    default_hint = "请并入已有的督查，或错开时间；确有必要的，批准时写明理由（despite=理由）。"


@dataclass(frozen=True)
class Plan:
    """What an inspection may look at; see ``events_inspection.InspectionProposed``. ``starts`` and ``ends`` are inclusive."""

    name: str
    mode: str
    contents: Sequence[str]
    objects: str
    scope: str
    units: Sequence[int]
    starts: date
    ends: date
    leader: int
    members: Sequence[int] = ()
    sample: int = 0
    register: int = 0


@dataclass(frozen=True)
class Inspected:
    """What a step led to: the inspection, its state, and the seq of the last entry."""

    inspection: int
    state: str
    seq: int


def propose_inspection(
    actor: Actor, now: datetime, office: int, plan: Plan, *, using: str = "default"
) -> Inspected:
    """Propose a plan for the inspecting unit ``office``. A random inspection takes its units from ``plan.sample``.

    Raises NotAllowed, Needs, NotFound or Invalid.
    """
    with writing(now, using) as ledger:
        ledger.lock()
        place = unit_row(ledger, office)
        if not may(actor, Duty.INSPECT, place["path"]):
            raise NotAllowed(f"提出督查方案须由“{place['name']}”的{carriers(Duty.INSPECT)}办理。")
        if plan.mode not in MODE_NAMES:
            raise Invalid(f"没有“{plan.mode}”这种督查。", hint=f"可选：{'、'.join(InspectionMode)}。")
        fields = _fields(ledger, place, plan, _units(ledger, plan))
        if plan.register:
            office_register(ledger, place, plan.register)
        fields |= {"mode": plan.mode, "office": office, "sample": plan.sample, "register": plan.register}
        seq = ledger.append(ev.InspectionProposed(**fields), actor)
        return Inspected(seq, InspectionState.PROPOSED, seq)


def office_register(ledger: Ledger, office: Row, register: int) -> Row:
    """Return the register, which the inspecting unit or one below it runs. Raises NotFound or Invalid."""
    target = register_row(ledger, register)
    if not ledger.rows.get("unit", target["unit_id"])["path"].startswith(office["path"]):
        raise Invalid(f"清单“{target['name']}”不属于督查单位。", hint="请选本单位的清单。")
    return target


def _fields(ledger: Ledger, office: Row, plan: Plan, units: list[int]) -> ev.Json:
    """Check the plan, which inspects ``units``, and return it as events hold it."""
    contents = list(dict.fromkeys(c.strip() for c in plan.contents if c.strip()))
    texts = {"名称": plan.name, "对象": plan.objects, "范围": plan.scope}
    missing = [label for label, text in texts.items() if not text.strip()]
    missing += ["内容"] * (not contents) + ["单位"] * (not units)
    if missing:
        raise Needs(f"督查方案还缺：{'、'.join(missing)}。")
    for text in (*texts.values(), *contents):
        guard_informant(text)
    if plan.starts > plan.ends:
        raise Invalid(f"督查时段不对：{plan.starts} 晚于 {plan.ends}。")
    group = list(dict.fromkeys((plan.leader, *plan.members)))
    _check_group(ledger, office, group, [unit_row(ledger, u)["path"] for u in units])
    return {
        "name": plan.name.strip(), "contents": contents, "objects": plan.objects.strip(), "scope": plan.scope.strip(),
        "units": units, "starts": plan.starts.isoformat(), "ends": plan.ends.isoformat(), "leader": group[0],
        "members": group[1:] or None,
    }  # fmt: skip


def _units(ledger: Ledger, plan: Plan) -> list[int]:
    units = list(dict.fromkeys(plan.units))
    if plan.mode == InspectionMode.RANDOM and not plan.sample:
        raise Needs("随机抽查还缺：抽样编号。", hint="请先用 bihuan sample draw 抽取单位或事项。")
    if not plan.sample:
        return units
    drawn = _drawn_units(ledger, plan.sample)
    if units and set(units) != set(drawn):
        raise Invalid("督查的单位与抽中的不一致。", hint="单位由抽样决定，不必再填。")
    return drawn


def _drawn_units(ledger: Ledger, sample: int) -> list[int]:
    row = ledger.rows.find("sample", sample)
    if row is None or not row["drawn"]:
        raise NotFound(f"没有编号为 {sample} 的抽样，或还没有抽取。")
    ids = [i for part in row["chosen"] for i in part["ids"]]
    if row["of"] == "item":
        ids = [ledger.rows.get("item", i)["owner_id"] for i in ids]
    return sorted({i for i in ids if i})


def _check_group(ledger: Ledger, office: Row, group: list[int], paths: list[str]) -> None:
    """Everybody exists, and nobody inspects their own unit (unless the inspecting unit itself lies within it)."""
    for person in group:
        row = ledger.rows.find("person", person)
        if row is None or not row["active"]:
            raise NotFound(f"没有编号为 {person} 的在用人员。", hint="督查组须有组长。")
        own = ledger.rows.get("unit", row["unit_id"])["path"]
        if any(own.startswith(p) and not office["path"].startswith(p) for p in paths):
            raise Invalid(f"{row['name']}是被督查单位的人员，应当回避。")


def guard_informant(text: str) -> None:
    """Raise Invalid where ``text``, which the inspected may read, holds a number that could give an informant away."""
    found = personal_number(text)
    if found:
        raise Invalid(f"内容里有{found}，不能写入台账。", hint="举报人、反映人的信息须保密，请删去后再提交。")


@contextmanager
def inspecting(
    action: str, inspection: int, actor: Actor, now: datetime, using: str, item: int = 0
) -> Iterator[tuple[Ledger, Row]]:
    """Open a transaction for a step with an inspection, and for the ``item`` that it touches; held before all else.

    Raises NotFound, WrongState or NotAllowed.
    """
    with writing(now, using) as ledger:
        if item and ledger.item(item) is None:
            raise NotFound(f"没有编号为 {item} 的事项。")
        ledger.lock()
        row = ledger.rows.find("inspection", inspection)
        if row is None:
            raise NotFound(f"没有编号为 {inspection} 的督查。")
        path = ledger.rows.get("unit", row["office_id"])["path"]
        state, group = InspectionState(row["state"]), (row["leader_id"], *row["members"])
        refused = inspection_allowed(action, state, actor, path, group)
        if refused is not None:
            raise REFUSALS[refused.code](refused.why)
        yield ledger, row


def amend_inspection(
    inspection: int, actor: Actor, now: datetime, reason: str, *, using: str = "default", **changes: Any
) -> Inspected:
    """Change the plan (fields of ``Plan`` but ``mode``, ``sample`` and ``register``); it waits for approval anew, whatever was approved."""
    if not reason.strip():
        raise Needs("调整方案还缺：理由。")
    with inspecting("amend", inspection, actor, now, using) as (ledger, row):
        if row["sample_id"] and "units" in changes:
            raise Invalid("这次督查的单位由抽样决定，不能改。", hint="请另外抽样，另外提出方案。")
        plan = Plan(**{**_standing(row), **changes})
        office = ledger.rows.get("unit", row["office_id"])
        fields = _fields(ledger, office, plan, list(dict.fromkeys(plan.units)))
        event = ev.InspectionAmended(inspection=inspection, reason=reason.strip(), **fields)
        return _entered(ledger, row, event, actor)


def _standing(row: Row) -> dict[str, Any]:
    same = ("name", "contents", "scope", "units", "starts", "ends", "members", "mode")
    return {k: row[k] for k in same} | {"objects": row["objects_text"], "leader": row["leader_id"]}


def approve_inspection(
    inspection: int,
    actor: Actor,
    now: datetime,
    *,
    opinion: str = "",
    despite: str = "",
    using: str = "default",
) -> Inspected:
    """Approve the plan. One that meets another approved one at a unit needs ``despite``, the reason.

    Raises NotAllowed also for who made the plan; Overlapping names the others.
    """
    with inspecting("approve", inspection, actor, now, using) as (ledger, row):
        if actor.person and actor.person == row["proposed_by"]:
            raise NotAllowed("方案不能由提出人自己批准。")
        others = [r for r in meeting(ledger.rows, row) if r["state"] in STANDING]
        if others and not despite.strip():
            named = "；".join(f"{r['id']} {r['name']}（{r['starts']} 至 {r['ends']}）" for r in others)
            raise Overlapping(f"同一单位在同一时段已有督查：{named}。")
        event = ev.InspectionApproved(inspection=inspection, opinion=opinion.strip(), despite=despite.strip())
        return _entered(ledger, row, event, actor)


def finish_inspection(
    inspection: int,
    actor: Actor,
    now: datetime,
    conclusion: str,
    *,
    by_unit: Mapping[int, str] | None = None,
    using: str = "default",
) -> Inspected:
    """End it with the conclusion. It is fed back to each inspected unit, which may object within ``OBJECT_WITHIN``.

    ``by_unit`` holds what a unit (id) is told in its place.
    """
    if not conclusion.strip():
        raise Needs("结束督查还缺：结论。")
    own = {unit: text.strip() for unit, text in (by_unit or {}).items() if text.strip()}
    for text in (conclusion, *own.values()):
        guard_informant(text)
    with inspecting("finish", inspection, actor, now, using) as (ledger, row):
        strangers = [u for u in own if u not in row["units"]]
        if strangers:
            raise Invalid(f"编号为 {strangers[0]} 的单位不在督查对象内，不能向它反馈。")
        event = ev.InspectionFinished(inspection=inspection, conclusion=conclusion.strip())
        done = _entered(ledger, row, event, actor)
        last = day_after(ledger, OBJECT_WITHIN)
        for unit in row["units"]:
            text = own.get(unit, conclusion.strip())
            ledger.append(
                ev.InspectionTold(inspection=inspection, unit=unit, text=text, object_by=last), actor
            )
        return done


def day_after(ledger: Ledger, span: Span) -> str:
    """Return the last day of ``span`` from today on, as an ISO date; on a holiday it rolls to the next working day."""
    today = ledger.now.astimezone(CHINA).date()
    return last_day(today, span, derive.calendar_of(ledger.rows)).date.isoformat()


def cancel_inspection(
    inspection: int, actor: Actor, now: datetime, reason: str, *, using: str = "default"
) -> Inspected:
    """Call it off before it begins; one that has records is finished instead."""
    if not reason.strip():
        raise Needs("取消督查还缺：理由。")
    with inspecting("cancel", inspection, actor, now, using) as (ledger, row):
        if row["findings"] or row["steps"]:
            raise Invalid("督查已有记录，不能取消。", hint="请批准调整后的方案，再结束督查。")
        return _entered(
            ledger, row, ev.InspectionCancelled(inspection=inspection, reason=reason.strip()), actor
        )


def _entered(ledger: Ledger, row: Row, event: ev.Event, actor: Actor) -> Inspected:
    seq = ledger.append(event, actor)
    return Inspected(row["id"], row["state"], seq)
