"""What is the caller's own: who they are, what they have to do, what they were told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Path, Query, Router, Schema, Status

from bihuan.actions.feeds import make_feed, revoke_feed
from bihuan.actions.inbox import mark_read
from bihuan.actions.saved_views import drop_view, keep_view
from bihuan.actions.sittings import end_sittings
from bihuan.api.call import Call, now
from bihuan.api.items import Wanted
from bihuan.api.parts import After, Id, Page, Size, demand, fill, page_by_id
from bihuan.models import Message, SavedView
from bihuan.queries.chosen import Chosen
from bihuan.queries.messages import feeds as feeds_of
from bihuan.queries.sittings import find_sitting, sittings
from bihuan.queries.tasks import Task
from bihuan.queries.todo import todo
from bihuan.rules.permissions import ROLE_NAMES, Duty

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


class ViewOut(Schema):
    """A list that the caller keeps under a name: ``query`` is what follows the ? of ``/api/items``."""

    id: int
    name: str
    query: str


class ViewIn(Wanted):
    """A filter and an order, the columns that the page shows (none: the usual ones), and the name."""

    name: str = Field(min_length=1, max_length=40, description="视图名称；同名的会被替换")
    columns: list[Annotated[str, Field(max_length=60)]] = Field(
        [], alias="col", max_length=60, description="显示哪些列"
    )

    def chosen(self) -> Chosen:
        """Return the choice with its columns."""
        return replace(super().chosen(), columns=tuple(self.columns))


@router.get("/views", response=list[ViewOut], summary="我保存的视图")
def views(request: Call) -> Any:
    """List the views that the caller keeps."""
    demand(request.who.actor, Duty.READ)
    return [
        fill(ViewOut, row)
        for row in SavedView.objects.filter(person_id=request.who.actor.person).order_by("id")
    ]


@router.post("/views", response={201: ViewOut}, summary="保存视图")
def new_view(request: Call, payload: ViewIn) -> Any:
    """Keep a view."""
    demand(request.who.actor, Duty.READ)
    made = keep_view(request.who.actor.person, payload.name, payload.chosen().query())
    return Status(201, fill(ViewOut, made))


@router.delete("/views/{view_id}", response={204: None}, summary="删除视图")
def end_view(request: Call, view_id: Id) -> Any:
    """Delete a view."""
    demand(request.who.actor, Duty.READ)
    drop_view(request.who.actor.person, view_id)
    return Status(204, None)


class SessionOut(Schema):
    """A browser in which the caller is logged in."""

    name: str = Field(description="用来结束它")
    address: str
    browser: str
    since: datetime
    seen: datetime


@router.get("/sessions", response=list[SessionOut], summary="我在哪里登录着")
def sessions(request: Call) -> Any:
    """List the caller's sessions in browsers, the latest used first."""
    return [fill(SessionOut, s.row, name=s.name) for s in sittings(request.account, now())]


@router.delete("/sessions/{name}", response={204: None}, summary="结束一处登录")
def end_session(request: Call, name: Annotated[str, Path(max_length=16)]) -> Any:
    """End a session."""
    end_sittings([find_sitting(request.account, name, now()).row.session_key])
    return Status(204, None)
