"""What is the caller's own: who they are, what they have to do, what they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from bihuan.actions.feeds import make_feed, revoke_feed
from bihuan.actions.inbox import mark_read
from bihuan.api.call import Call, now
from bihuan.api.parts import After, Id, Page, Size, fill, page_by_id
from bihuan.models import Message
from bihuan.queries.messages import feeds as feeds_of
from bihuan.queries.tasks import Task
from bihuan.queries.todo import todo
from bihuan.rules.permissions import ROLE_NAMES

router = Router(tags=["我的"])


class RoleOut(Schema):
    """A role held for a unit and all below it."""

    role: str
    name: str
    unit_id: int


class Me(Schema):
    """Who calls."""

    person: int
    name: str
    unit_id: int
    roles: list[RoleOut]


class TaskOut(Schema):
    """One thing to do; the ids are 0 for what it is not about."""

    kind: str = Field(description="要办的步骤")
    urgency: int = Field(description="0 现在就办，1 一周内，2 以后")
    due: datetime | None
    item_id: int
    slip_id: int
    request_id: int
    inspection_id: int
    number: str
    title: str


class TodoOut(Schema):
    """What the caller has to do, in order; ``more`` counts those of a kind of which not all are told."""

    tasks: list[TaskOut]
    more: dict[str, int]


class MessageOut(Schema):
    """A message of the caller's inbox."""

    seq: int
    kind: str
    about: str
    about_id: int
    item_id: int
    number: str
    title: str
    what: str
    urgent: bool
    at: datetime
    read_at: datetime | None


class FeedOut(Schema):
    """A calendar of deadlines: the caller's own, or of a unit (0: none)."""

    id: int
    unit_id: int
    made_at: datetime


class FeedWanted(Schema):
    """Whose deadlines."""

    unit: int = Field(0, ge=0, le=2**53, description="单位的编号；不给则为本人的")


class FeedMade(FeedOut):
    """A new calendar with the last part of its address, which is told this once."""

    address: str


class Marked(Schema):
    """How many messages were not read before."""

    marked: int


class Read(Schema):
    """Which messages were read."""

    seqs: list[Annotated[int, Field(ge=1, le=2**53)]] | None = Field(
        None, description="消息的编号；不给则为全部"
    )


@router.get("/me", response=Me, summary="我是谁，有哪些岗位")
def me(request: Call) -> Me:
    """Tell who calls."""
    actor = request.who.actor
    roles = [RoleOut(role=g.role, name=ROLE_NAMES[g.role], unit_id=g.unit) for g in actor.grants]
    return Me(person=actor.person, name=actor.name, unit_id=actor.unit, roles=roles)


@router.get("/todo", response=TodoOut, summary="待办")
def tasks(request: Call) -> TodoOut:
    """Tell what the caller has to do."""
    found = todo(request.who.actor, now())
    return TodoOut(tasks=[_task(task) for task in found.tasks], more=found.more)


def _task(task: Task) -> TaskOut:
    item = task.item
    return TaskOut(
        kind=task.kind,
        urgency=task.urgency,
        due=task.due,
        item_id=item.pk if item else 0,
        slip_id=task.slip.pk if task.slip else 0,
        request_id=task.request.pk if task.request else 0,
        inspection_id=task.inspection.pk if task.inspection else 0,
        number=item.number if item else "",
        title=item.title if item else (task.inspection.name if task.inspection else ""),
    )


@router.get("/messages", response=Page[MessageOut], summary="收件箱")
def messages(
    request: Call, after: After, size: Size, unread: Annotated[bool, Query(False, description="只看未读")]
) -> Any:
    """List the caller's own messages, the newest first."""
    found = Message.objects.filter(person_id=request.who.actor.person)
    if unread:
        found = found.filter(read_at__isnull=True)
    rows, more = page_by_id(found, after, size, column="seq")
    return Page[MessageOut](rows=[fill(MessageOut, row) for row in rows], next=more)


@router.post("/messages/read", response=Marked, summary="标为已读")
def read(request: Call, payload: Read) -> Marked:
    """Mark messages as read."""
    return Marked(marked=mark_read(request.who.actor.person, payload.seqs, now()))


@router.get("/feeds", response=list[FeedOut], summary="我的日历订阅")
def feeds(request: Call) -> Any:
    """List the calendars of the caller."""
    return [fill(FeedOut, row) for row in feeds_of(request.who.actor.person)]


@router.post("/feeds", response={201: FeedMade}, summary="新建日历订阅，地址只显示这一次")
def new_feed(request: Call, payload: FeedWanted) -> Any:
    """Make a calendar of the caller's deadlines, or of a unit's."""
    feed, token = make_feed(request.who.actor, now(), unit=payload.unit)
    return Status(201, fill(FeedMade, feed, address=f"/calendar/{token}.ics"))


@router.delete("/feeds/{feed_id}", response={204: None}, summary="停用日历订阅")
def end_feed(request: Call, feed_id: Id) -> Any:
    """Take an address back."""
    revoke_feed(request.who.actor, now(), feed_id)
    return Status(204, None)
