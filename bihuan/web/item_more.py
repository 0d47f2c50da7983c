"""What the page of an item adds: what the clock does next, how the deadline came about, slips, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from bihuan.models import Evidence, Finding, Inspection, Item, Request, Slip, Timer, Unit
from bihuan.queries.inspection import find_inspection
from bihuan.queries.item import Detail
from bihuan.queries.items import matching
from bihuan.queries.requests import askable, requests
from bihuan.queries.scope import Scope
from bihuan.queries.slips import slips
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.rules.procedure_types import COLOURS, Procedure
from bihuan.rules.requests import REQUEST_NAMES, REQUEST_STATES, deciders, permit_of
from bihuan.rules.slips import SLIP_STATES
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import OPEN
from bihuan.web import dates, filters

#: Media that a browser shows as a picture.
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"})
#: So much of what the clock will do is told.
_MOST_AHEAD = 4
#: States in which a slip can be issued by hand.
_AT_WORK = frozenset({"assigned", "working", "reviewing", "passed", "suspended"})


@dataclass(frozen=True)
class Ahead:
    """What the clock does by itself at an instant if nothing happens before."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Paper:
    """A slip with the name of its state."""

    slip: Slip
    state: str


def ahead(found: Detail, now: datetime) -> list[Ahead]:
    """Return what falls due next for the item, in order."""
    rows = Timer.objects.filter(item_id=found.item.pk, due_at__gt=now).order_by("due_at", "kind")
    return [Ahead(t.due_at, _timer_words(t, found.procedure)) for t in rows[:_MOST_AHEAD]]


def asked(item: Item, units: frozenset[int] | None) -> list[tuple[Request, str, str]]:
    """Return the requests about the item, the newest first, each with its name and that of its state."""
    return [(r, REQUEST_NAMES[r.kind], REQUEST_STATES[r.state]) for r in requests(units, item=item.pk)]


@dataclass(frozen=True)
class Link:
    """Something that this person may begin from the item, on a page of its own."""

    label: str
    url: str
    why: str


def asks(found: Detail, actor: Actor) -> list[Link]:
    """Return what this person may ask somebody else to approve now."""
    links = []
    for kind in askable(found, actor):
        who = "、".join(ROLE_NAMES[r] for r in Role if r in deciders(kind, permit_of(found.procedure, kind)))
        url = reverse("items-ask", args=[found.item.pk, kind])
        links.append(
            Link(f"申请{REQUEST_NAMES[kind]}", url, f"由{found.office}的{who}批复；批复前照常计时。")
        )
    return links


def beyond(found: Detail, actor: Actor) -> list[Link]:
    """Return what may be made of the item beside its own steps: a meeting, a rule, a case review."""
    item, office = found.item, Unit.objects.get(pk=found.item.office_id).path
    of_owner = bool(item.owner_id) and actor.holds({Role.UNIT_HEAD}, Unit.objects.get(pk=item.owner_id).path)
    links = []
    if item.state in OPEN and actor.holds(DUTIES[Duty.MEET], office):
        links.append(Link("提请上会", _with("meetings-new", item), "列入一次会议的议程，由会议决定。"))
    if actor.holds(DUTIES[Duty.REVIEW_CASE], office):
        links.append(Link("案例复盘", _with("cases-new", item), "写明成因、关键节点、经验教训。"))
    if of_owner or actor.holds(DUTIES[Duty.INSTITUTE], office):
        links.append(Link("建章立制", _with("institutions-new", item), "因这一事项制定制度。"))
    return links


def _with(view: str, item: Item) -> str:
    return f"{reverse(view)}?id={item.pk}"


def _timer_words(timer: Timer, procedure: Procedure) -> str:
    if timer.kind == "colour":
        rule = next((r for r in procedure.colours.rules if r.kind == timer.detail), None)
        return f"转{COLOURS[rule.colour]}：{rule.reason}" if rule else "亮灯变化"
    if timer.kind == "slip":
        signed = {r.name for r in procedure.slips if r.approver}
        return f"拟发{timer.detail}，待签批" if timer.detail in signed else f"发出{timer.detail}"
    if timer.kind == "overdue":
        return "算作逾期"
    return WAITING_NAMES.get(timer.kind, timer.detail)


def due_story(found: Detail) -> str:
    """Say which entry set the deadline that holds now: 交办时定（2026年3月5日（周四），高峰）."""
    day = found.item.due.isoformat() if found.item.due else ""
    for moment in reversed(found.timeline):
        data = moment.fact.event.to_data()
        changed = (
            data.get("changes", {}).get("due", [None, None])[1]
            if moment.kind == "item.amended"
            else data.get("due")
        )
        if changed == day and day:
            return f"{moment.name}时定（{dates.day_words(moment.at)}，{moment.person}）"
    return ""


def pictures(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return what can be looked at in the browser."""
    return [e for e in evidence if e.media in PICTURES]


def papers(found: Detail, units: frozenset[int] | None) -> list[Paper]:
    """Return the slips of the item that this person may see, the oldest first."""
    return [Paper(s, SLIP_STATES[s.state]) for s in slips(units, item=found.item.pk).order_by("id")]


def may_issue(found: Detail, actor: Actor) -> bool:
    """Whether this person may issue a slip for the item now."""
    item = found.item
    if item.state not in _AT_WORK or not item.owner_id or not found.procedure.slips:
        return False
    return actor.holds({Role.SUPERVISOR}, Unit.objects.get(pk=item.office_id).path)


def sources(item: Item, actor: Actor) -> list[Inspection]:
    """Return the inspections that found the item, as far as this person may know of them."""
    ids = Finding.objects.filter(item_id=item.pk).values_list("inspection_id", flat=True)
    found = []
    for pk in sorted(set(ids)):
        try:
            found.append(find_inspection(pk, actor))
        except NotFound:
            continue  # a covert visit stays unknown until it is over
    return found


def related(found: Detail, inspections: Sequence[Inspection], who: Scope) -> list[tuple[Item, str]]:
    """Return the items that this person may see and that belong with this one, each with why: merged, or found together."""
    why: dict[int, str] = {}
    for no in Finding.objects.filter(inspection_id__in=[i.pk for i in inspections]).values_list(
        "item_id", flat=True
    ):
        why[no] = "同一次督查发现"
    for moment in found.timeline:
        for name, words in (("into", "已并入这一事项"), ("absorbed", "并入本事项")):
            if no := getattr(moment.fact.event, name, 0):
                why[no] = words
    why.pop(found.item.pk, None)
    seen = matching(filters.filter_of(filters.Chosen(), who.registers, who)).filter(pk__in=why)
    return [(item, why[item.pk]) for item in seen.order_by("pk")]


def same_source(item: Item) -> str:
    """Return the address of the list of the register's items with this source; "" where the list could not ask for just that."""
    asked = " ".join(item.source.split()) == item.source
    return filters.address(register=item.register_id, source=item.source) if item.source and asked else ""
