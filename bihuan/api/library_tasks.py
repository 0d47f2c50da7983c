"""From a document to tasks: what it sets, and which of it become items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from ninja import Field, Form, Query, Router, Schema, Status

from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.library_bring import Brought
from bihuan.api.parts import Id, demand, fill
from bihuan.excel.incoming import keep
from bihuan.library.extract import extract_one
from bihuan.library.store import document_of
from bihuan.library.tasks.accept import Proposal, accept, corrected
from bihuan.library.tasks.decompose import Task, decompose
from bihuan.library.tasks.document import propose
from bihuan.models import Document
from bihuan.queries.calendar import calendar_now
from bihuan.queries.people import Directory, directory
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid
from bihuan.rules.permissions import Duty

router = Router(tags=["资料库"])


class AimOut(Schema):
    """The figure aimed at."""

    text: str
    value: str
    unit: str


class ProposedOut(Schema):
    """A task that a document sets: exactly the text from ``start`` to ``end``; names as written."""

    text: str
    start: int
    end: int
    owner: str | None
    helpers: list[str]
    due: date | None
    ongoing: bool
    due_text: str | None
    target: AimOut | None
    headings: list[str]


class WantedTask(Body):
    """A task that is accepted, by where it begins; what is given beside it is put right first."""

    start: int = Field(ge=0, le=2**53, description="任务在文中的起点，如读到的")
    text: str | None = Field(None, min_length=1, max_length=2_000)
    owner: str | None = Field(None, max_length=100, description="台账里的单位名称；空为不指定")
    helpers: list[str] | None = Field(None, max_length=50)
    due: date | None = None
    ongoing: bool | None = None


class AcceptIn(Body):
    """Which tasks become items of which register."""

    register_id: int = Field(ge=1, le=2**53)
    tasks: list[WantedTask] = Field(min_length=1, max_length=500)
    base: date | None = Field(None, description="没写年份的时限从哪天算起；不给用文件的日期")


class AcceptedOut(Schema):
    """What became of a task; ``already``: it was an item before; ``unknown`` are units that the ledger does not have."""

    start: int
    number: str
    already: bool
    unknown: list[str]


Base = Annotated[date | None, Query(None, description="没写年份的时限从哪天算起")]


@router.post("/library/decompose", response=list[ProposedOut], summary="拆出一个文件里的任务；不存入")
def look(
    request: Call,
    file: Brought,
    base: Annotated[date | None, Form(None, description="没写年份的时限从哪天算起")],
) -> Any:
    """Tell the tasks of a file."""
    demand(request.who.actor, Duty.COLLECT)
    brought = keep(file, request.who.actor.person)
    read = extract_one(brought.content(), brought.name)
    found = propose(read, base=base, today=now().astimezone(CHINA).date(), calendar=calendar_now())
    return [one.task.to_data() for one in found]


@router.get(
    "/library/documents/{document_id}/tasks", response=list[ProposedOut], summary="拆出一份资料里的任务"
)
def tasks(request: Call, document_id: Id, base: Base) -> Any:
    """Tell the tasks of a document."""
    demand(request.who.actor, Duty.COLLECT)
    return [task.to_data() for task in _tasks(document_of(document_id), base)]


def _tasks(document: Document, base: date | None) -> list[Task]:
    day = base or document.date or now().astimezone(CHINA).date()
    return decompose(document.text, base=day, calendar=calendar_now())


@router.post(
    "/library/documents/{document_id}/tasks",
    response={201: list[AcceptedOut]},
    summary="采用任务，登记为事项：全部登记，或全不登记",
)
def take(request: Call, document_id: Id, payload: AcceptIn) -> Any:
    """Register the tasks that are accepted."""
    demand(request.who.actor, Duty.COLLECT)
    document = document_of(document_id)
    request.who.register(payload.register_id)
    proposals = list(_proposals(document, payload))
    done = accept(proposals, payload.register_id, request.who.actor, now())
    starts = {one.no: one.read.start for one in proposals}
    return Status(201, [fill(AcceptedOut, a, start=starts[a.no], unknown=list(a.unknown)) for a in done])


def _proposals(document: Document, payload: AcceptIn) -> Iterator[Proposal]:
    known = {task.start: (no, task) for no, task in enumerate(_tasks(document, payload.base), 1)}
    units = directory()
    for wanted in payload.tasks:
        if wanted.start not in known:
            raise Invalid(f"文中第 {wanted.start} 字起没有任务。", hint="请先读取这份资料的任务。")
        no, read = known[wanted.start]
        yield Proposal(
            no, _corrected(read, wanted, units), read, document.title, document.text, document.digest
        )


def _corrected(task: Task, wanted: WantedTask, units: Directory) -> Task:
    for name in ("text", "owner", "helpers", "due", "ongoing"):
        if name in wanted.model_fields_set:
            task = corrected(task, name, _words(getattr(wanted, name)))
    typed = [n for name in ("owner", "helpers") if name in wanted.model_fields_set
             for n in ([task.owner] if name == "owner" else task.helpers)]  # fmt: skip
    if unknown := [name for name in typed if name and units.id_of(name) is None]:
        raise Invalid(f"台账里没有“{'、'.join(unknown)}”。", hint="请用 /api/units 里的名称，或留空。")
    return task


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")
