"""Who must be told of an item's entry, and in which words: a pure function of the event, the item and its procedure.

Whom it does not concern is not told: progress, evidence, remarks of one's own side and what only the record needs make no
message. Nobody is told of what they did themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from bihuan.rules import events as ev
from bihuan.rules.permissions import Role
from bihuan.rules.procedure_types import COLOURS, Procedure
from bihuan.rules.requests import REQUEST_NAMES, deciders, permit_of
from bihuan.rules.slip_words import day_words, instant_words
from bihuan.rules.timers import WAITING_NAMES

Row = Mapping[str, Any]

#: The people of a unit who work on items; the unit's head where the work is given, late or judged.
HANDLERS = frozenset({Role.HANDLER})
UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})
OFFICE = frozenset({Role.SUPERVISOR})
DECIDERS = frozenset({Role.SUPERVISOR, Role.LEAD})
#: Roles that are held for the unit that does the work; all others for the office that supervises it.
_OF_UNIT = UNIT
#: What falls due for the office → who is told there; None: who looks back.
_OF_OFFICE: dict[str, frozenset[Role] | None] = {
    "look-back": None, "recheck-overdue": None, "respond-overdue": DECIDERS, "resume-due": OFFICE,
}  # fmt: skip


class Told(NamedTuple):
    """``roles`` held for ``unit``, and the ``people`` named, are told ``what``; never one of ``but``."""

    unit: int
    roles: frozenset[Role]
    what: str
    people: tuple[int, ...] = ()
    but: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Matter:
    """An item after the entry (``item``: its row), its procedure, and the rows of the slip or of the requests concerned."""

    item: Row
    procedure: Procedure
    slip: Row = field(default_factory=dict)
    requests: tuple[Row, ...] = ()

    @property
    def owner(self) -> int:
        """The unit that does the work, 0 if none has it."""
        return int(self.item["owner_id"])

    @property
    def office(self) -> int:
        """The unit that supervises it."""
        return int(self.item["office_id"])

    @property
    def limit(self) -> str:
        """By when the item is due, as a clause: “，办结时限为2026年3月5日”; "" without a deadline."""
        due, words = self.item["due"], self.item["due_text"]
        if due is not None:
            return f"，办结时限为{day_words(due)}{'（暂定）' if self.item['provisional'] else ''}"
        return f"，办结时限为“{words}”" if words else ""

    @property
    def urgent(self) -> bool:
        """Whether its procedure has it told at any hour."""
        return self.procedure.is_urgent((self.item["extra"] or {}).get("urgency", ""))


Teller = Callable[[Any, Matter], Iterator[Told]]


def then(text: str, clause: str) -> str:
    """Return ``text``, which a person wrote, with ``clause`` after it: without the full stop that would stand between them."""
    return f"{text.rstrip('。；;.，,')}{clause}" if clause else text


def told_of(event: ev.Event, matter: Matter) -> list[Told]:
    """Return who is told of an item's ``event``, and what; empty for what concerns nobody else."""
    teller = TELLERS.get(event.kind)
    return [] if teller is None else [t for t in teller(event, matter) if t.unit]


def _assigned(event: ev.ItemAssigned | ev.ItemTransferred, matter: Matter) -> Iterator[Told]:
    waits = "，请签收" if event.state == "assigned" else "，请抓紧办理"
    yield Told(matter.owner, UNIT, f"已交由你单位办理{matter.limit}{waits}")
    for helper in matter.item["helpers"]:
        yield Told(helper, UNIT, f"由你单位配合办理{matter.limit}")


def _returned(event: ev.ItemReturned, matter: Matter) -> Iterator[Told]:
    yield Told(matter.office, OFFICE, f"承办单位退回：{event.reason}")


def _due_reviewers(matter: Matter) -> Iterator[Told]:
    """Those who may review the level that is due; who handled the item may not. What a meeting decides is put on an agenda."""
    level = matter.procedure.levels[matter.item["level"] - 1]
    if level.meeting:
        yield Told(matter.office, OFFICE, f"待{level.name}，请列入会议议程")
        return
    unit = matter.owner if level.scope == "owner" else matter.office
    yield Told(
        unit, frozenset({Role(level.role)}), f"待{level.name}", but=frozenset(matter.item["handled_by"])
    )


def _submitted(_event: ev.ItemSubmitted, matter: Matter) -> Iterator[Told]:
    yield from _due_reviewers(matter)


def _reviewed(event: ev.ItemReviewed, matter: Matter) -> Iterator[Told]:
    if not event.passed:
        yield Told(matter.owner, UNIT, f"{event.name}未通过，退回办理：{event.opinion}")
    elif event.last:
        yield Told(matter.office, OFFICE, "审核已全部通过，待销号")
    else:
        yield from _due_reviewers(matter)


def _closed(_event: ev.ItemClosed, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, "已销号")


def _looked_back(event: ev.ItemLookedBack, matter: Matter) -> Iterator[Told]:
    if not event.held:
        yield Told(matter.office, OFFICE | {Role.LEAD}, f"回头看发现问题反弹：{event.text}")


def _reopened(event: ev.ItemReopened, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, UNIT, f"回潮重办：{then(event.reason, matter.limit)}")


def _extended(_event: ev.ItemExtended, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"同意延期{matter.limit}")


def _rescheduled(event: ev.ItemRescheduled, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"{then(event.reason, '，时限随之调整')}{matter.limit}")


def _suspended(event: ev.ItemSuspended, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"已挂起：{event.reason}")


def _resumed(_event: ev.ItemResumed, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"已恢复办理{matter.limit}")


def _merged(event: ev.ItemMerged, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"已并入其他事项：{event.reason}")


def _escalated(event: ev.ItemEscalated, matter: Matter) -> Iterator[Told]:
    limit = matter.procedure.flow.escalations.respond
    within = f"，请在{limit}内回应" if limit else ""
    yield Told(matter.office, DECIDERS, f"提级由你单位牵头：{then(event.reason, within)}")
    yield Told(matter.owner, UNIT, f"已提级督办：{event.reason}")
    for helper in event.helpers or ():
        yield Told(helper, UNIT, f"提级后请你单位配合办理：{then(event.reason, matter.limit)}")
    yield from _below(matter, f"已提级，由上级单位牵头：{event.reason}")


def _below(matter: Matter, what: str) -> Iterator[Told]:
    """The office from which the item was escalated last: it follows the work still."""
    for office in matter.item["below"][-1:]:
        yield Told(office["unit"], OFFICE, what)


def _responded(event: ev.ItemResponded, matter: Matter) -> Iterator[Told]:
    said = f"上级单位回应提级：{event.text}"
    yield Told(matter.owner, UNIT, said)
    yield from _below(matter, said)


def _handed_back(event: ev.ItemHandedBack, matter: Matter) -> Iterator[Told]:
    yield Told(matter.office, OFFICE, f"上级单位交回，由你单位继续牵头：{event.reason}")
    yield Told(matter.owner, UNIT, f"提级事项已交回原级督办：{event.reason}")


def _chosen(event: ev.ItemChosen, matter: Matter) -> Iterator[Told]:
    yield Told(
        matter.office, _lookers(matter), f"抽样抽中，请于{day_words(date.fromisoformat(event.due))}前回头看"
    )


def _lookers(matter: Matter) -> frozenset[Role]:
    """Who looks back; a procedure without look-backs of its own leaves what was drawn to the supervisors."""
    rule = matter.procedure.look_back
    return OFFICE if rule is None else frozenset({Role(rule.role)})


def _cancelled(event: ev.ItemCancelled, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"已撤销：{event.reason}")


def _amended(event: ev.ItemAmended, matter: Matter) -> Iterator[Told]:
    if event.changes.keys() & {"due", "due_text"}:
        yield Told(matter.owner, HANDLERS, f"时限已更正{matter.limit}")


def _commented(event: ev.ItemCommented, matter: Matter) -> Iterator[Told]:
    yield Told(matter.owner, HANDLERS, f"有新批注：{event.text}")


def _coloured(event: ev.ItemColoured, matter: Matter) -> Iterator[Told]:
    """Only what became worse is told, and not where a slip goes out at once on the same cause and says it already."""
    rules = matter.procedure.colours.rules
    rule = next((r for r in rules if (r.kind, r.colour) == (event.rule, event.colour)), None)
    said = any(s.on == event.rule and s.after is None and not s.approver for s in matter.procedure.slips)
    if rule is not None and not said:
        roles = UNIT if event.overdue else HANDLERS
        yield Told(matter.owner, roles, f"{rule.reason}，已亮{COLOURS[event.colour]}")


def _fell_due(event: ev.ItemFellDue, matter: Matter) -> Iterator[Told]:
    words = WAITING_NAMES[event.what]
    if event.what == "review-overdue":
        yield from (t._replace(what=f"{words}，{t.what}") for t in _due_reviewers(matter))
    elif event.what == "request-overdue":
        yield from (
            _to_decide(r, matter, "逾期未批，请尽快批复") for r in matter.requests if _is_first(r, matter)
        )
    elif event.what in _OF_OFFICE:
        roles = _OF_OFFICE[event.what] or _lookers(matter)
        yield Told(matter.office, roles, f"{words}（{event.detail}）" if event.detail else words)
    else:
        yield Told(matter.owner, UNIT if event.what == "accept-overdue" else HANDLERS, words)


def _is_first(request: Row, matter: Matter) -> bool:
    """Whether it is the request whose limit the item shows."""
    return bool(request["decide_due"] == matter.item["decide_by"])


def _to_decide(request: Row, matter: Matter, what: str) -> Told:
    """Those who decide a request are told of it, never whoever asks."""
    kind = request["kind"]
    roles = deciders(kind, permit_of(matter.procedure, kind))
    return Told(
        matter.office, roles, f"{REQUEST_NAMES[kind]}申请{what}", but=frozenset({request["asked_by"]})
    )


def _asked(event: ev.RequestAsked, matter: Matter) -> Iterator[Told]:
    limit = f"，请于{instant_words(datetime.fromisoformat(event.decide_due))}批复" if event.decide_due else ""
    yield from (_to_decide(r, matter, f"待您批复：{then(event.reason, limit)}") for r in matter.requests)


def _request_decided(event: ev.RequestDecided, matter: Matter) -> Iterator[Told]:
    said = "已批准" if event.approved else "未获批准"
    for request in matter.requests:
        opinion = f"：{event.opinion}" if event.opinion else ""
        yield _to_asker(request, f"{said}{opinion}")


def _to_asker(request: Row, what: str) -> Told:
    name = REQUEST_NAMES[request["kind"]]
    return Told(request["unit_id"], frozenset(), f"您提出的{name}申请{what}", (request["asked_by"],))


def _request_withdrawn(event: ev.RequestWithdrawn, matter: Matter) -> Iterator[Told]:
    for request in matter.requests:
        yield _to_decide(request, matter, f"已撤回，不必批复：{event.reason}")
        yield _to_asker(request, f"已撤回：{event.reason}")


def _to(matter: Matter, unit: int, roles: list[str], what: str) -> Iterator[Told]:
    """The unit's own people among ``roles``, and those of the office."""
    wanted = frozenset(Role(r) for r in roles)
    for place, part in ((unit, wanted & _OF_UNIT), (matter.office, wanted - _OF_UNIT)):
        if part:
            yield Told(place, part, what)


def _proposed(event: ev.SlipProposed, matter: Matter) -> Iterator[Told]:
    yield Told(matter.office, frozenset({Role(event.approver)}), f"{event.rung}待您签批")


def _issued(event: ev.SlipIssued, matter: Matter) -> Iterator[Told]:
    limit = f"，请于{instant_words(datetime.fromisoformat(event.answer_due))}答复" if event.answer_due else ""
    named = f"{event.rung}（{event.number}）"
    yield from _to(matter, event.unit, event.to, f"收到{named}{limit}")
    yield from _to(matter, event.unit, event.copy or [], f"抄送{named}")


def _answered(_event: ev.SlipAnswered, matter: Matter) -> Iterator[Told]:
    yield Told(matter.office, OFFICE, f"{_named(matter.slip)}已答复，待评判")


def _judged(event: ev.SlipJudged, matter: Matter) -> Iterator[Told]:
    if not event.accepted:
        limit = f"，请于{instant_words(datetime.fromisoformat(event.answer_due))}重新答复"
        said = f"{_named(matter.slip)}的答复被退回：{then(event.opinion, limit)}"
        yield from _to(matter, matter.slip["unit_id"], matter.slip["to"], said)


def _withdrawn(event: ev.SlipWithdrawn, matter: Matter) -> Iterator[Told]:
    """Of a proposal that is turned down the unit never knew."""
    if matter.slip["number"]:
        said = f"{_named(matter.slip)}已撤回：{event.reason}"
        yield from _to(matter, matter.slip["unit_id"], matter.slip["to"], said)


def _named(slip: Row) -> str:
    return f"{slip['rung']}（{slip['number']}）"


TELLERS: dict[str, Teller] = {
    "item.assigned": _assigned,
    "item.transferred": _assigned,
    "item.returned": _returned,
    "item.submitted": _submitted,
    "item.reviewed": _reviewed,
    "item.closed": _closed,
    "item.looked_back": _looked_back,
    "item.reopened": _reopened,
    "item.extended": _extended,
    "item.rescheduled": _rescheduled,
    "item.suspended": _suspended,
    "item.resumed": _resumed,
    "item.merged": _merged,
    "item.escalated": _escalated,
    "item.responded": _responded,
    "item.handed_back": _handed_back,
    "item.chosen": _chosen,
    "item.cancelled": _cancelled,
    "item.amended": _amended,
    "item.commented": _commented,
    "item.coloured": _coloured,
    "item.fell_due": _fell_due,
    "request.asked": _asked,
    "request.decided": _request_decided,
    "request.withdrawn": _request_withdrawn,
    "slip.proposed": _proposed,
    "slip.issued": _issued,
    "slip.answered": _answered,
    "slip.judged": _judged,
    "slip.withdrawn": _withdrawn,
}
"""Kind of entry → who is told. What is missing here tells nobody."""
