"""Objections to an inspection's conclusion, and their re-examination by people who did not inspect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bihuan.actions.inspection import day_after, guard_informant
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.inspection import carriers, may
from bihuan.rules.objection import DECIDE_WITHIN, OUTCOMES, hands
from bihuan.rules.permissions import Actor, Duty, Role


class TooLate(Invalid):
    """提出异议的期限已过。"""

    code = "too-late"
    default_hint = "应在收到结论之日起 30 日内提出；对事项本身的意见，可在事项中反馈。"


@dataclass(frozen=True)
class Objected:
    """An objection: its id, the last day of its re-examination, and the seq of the last entry."""

    objection: int
    decide_by: str
    seq: int


def object_to(
    conclusion: int, actor: Actor, now: datetime, reason: str, *, using: str = "default"
) -> Objected:
    """Object to what a unit was told by the entry ``conclusion``; the head of that unit does so, once, within the time allowed.

    Raises NotFound, NotAllowed, Needs, TooLate or WrongState.
    """
    if not reason.strip():
        raise Needs("提出异议还缺：理由。")
    guard_informant(reason)
    with writing(now, using) as ledger:
        ledger.lock()
        told = ledger.rows.find("conclusion", conclusion)
        if told is None:
            raise NotFound(f"没有编号为 {conclusion} 的督查结论反馈。")
        unit = ledger.rows.get("unit", told["unit_id"])
        if not actor.holds({Role.UNIT_HEAD}, unit["path"]):
            raise NotAllowed(f"提出异议须由“{unit['name']}”的单位负责人办理。")
        if ledger.now.astimezone(CHINA).date() > told["object_by"]:
            raise TooLate(f"提出异议的期限（{told['object_by']}）已过。")
        if ledger.rows.where("objection", "conclusion_id", conclusion):
            raise WrongState("对这份结论已提出过异议。", hint="补充材料请交负责复核的人员。")
        last = day_after(ledger, DECIDE_WITHIN)
        event = ev.InspectionObjected(
            inspection=told["inspection_id"], conclusion=conclusion, unit=told["unit_id"], reason=reason.strip(),
            decide_by=last,
        )  # fmt: skip
        seq = ledger.append(event, actor)
        return Objected(seq, last, seq)


def reexamine(
    objection: int, actor: Actor, now: datetime, outcome: str, text: str, *, using: str = "default"
) -> Objected:
    """Decide an objection: ``outcome`` is a key of ``OUTCOMES``, ``text`` the decision. The original staff are recused.

    Raises NotFound, NotAllowed, Needs, Invalid or WrongState.
    """
    if outcome not in OUTCOMES:
        raise Invalid(f"复核没有“{outcome}”这种结果。", hint=f"可选：{'、'.join(OUTCOMES)}。")
    if not text.strip():
        raise Needs("复核还缺：复核意见。")
    guard_informant(text)
    with writing(now, using) as ledger:
        ledger.lock()
        row = ledger.rows.find("objection", objection)
        if row is None:
            raise NotFound(f"没有编号为 {objection} 的异议。")
        _demand(ledger, actor, row)
        if row["outcome"]:
            raise WrongState(f"这项异议已经复核：{OUTCOMES[row['outcome']]}。")
        event = ev.InspectionReexamined(
            inspection=row["inspection_id"], objection=objection, outcome=outcome, text=text.strip()
        )
        return Objected(objection, row["decide_by"].isoformat(), ledger.append(event, actor))


def _demand(ledger: Ledger, actor: Actor, objection: Row) -> None:
    """Raise NotAllowed for who has no such duty at the inspecting unit, or had a hand in the inspection."""
    inspection = ledger.rows.get("inspection", objection["inspection_id"])
    path = ledger.rows.get("unit", inspection["office_id"])["path"]
    duties = (Duty.INSPECT, Duty.APPROVE_INSPECTION)
    if not any(may(actor, duty, path) for duty in duties):
        raise NotAllowed(f"复核异议须由督查单位的{'、'.join(carriers(duty) for duty in duties)}办理。")
    if actor.person in original_staff(ledger, inspection):
        raise NotAllowed("您参加了这次督查，复核异议应当回避。", hint="请由未参加这次督查的人员复核。")


def original_staff(ledger: Ledger, inspection: Row) -> set[int]:
    """Return everybody who had a hand in the inspection: its group, who recorded for it, and who made the plan."""
    found = [
        record
        for table in ("finding", "walk_step")
        for record in ledger.rows.where(table, "inspection_id", inspection["id"])
    ]
    recorders = (record["person_id"] for record in found)
    return hands(inspection["leader_id"], inspection["members"], inspection["proposed_by"], recorders)
