"""Meetings: called, prepared, attended, minuted, confirmed. What they decide is in ``actions.decide``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.actions.step import refuse, unit_row
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.facts import instant_text
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.meeting import MEETING_STEPS, MeetingState, Presence, meeting_allowed, taking_part
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Grant, Role
from bihuan.rules.workflow import ENDED, STATE_NAMES


@dataclass(frozen=True)
class Call:
    """A meeting to be called: ``starts`` is aware; ``chair`` and ``expected`` are people."""

    title: str
    starts: datetime
    place: str
    chair: int
    expected: Sequence[int] = ()


@dataclass(frozen=True)
class Met:
    """What a step led to: the meeting, its number, its state, and the seq of the last entry."""

    meeting: int
    number: str
    state: str
    seq: int


def call_meeting(actor: Actor, now: datetime, office: int, call: Call, *, using: str = "default") -> Met:
    """Call a meeting of ``office`` under its next number. Raises NotAllowed, Needs, NotFound or Invalid."""
    with writing(now, using) as ledger:
        ledger.lock()
        place = unit_row(ledger, office)
        if not actor.holds(DUTIES[Duty.MEET], place["path"]):
            raise NotAllowed(f"召集会议须由“{place['name']}”的{_carriers(Duty.MEET)}办理。")
        missing = [label for label, text in (("名称", call.title), ("地点", call.place)) if not text.strip()]
        if missing:
            raise Needs(f"召集会议还缺：{'、'.join(missing)}。")
        _must_chair(ledger, call.chair, place)
        expected = [_person(ledger, p)["id"] for p in dict.fromkeys(call.expected) if p != call.chair]
        year = call.starts.astimezone(CHINA).year
        series = f"{place['name']}会〔{year}〕{{no}}号"
        no = ledger.next_number(series)
        event = ev.MeetingCalled(
            office=office, no=no, number=series.format(no=no), series=series, title=call.title.strip(),
            starts=instant_text(call.starts), place=call.place.strip(), chair=call.chair, expected=expected or None,
        )  # fmt: skip
        return met(ledger, ledger.rows.get("meeting", ledger.append(event, actor)))


def _carriers(duty: Duty) -> str:
    return "、".join(ROLE_NAMES[r] for r in Role if r in DUTIES[duty])


def _person(ledger: Ledger, person: int) -> Row:
    row = ledger.rows.find("person", person)
    if row is None or not row["active"]:
        raise NotFound(f"没有编号为 {person} 的在用人员。", hint="请在人员列表中选择。")
    return row


def authority_of(ledger: Ledger, person: int) -> Actor:
    """Return ``person`` with the roles they hold: decisions count by those of whoever chairs."""
    row = _person(ledger, person)
    grants = tuple(
        Grant(Role(g["role"]), g["unit_id"], ledger.rows.get("unit", g["unit_id"])["path"])
        for g in ledger.rows.where("role_grant", "person_id", person)
    )
    return Actor(person, row["name"], row["unit_id"], grants)


def _must_chair(ledger: Ledger, person: int, office: Row) -> None:
    chair = authority_of(ledger, person)
    if not chair.holds(DUTIES[Duty.CHAIR], office["path"]):
        raise Invalid(
            f"{chair.name}不能主持“{office['name']}”的会议。",
            hint=f"主持人须是该单位的{_carriers(Duty.CHAIR)}。",
        )


@contextmanager
def meeting_step(
    action: str, meeting: int, actor: Actor, now: datetime, using: str, items: Sequence[int] = ()
) -> Iterator[tuple[Ledger, Row]]:
    """Open a transaction for a step with a meeting, and for the ``items`` that it touches; these are held before all else.

    Raises NotFound, WrongState or NotAllowed.
    """
    with writing(now, using) as ledger:
        ledger.hold(set(items))
        for item in items:
            if ledger.rows.find("item", item) is None:
                raise NotFound(f"没有编号为 {item} 的事项。")
        ledger.lock()
        row = ledger.rows.find("meeting", meeting)
        if row is None:
            raise NotFound(f"没有编号为 {meeting} 的会议。")
        path = ledger.rows.get("unit", row["office_id"])["path"]
        chairs = {row["presider_id"] or row["chair_id"]}
        refuse(meeting_allowed(action, MeetingState(row["state"]), actor, path, chairs))
        yield ledger, row


def set_agenda(
    meeting: int,
    actor: Actor,
    now: datetime,
    items: Sequence[Mapping[str, Any]],
    *,
    add: bool = False,
    using: str = "default",
) -> Met:
    """Set the agenda: ``items`` are objects with ``item`` (its id) and ``matter``, what is to be decided of it.

    With ``add`` they come after those that stand; once the meeting is held nothing can be taken off. Items come from any
    registers of the meeting's office.
    """
    ids = [_item_id(place) for place in items]
    if not ids:
        raise Needs("议程还缺：事项。")
    if len(set(ids)) < len(ids):
        raise Invalid("同一事项在议程上写了两次。")
    with meeting_step("agenda", meeting, actor, now, using, ids) as (ledger, row):
        if row["state"] == MeetingState.HELD and not add:
            raise Invalid("会议已召开，议程只能增加，不能重排。", hint="请用增加议程（add）。")
        standing = {a["item_id"] for a in agenda_of(ledger, row)} if add else set()
        for item in (ledger.rows.get("item", i) for i in ids):
            _may_stand(ledger, row, item, standing)
        places = [
            {"item": i, "matter": str(p.get("matter", "")).strip()} for i, p in zip(ids, items, strict=True)
        ]
        first = row["items"] + 1 if add else 1
        return _entered(ledger, row, ev.MeetingAgendaSet(meeting=meeting, items=places, first=first), actor)


def _item_id(place: Mapping[str, Any]) -> int:
    found = place.get("item")
    if not isinstance(found, int) or set(place) - {"item", "matter"}:
        raise Invalid(f"议程的每一项应写明 item（事项编号）和 matter（议什么），给的是 {dict(place)!r}。")
    return found


def _may_stand(ledger: Ledger, meeting: Row, item: Row, standing: set[int]) -> None:
    if item["office_id"] != meeting["office_id"]:
        name = ledger.rows.get("unit", meeting["office_id"])["name"]
        raise Invalid(f"事项 {item['number']} 不由“{name}”督办，不能上这次会议。")
    if item["state"] in ENDED:
        raise Invalid(f"事项 {item['number']} {STATE_NAMES[item['state']]}，不必上会。")
    if item["id"] in standing:
        raise Invalid(f"事项 {item['number']} 已在议程上。")


def agenda_of(ledger: Ledger, meeting: Row) -> list[Row]:
    """Return the places of the agenda in order."""
    return [ledger.rows.get("agenda", (meeting["id"], no)) for no in range(1, meeting["items"] + 1)]


def attend(
    meeting: int,
    actor: Actor,
    now: datetime,
    attendance: Sequence[Mapping[str, Any]],
    *,
    observers: Sequence[str] = (),
    presider: int = 0,
    using: str = "default",
) -> Met:
    """Enter who came; the meeting is held from then on. Who is expected and not named was present.

    ``attendance`` are objects with ``person``, ``presence`` (present, absent, represented) and ``by``, the person who stood in;
    ``observers`` are names. ``presider`` chairs in fact where the chair is absent.
    """
    with meeting_step("attend", meeting, actor, now, using) as (ledger, row):
        rows = _attendance(ledger, row, attendance)
        present = taking_part(rows)
        chaired = presider or row["chair_id"]
        if chaired not in present:
            raise Invalid("主持人没有出席。", hint="请写明由出席人员中的哪一位主持（presider）。")
        if presider:
            _must_chair(ledger, presider, ledger.rows.get("unit", row["office_id"]))
        event = ev.MeetingAttended(
            meeting=meeting,
            attendance=rows,
            presider=chaired,
            observers=[o.strip() for o in observers if o.strip()] or None,
        )
        return _entered(ledger, row, event, actor)


def _attendance(ledger: Ledger, meeting: Row, given: Sequence[Mapping[str, Any]]) -> list[ev.Json]:
    """Read who came, the chair first, then in the order of the call, then who came beside them."""
    told = {row.get("person"): _presence(ledger, row) for row in given}
    expected = [meeting["chair_id"], *meeting["expected"]]
    order = [*expected, *(p for p in told if p not in expected)]
    return [told.get(p) or {"person": p, "presence": Presence.PRESENT.value} for p in order]


def _presence(ledger: Ledger, row: Mapping[str, Any]) -> ev.Json:
    presence, by = row.get("presence", Presence.PRESENT.value), row.get("by", 0)
    if presence not in {p.value for p in Presence}:
        raise Invalid(f"到会情况“{presence}”不认识。", hint=f"可用：{'、'.join(Presence)}。")
    person = _person(ledger, row.get("person", 0))["id"]
    if (presence == Presence.REPRESENTED) != bool(by):
        raise Invalid("委托他人出席的须写明由谁代为出席（by），其他情况不写。")
    made = {"person": person, "presence": presence}
    return made | ({"by": _person(ledger, by)["id"]} if by else {})


def minute(
    meeting: int, actor: Actor, now: datetime, text: str, *, no: int = 0, using: str = "default"
) -> Met:
    """Enter what was said, for the minutes: on place ``no`` of the agenda, or on the whole (0)."""
    if not text.strip():
        raise Needs("记录还缺：内容。")
    with meeting_step("minutes", meeting, actor, now, using) as (ledger, row):
        if not 0 <= no <= row["items"]:
            raise NotFound(f"议程没有第 {no} 项，共有 {row['items']} 项。")
        return _entered(ledger, row, ev.MeetingMinuted(meeting=meeting, text=text.strip(), no=no), actor)


def confirm_minutes(meeting: int, actor: Actor, now: datetime, *, using: str = "default") -> Met:
    """Confirm the minutes as who chaired; from now on only a later meeting changes what was decided."""
    with meeting_step("confirm", meeting, actor, now, using) as (ledger, row):
        return _entered(ledger, row, ev.MeetingConfirmed(meeting=meeting), actor)


def cancel_meeting(meeting: int, actor: Actor, now: datetime, reason: str, *, using: str = "default") -> Met:
    """Call a meeting off before it is held."""
    if not reason.strip():
        raise Needs(f"{MEETING_STEPS['cancel'].name}还缺：理由。")
    with meeting_step("cancel", meeting, actor, now, using) as (ledger, row):
        event = ev.MeetingCancelled(meeting=meeting, reason=reason.strip())
        return _entered(ledger, row, event, actor)


def _entered(ledger: Ledger, row: Row, event: ev.Event, actor: Actor) -> Met:
    ledger.append(event, actor)
    return met(ledger, row)


def met(ledger: Ledger, row: Row) -> Met:
    """Return what a step led to."""
    return Met(row["id"], row["number"], row["state"], ledger.last)
