"""Slips: their states, and the one table of who may take which step with one, and why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bihuan.rules.permissions import ROLE_NAMES, Actor, Role
from bihuan.rules.workflow import Place, Refusal


class SlipState(StrEnum):
    """Where a slip is in its life."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    SENT_BACK = "sent-back"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


SLIP_STATES: dict[str, str] = {
    SlipState.PROPOSED: "待签批",
    SlipState.ISSUED: "已发出",
    SlipState.DELIVERED: "已送达",
    SlipState.READ: "已阅",
    SlipState.ACKNOWLEDGED: "已签收",
    SlipState.ANSWERED: "已答复",
    SlipState.SENT_BACK: "答复退回",
    SlipState.CLOSED: "已办结",
    SlipState.WITHDRAWN: "已撤回",
}
"""State → what people call it."""

#: With the unit: it has been told and nothing of it is settled.
OUT = frozenset({SlipState.ISSUED, SlipState.DELIVERED, SlipState.READ, SlipState.ACKNOWLEDGED})
#: With the unit and, where an answer is asked for, without one that was accepted or waits to be judged.
UNANSWERED = OUT | {SlipState.SENT_BACK}
ENDED = frozenset({SlipState.CLOSED, SlipState.WITHDRAWN})
LIVE = frozenset(SlipState) - ENDED

#: Roles that are held for the unit itself; the others are held for the office that supervises the item.
_OF_UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})


class Hand(StrEnum):
    """Who takes a step: somebody of the office, who signs the slip, or whoever it is addressed to."""

    OFFICE = "office"
    SIGNER = "signer"
    RECIPIENT = "recipient"


@dataclass(frozen=True)
class SlipStep:
    """One row: ``action`` leads from one of ``frm`` to ``to``.

    ``hand`` says who takes it, ``who`` with which roles (for the office alone). ``needs`` are the fields that must be filled
    in, with their Chinese names. ``why`` says when it can be done.
    """

    action: str
    name: str
    frm: frozenset[SlipState]
    to: SlipState
    hand: Hand
    who: frozenset[Role]
    needs: tuple[tuple[str, str], ...]
    why: str


_S = SlipState
_OFFICE = frozenset({Role.SUPERVISOR})
_DECIDE = frozenset({Role.SUPERVISOR, Role.LEAD})
_NOBODY: frozenset[Role] = frozenset()

SLIP_STEPS: dict[str, SlipStep] = {
    s.action: s
    for s in (
        SlipStep("approve", "签批", frozenset({_S.PROPOSED}), _S.ISSUED, Hand.SIGNER, _NOBODY, (),
                 "只有待签批的单据需要签批。"),
        SlipStep("deliver", "送达", frozenset({_S.ISSUED}), _S.DELIVERED, Hand.OFFICE, _OFFICE,
                 (("note", "送达情况"),), "发出后、受文单位阅看前才需要登记送达。"),
        SlipStep("read", "阅看", frozenset({_S.ISSUED, _S.DELIVERED}), _S.READ, Hand.RECIPIENT, _NOBODY, (),
                 "发出后首次阅看时登记。"),
        SlipStep("acknowledge", "签收", OUT - {_S.ACKNOWLEDGED}, _S.ACKNOWLEDGED, Hand.RECIPIENT, _NOBODY, (),
                 "已发出、尚未签收的单据可以签收。"),
        SlipStep("answer", "答复", UNANSWERED, _S.ANSWERED, Hand.RECIPIENT, _NOBODY, (("text", "答复内容"),),
                 "已发出、尚未答复或答复被退回的单据可以答复。"),
        SlipStep("judge", "评判", frozenset({_S.ANSWERED}), _S.CLOSED, Hand.OFFICE, _OFFICE,
                 (("accepted", "是否认可"),), "受文单位答复后才能评判。"),
        SlipStep("close", "了结", UNANSWERED, _S.CLOSED, Hand.OFFICE, _OFFICE, (("note", "情况说明"),),
                 "已发出、不再需要答复的单据可以了结。"),
        SlipStep("withdraw", "撤回", LIVE - {_S.ANSWERED}, _S.WITHDRAWN, Hand.OFFICE, _DECIDE,
                 (("reason", "理由"),), "已答复、已办结的单据不能撤回。"),
    )
}  # fmt: skip

#: Who issues or proposes one by hand, for the office that supervises the item.
ISSUERS = _OFFICE


@dataclass(frozen=True)
class Address:
    """To whom a slip goes: its unit's ``path``, the roles ``to``, and the role that signs it (``approver``, may be "")."""

    path: str
    to: tuple[str, ...]
    approver: str = ""


def receivers(address: Address) -> frozenset[Role]:
    """Return the roles that may receive and answer for the unit: a unit's head stands in for its handler."""
    roles = frozenset(Role(r) for r in address.to)
    return roles | {Role.UNIT_HEAD} if roles & _OF_UNIT else roles


def receives(actor: Actor, address: Address, place: Place) -> bool:
    """Whether ``actor`` is one of those to whom the slip is addressed."""
    roles = receivers(address)
    return actor.holds(roles & _OF_UNIT, address.path) or actor.holds(roles - _OF_UNIT, place.office)


def may_issue(actor: Actor, place: Place) -> Refusal | None:
    """Return None when ``actor`` may issue or propose a slip by hand, else the refusal."""
    if actor.holds(ISSUERS, place.office):
        return None
    return Refusal("not-allowed", f"发出单据须由督办单位的{_names(ISSUERS)}办理，您没有这一岗位。")


def signs(actor: Actor, address: Address, place: Place) -> bool:
    """Whether ``actor`` may sign the slip; one without a signer is signed by whoever issues it."""
    roles = frozenset({Role(address.approver)}) if address.approver else ISSUERS
    return actor.holds(roles, place.office)


def slip_allowed(
    action: str, state: SlipState, actor: Actor, place: Place, address: Address
) -> Refusal | None:
    """Return None when ``actor`` may take ``action`` with a slip in ``state``, else the refusal."""
    step = SLIP_STEPS[action]
    if state not in step.frm:
        return Refusal("wrong-state", f"单据现在是“{SLIP_STATES[state]}”，不能{step.name}：{step.why}")
    if step.hand is Hand.OFFICE:
        stands, whose = actor.holds(step.who, place.office), f"督办单位的{_names(step.who)}"
    elif step.hand is Hand.SIGNER:
        signer = frozenset({Role(address.approver)}) if address.approver else ISSUERS
        stands, whose = signs(actor, address, place), f"督办单位的{_names(signer)}"
    else:
        stands, whose = receives(actor, address, place), f"受文单位的{_names(receivers(address))}"
    return None if stands else Refusal("not-allowed", f"{step.name}须由{whose}办理，您没有这一岗位。")


def _names(roles: frozenset[Role]) -> str:
    return "、".join(ROLE_NAMES[r] for r in Role if r in roles)
