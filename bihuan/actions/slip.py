"""Slips: issued or proposed by hand, signed, received, answered, judged, closed, withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bihuan.actions.step import place_of, refuse, require, unit_row
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.ledger.due_slips import issue, matter_of, propose, unanswered
from bihuan.ledger.facts import instant_text
from bihuan.ledger.repeats import RECENT, repeated
from bihuan.ledger.tables import Row
from bihuan.models import Slip
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotFound, WrongState
from bihuan.rules.ladder import answer_by
from bihuan.rules.permissions import Actor
from bihuan.rules.procedure_types import SlipRule
from bihuan.rules.slip_words import slip_text
from bihuan.rules.slips import (
    SLIP_STATES,
    SLIP_STEPS,
    Address,
    SlipState,
    may_issue,
    signs,
    slip_allowed,
)
from bihuan.rules.workflow import STATE_NAMES, State


class Repeated(Invalid):
    """这个单位刚收到或还没有办完同类单据。"""

    code = "repeated"
    default_hint = "确有必要再发的，请写明理由（despite=理由）；理由会记入台账。"


@dataclass(frozen=True)
class Handed:
    """What a step led to: the slip, its number ("" while proposed), its state, and the seq of the last entry."""

    slip: int
    number: str
    state: str
    seq: int


@dataclass
class _Act:
    """One step with one slip, while its transaction is open and its item is held."""

    ledger: Ledger
    item: Row
    slip: Row
    actor: Actor

    @property
    def now(self) -> datetime:
        """Never before the item's last entry."""
        changed: datetime = self.item["changed_at"]
        return max(self.ledger.now, changed)

    def enter(self, event: ev.Event) -> None:
        self.ledger.append(event, self.actor, item=self.item["id"], at=self.now)

    @property
    def rule(self) -> SlipRule:
        """The rung of the item's procedure."""
        return rung_named(self.ledger, self.item, self.slip["rung"])


def rung_named(ledger: Ledger, item: Row, name: str) -> SlipRule:
    """Return the rung called ``name``, else the only one of the kind ``name``. Raises NotFound and lists them."""
    slips = derive.procedure_of(ledger.rows, item).slips
    found = [s for s in slips if s.name == name] or [s for s in slips if s.kind == name]
    if len(found) != 1:
        known = "、".join(s.name for s in slips) or "（没有）"
        why = "不止一种" if found else "没有"
        raise NotFound(f"这一事项的规程里{why}“{name}”。", hint=f"可发的单据：{known}。")
    return found[0]


def issue_slip(
    item_id: int,
    rung: str,
    actor: Actor,
    now: datetime,
    *,
    text: str = "",
    despite: str = "",
    using: str = "default",
) -> Handed:
    """Issue a slip of ``rung`` (its name, or its kind) by hand; it is proposed where another role signs it.

    ``text`` replaces what the slip would say. ``despite`` is the reason for sending it although the unit has one of its kind
    for the item that is not settled, or was sent another request a short time ago; without it these are refused.
    Raises NotFound, NotAllowed, WrongState, Repeated or Invalid.
    """
    with writing(now, using) as ledger:
        item = ledger.item(item_id)
        if item is None:
            raise NotFound(f"没有编号为 {item_id} 的事项。")
        catch_up(ledger, item, ledger.now)
        rule, place = rung_named(ledger, item, rung), place_of(ledger, item)
        refuse(may_issue(actor, place))
        _must_have_a_unit_at_work(ledger, item)
        if not despite.strip():
            _must_be_new(ledger, item, rule)
        at = max(ledger.now, item["changed_at"])
        words = text.strip() or slip_text(
            rule.kind, "", matter_of(ledger, item), of=unanswered(ledger, item, rule.of)
        )
        enter = issue if signs(actor, Address("", rule.to, rule.approver), place) else propose
        made = enter(ledger, item, rule, at, text=words, actor=actor, despite=despite.strip())
        return _handed(ledger, ledger.rows.get("slip", made))


_AT_WORK = frozenset({State.ASSIGNED, State.WORKING, State.REVIEWING, State.PASSED, State.SUSPENDED})


def _must_have_a_unit_at_work(ledger: Ledger, item: Row) -> None:
    if item["state"] not in _AT_WORK or not item["owner_id"]:
        raise WrongState(f"事项现在是“{STATE_NAMES[item['state']]}”，没有承办单位，不能发单据。")
    unit_row(ledger, item["owner_id"])


def _must_be_new(ledger: Ledger, item: Row, rule: SlipRule) -> None:
    """Raise Repeated and name the slips that the unit has already: the same for this item, or another of these days."""
    ledger.checkpoint()  # what the clock has just entered counts as well
    found = repeated(item["id"], item["owner_id"], rule.kind, ledger.now, ledger.connection.alias)
    if found.count:
        listed = "；".join(
            f"{s.rung}{f'（{s.number}）' if s.number else ''}，{SLIP_STATES[s.state]}" for s in found.slips
        )
        listed += f"；另外还有{found.unnamed}张" if found.unnamed else ""
        raise Repeated(f"这个单位已有同类或近{RECENT.days}天内的单据：{listed}。")


@contextmanager
def _step(
    action: str, slip_id: int, actor: Actor, now: datetime, using: str, **values: object
) -> Iterator[_Act]:
    """Hold the item of a slip, catch up its clock, and ask whether ``actor`` may take the step; the block enters it."""
    found = Slip.objects.using(using).filter(pk=slip_id).values_list("item_id", flat=True).first()
    if found is None:
        raise NotFound(f"没有编号为 {slip_id} 的单据。")
    with writing(now, using) as ledger:
        item = ledger.item(found)
        assert item is not None, "a slip has an item"
        catch_up(ledger, item, ledger.now)
        act = _Act(ledger, item, ledger.rows.get("slip", slip_id), actor)
        state = SlipState(act.slip["state"])
        refuse(slip_allowed(action, state, actor, place_of(ledger, item), address_of(ledger, act.slip)))
        require(SLIP_STEPS[action], values)
        yield act


def address_of(ledger: Ledger, slip: Row) -> Address:
    """Return to whom a slip is addressed."""
    path = ledger.rows.get("unit", slip["unit_id"])["path"]
    return Address(path, tuple(slip["to"]), slip["approver"])


def _handed(ledger: Ledger, slip: Row) -> Handed:
    return Handed(slip["id"], slip["number"], slip["state"], ledger.last)


def approve_slip(
    slip_id: int, actor: Actor, now: datetime, *, text: str = "", using: str = "default"
) -> Handed:
    """Sign a proposed slip: it is issued, with ``text`` in place of what was proposed if that is given."""
    with _step("approve", slip_id, actor, now, using) as act:
        slip = act.slip
        if slip["unit_id"] != act.item["owner_id"]:
            raise WrongState("事项已转给其他单位，这张单据不能再发出。", hint="请撤回这张单据。")
        issue(
            act.ledger, act.item, act.rule, act.now, text=text.strip() or slip["text"], actor=actor, slip=slip,
            cause=slip["cause"], despite=slip["despite"],
        )  # fmt: skip
        return _handed(act.ledger, slip)


def deliver_slip(slip_id: int, actor: Actor, now: datetime, *, note: str, using: str = "default") -> Handed:
    """Note that the slip was handed over on paper: to whom, and how."""
    return _enter("deliver", slip_id, actor, now, using, ev.SlipDelivered, note=note)


def read_slip(slip_id: int, actor: Actor, now: datetime, *, using: str = "default") -> Handed:
    """Note that a recipient opened the slip for the first time."""
    return _enter("read", slip_id, actor, now, using, ev.SlipRead)


def acknowledge_slip(
    slip_id: int, actor: Actor, now: datetime, *, note: str = "", using: str = "default"
) -> Handed:
    """Sign for the slip; where no answer is asked for, it is done with."""
    return _enter("acknowledge", slip_id, actor, now, using, ev.SlipAcknowledged, note=note)


def answer_slip(slip_id: int, actor: Actor, now: datetime, *, text: str, using: str = "default") -> Handed:
    """Answer the slip. Raises Invalid when no answer is asked for."""
    with _step("answer", slip_id, actor, now, using, text=text) as act:
        if act.slip["answer_due"] is None:
            raise Invalid("这张单据不要求答复。", hint="签收即可；有情况要反映的，请在事项里反馈进展。")
        act.enter(ev.SlipAnswered(slip=slip_id, text=text.strip()))
        return _handed(act.ledger, act.slip)


def judge_slip(
    slip_id: int, actor: Actor, now: datetime, *, accepted: bool, opinion: str = "", using: str = "default"
) -> Handed:
    """Accept the answer, or send it back with a reason (``opinion``) and the limit of the rung anew."""
    with _step("judge", slip_id, actor, now, using, accepted=accepted) as act:
        due = ""
        if not accepted:
            if not opinion.strip():
                raise Needs("退回答复须写明理由。", hint="请填写意见。")
            span = act.rule.answer
            assert span is not None, "a slip that was answered asks for an answer"
            procedure = derive.procedure_of(act.ledger.rows, act.item)
            limit = answer_by(act.now, span, procedure, derive.calendar_of(act.ledger.rows))
            due = instant_text(limit)
        event = ev.SlipJudged(slip=slip_id, accepted=accepted, opinion=opinion.strip(), answer_due=due)
        act.enter(event)
        return _handed(act.ledger, act.slip)


def close_slip(slip_id: int, actor: Actor, now: datetime, *, note: str, using: str = "default") -> Handed:
    """Be done with a slip that needs no answer any more; ``note`` says why."""
    return _enter("close", slip_id, actor, now, using, ev.SlipClosed, note=note)


def withdraw_slip(
    slip_id: int, actor: Actor, now: datetime, *, reason: str, using: str = "default"
) -> Handed:
    """Take the slip back, or turn its proposal down."""
    return _enter("withdraw", slip_id, actor, now, using, ev.SlipWithdrawn, reason=reason)


def _enter(
    action: str,
    slip_id: int,
    actor: Actor,
    now: datetime,
    using: str,
    event: Callable[..., ev.Event],
    **values: str,
) -> Handed:
    with _step(action, slip_id, actor, now, using, **values) as act:
        act.enter(event(slip=slip_id, **{k: v.strip() for k, v in values.items()}))
        return _handed(act.ledger, act.slip)
