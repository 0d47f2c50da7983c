"""Procedures: their versions, what a new one would change, publishing it, and which register follows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Router, Schema, Status

from bihuan.actions.adopt import Adopted, adopt_procedure
from bihuan.actions.house import publish_procedure
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.deeds import answer_of
from bihuan.api.figures import Made
from bihuan.api.parts import After, Id, Page, Size, demand, fill, page_by_id
from bihuan.ledger.derive import parsed
from bihuan.models import Procedure, Register
from bihuan.queries import dry_run as trial
from bihuan.queries.procedure_words import differences, parts
from bihuan.queries.procedures import run_by, version_of, versions
from bihuan.rules.errors import Invalid, Needs, NotAllowed
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure import load
from bihuan.rules.procedure_types import Procedure as Rules

router = Router(tags=["规程"])


class ProcedureOut(Schema):
    """A version of a procedure."""

    id: int
    code: str
    name: str
    version: int


class SaidOut(Schema):
    """One thing that a procedure says."""

    name: str
    text: str


class SaidPart(Schema):
    """A part of a procedure in a clerk's words."""

    title: str
    rows: list[SaidOut]


class DifferenceOut(Schema):
    """What two versions say of one thing; "" where a version does not have it."""

    part: str
    name: str
    before: str
    after: str


class InWords(Schema):
    """What a version says, and how that differs from the one before it (``older``, null: none)."""

    parts: list[SaidPart]
    older: int | None
    differences: list[DifferenceOut]


class ProcedureText(ProcedureOut, InWords):
    """A version of a procedure: its TOML text, what it says, and the registers whose new items follow it."""

    text: str
    published_at: datetime
    published_by: int
    registers: list[int]


class PointOut(Schema):
    """How one thing of an item stands, and when that comes about (null: now)."""

    words: str
    at: datetime | None


class ChangeOut(Schema):
    """One thing of an item that would be otherwise; null stands for nothing at all."""

    what: str
    before: PointOut | None
    after: PointOut | None


class ChangedItem(Schema):
    """An item and what would change for it."""

    item: int
    number: str
    title: str
    owner: int
    changes: list[ChangeOut]


class TurnsOut(Schema):
    """How many items would turn from one colour to another."""

    before: str
    after: str
    items: int


class DryRunOut(Schema):
    """What would change for the items under way today: how many by what, and the first hundred one by one (``more`` beside them).

    ``left`` are the numbers of those that would keep their version, by the reason why.
    """

    registers: list[int] = Field(description="试算了哪些清单")
    looked: int
    changed: int
    turns: list[TurnsOut]
    moved: dict[str, int]
    left: dict[str, list[str]]
    lines: list[ChangedItem]
    more: int


class VersionTried(InWords):
    """What the text of a version says, compared with the newest one that is published, and what it would change."""

    code: str
    name: str
    version: int
    trial: DryRunOut


@router.get("/procedures", response=Page[ProcedureOut], summary="规程的各个版本")
def procedures(request: Call, after: After, size: Size) -> Any:
    """List the versions of the procedures, the newest first."""
    demand(request.who.actor, Duty.READ, Duty.PROCEDURES)
    rows, more = page_by_id(Procedure.objects.all(), after, size)
    return Page[ProcedureOut](rows=[fill(ProcedureOut, row) for row in rows], next=more)


_Publish = body_of(publish_procedure, "PublishProcedure", skip={"source"})


@router.post(
    "/procedures/preview",
    response=VersionTried,
    summary="检查规程的新内容：错在哪一行、与现行版本的不同、对在办事项的影响；不写入任何内容",
)
@taking(_Publish)
def preview(request: Call, payload: Body) -> VersionTried:
    """Check the text of a version and say what it would change. Raises ProcedureFaults with the lines."""
    demand(request.who.actor, Duty.PROCEDURES)
    procedure = load(payload.given()["text"], "规程")
    older = next((version.row for version in versions(procedure.code)), None)
    return VersionTried(
        code=procedure.code,
        name=procedure.name,
        version=procedure.version,
        trial=_tried(run_by(request.who, procedure.code), procedure),
        **_in_words(procedure, older),
    )


def _in_words(procedure: Rules, older: Procedure | None) -> dict[str, Any]:
    """Return the fields of ``InWords``."""
    differing = differences(parsed(older.text), procedure) if older else []
    return {
        "parts": [
            SaidPart(title=p.title, rows=[fill(SaidOut, row) for row in p.rows]) for p in parts(procedure)
        ],
        "older": older.pk if older else None,
        "differences": [fill(DifferenceOut, d) for d in differing],
    }


@router.get(
    "/procedures/{procedure_id}",
    response=ProcedureText,
    summary="一个版本的规程：原文、逐项说明、与上一版的不同",
)
def procedure(request: Call, procedure_id: Id) -> ProcedureText:
    """Show a version of a procedure."""
    demand(request.who.actor, Duty.READ, Duty.PROCEDURES)
    found = version_of(procedure_id)
    older = next((v.row for v in versions(found.row.code) if v.row.version < found.row.version), None)
    seen = {register.pk for register in request.who.registers}
    registers = [r.pk for r in found.registers if r.pk in seen or request.who.actor.may(Duty.PROCEDURES)]
    return fill(
        ProcedureText,
        found.row,
        published_at=found.published_at,
        published_by=found.published_by,
        registers=registers,
        **_in_words(parsed(found.row.text), older),
    )


@router.post("/procedures", response={201: Made}, summary="发布规程的新版本")
@taking(_Publish)
def publish(request: Call, payload: Body) -> Any:
    """Publish a version of a procedure."""
    demand(request.who.actor, Duty.PROCEDURES)
    return Status(201, {"id": publish_procedure(request.who.actor, now(), **payload.given())})


@router.get(
    "/procedures/{procedure_id}/registers/{register_id}",
    response=DryRunOut,
    summary="一个清单改用这一版会怎样：试算在办事项，不写入任何内容",
)
def foreseen(request: Call, procedure_id: Id, register_id: Id) -> DryRunOut:
    """Say what would change for the items of a register that followed this version today."""
    row, register = _pair(request, procedure_id, register_id)
    return _tried([register], parsed(row.text))


_Adopt = body_of(adopt_procedure, "AdoptProcedure", skip={"procedure", "register"})


@router.post(
    "/procedures/{procedure_id}/registers/{register_id}",
    response=answer_of(Adopted),
    summary="让一个清单改用这一版；migrate 为 true 的，未办结的事项也改用",
)
@taking(_Adopt)
def adopt(request: Call, procedure_id: Id, register_id: Id, payload: Body) -> Any:
    """Let a register follow this version."""
    _pair(request, procedure_id, register_id)
    given = payload.given()
    if given.get("migrate") and not given.get("reason", "").strip():
        raise Needs("未办结的事项也改用新版的，请写明理由。")
    return adopt_procedure(request.who.actor, now(), register_id, procedure_id, **given)


def _pair(request: Call, procedure_id: int, register_id: int) -> tuple[Procedure, Register]:
    """Return the version, and the register of the same procedure that the caller runs. Raises NotFound, NotAllowed or Invalid."""
    demand(request.who.actor, Duty.CAMPAIGNS)
    row, register = version_of(procedure_id).row, request.who.register(register_id)
    if request.who.units_in(register) is not None:
        raise NotAllowed("换用规程须由建立清单的督办员办理。")
    if register not in run_by(request.who, row.code):
        raise Invalid(
            f"“{register.name}”不能改用“{row.name}”。",
            hint="清单只能换用同一规程的其他版本；要用另一种规程，请新建清单。",
        )
    return row, register


def _tried(registers: list[Register], procedure: Rules) -> DryRunOut:
    found = trial.dry_run([r.pk for r in registers], procedure, now())
    return fill(
        DryRunOut,
        found,
        registers=[r.pk for r in registers],
        turns=[TurnsOut(before=b, after=a, items=n) for (b, a), n in found.turns.items()],
        lines=[_line(line) for line in found.lines],
    )


def _line(line: trial.Line) -> ChangedItem:
    changes = [ChangeOut(what=c.what, before=_point(c.before), after=_point(c.after)) for c in line.changes]
    return fill(ChangedItem, line, changes=changes)


def _point(point: trial.Point | None) -> PointOut | None:
    return fill(PointOut, point) if point else None
