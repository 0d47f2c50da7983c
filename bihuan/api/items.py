"""Items: the list with the filters of the pages, one with everything about it, its files, and registering."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema, Status
from pydantic import field_validator

from bihuan.actions import register
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, named
from bihuan.excel.register_out import write_register_back, write_register_plain
from bihuan.ledger import blobs
from bihuan.models import Evidence, Item, Slip
from bihuan.queries.chosen import GROUPS, PARTS, Chosen, filter_of, registers_of
from bihuan.queries.item import Detail, Moment, detail_for, state_name
from bihuan.queries.items import SORTS, page_of
from bihuan.queries.people import unit_labels
from bihuan.queries.slips import slips
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure_types import COLOURS, WORST_FIRST
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STATE_NAMES

router = Router(tags=["事项"])
NewItem = body_of(register, "NewItem", skip={"register_id"})


class ItemRow(Schema):
    """An item as a list shows it. Ids are those of units; ``due`` is a day in China."""

    id: int
    number: str
    title: str
    register_id: int
    campaign_id: int
    klass: str
    source: str
    channel: str
    state: str = Field(description="状态代码")
    state_name: str
    colour: str
    colour_name: str
    overdue: bool
    waiting: str
    lead: str
    owner_id: int
    owner: str
    office_id: int
    helper_ids: list[int]
    helpers: list[str]
    handler: str
    due: date | None
    due_text: str
    provisional: bool
    ongoing: bool
    percent: int
    progress: str
    difficulty: str
    measures: int
    measures_done: int
    evidence: int
    reopens: int
    extensions: int
    registered_at: datetime
    assigned_at: datetime | None
    accepted_at: datetime | None
    submitted_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    version: int = Field(description="版本；修改时放进 If-Match")


class ItemPage(Page[ItemRow]):
    """A page of items, with how many match in all."""

    total: int = Field(description="一共多少项")
    exact: bool = Field(description="total 是否准确；为 false 时至少有这么多")


class MeasureOut(Schema):
    """One measure of an item."""

    no: int
    text: str
    target: str
    owner: str
    due: date | None
    due_text: str
    state: str
    progress: str
    reason: str


class EvidenceOut(Schema):
    """A file, to be fetched under ``/items/{item}/evidence/{id}``. ``digest`` is the SHA-256 of its content."""

    id: int
    name: str
    digest: str
    size: int
    media: str
    kind: str
    note: str
    measure: int
    at: datetime


class ReviewOut(Schema):
    """One decision of a level of review."""

    name: str
    round: int
    level: int
    reviewer_id: int
    passed: bool
    opinion: str
    at: datetime


class EntryOut(Schema):
    """One entry of the timeline. ``data`` is what the ledger holds."""

    seq: int
    at: datetime
    kind: str
    name: str
    person: str
    unit: str
    hash: str
    data: dict[str, Any]


class StepOut(Schema):
    """A step that the caller may take now."""

    action: str
    name: str


class SlipBrief(Schema):
    """A slip of the item."""

    id: int
    number: str
    kind: str
    rung: str
    state: str


class SignOut(Schema):
    """A hint where to look again."""

    sign: str
    name: str
    key: str
    what: str
    dismissed: str


class LinkOut(Schema):
    """An institution or a case review that the item led to."""

    id: int
    title: str


class ItemOut(ItemRow):
    """An item with everything about it."""

    office: str
    target: str
    level: int
    claimed: str
    quantity: dict[str, Any] | None
    amount: int
    extra: dict[str, Any]
    merged_into: int
    measure_list: list[MeasureOut]
    evidence_list: list[EvidenceOut]
    reviews: list[ReviewOut]
    slips: list[SlipBrief]
    timeline: list[EntryOut]
    steps: list[StepOut]
    signs: list[SignOut]
    institutions: list[LinkOut]
    cases: list[LinkOut]


class Registered(Schema):
    """What a step led to."""

    item: int
    number: str
    version: int
    state: str
    seq: int


class Wanted(Schema):
    """The filter of a list: the same choices as on the page."""

    campaign: int = Field(0, ge=0, description="专项工作的编号")
    register_id: int = Field(0, ge=0, alias="register", description="清单的编号")
    state: str = Field("", description="状态", json_schema_extra={"enum": ["", *STATE_NAMES, *GROUPS]})
    colour: str = Field("", description="亮灯", json_schema_extra={"enum": ["", *WORST_FIRST]})
    owner: int = Field(0, ge=0, description="责任单位的编号")
    klass: str = Field("", alias="class", description="类别")
    part: str = Field("", description="本单位主办或配合", json_schema_extra={"enum": ["", *PARTS]})
    overdue: bool = Field(False, description="只看超期")
    reopened: bool = Field(False, description="只看回潮重办过的")
    waiting: str = Field("", description="到点未办", json_schema_extra={"enum": ["", *WAITING_NAMES]})
    due_from: date | None = Field(None, description="时限从哪天起")
    due_until: date | None = Field(None, description="时限到哪天止")
    lead: str = Field("", description="牵头领导")
    handler: str = Field("", description="责任人")
    source: str = Field("", description="来源")
    text: str = Field("", alias="q", description="标题或编号里的字")
    sort: str = Field("due", description="顺序", json_schema_extra={"enum": [*SORTS]})

    @field_validator("state", "colour", "part", "waiting", "sort")
    @classmethod
    def known(cls, value: str, info: Any) -> str:
        """Raise ValueError for a choice that is none: a list never shows something else than was asked."""
        extra: Any = cls.model_fields[info.field_name].json_schema_extra
        if value not in extra["enum"]:
            raise ValueError("unknown")
        return value

    def chosen(self) -> Chosen:
        """Return the choice."""
        values = {name: getattr(self, name) for name in Wanted.model_fields}
        return Chosen(**values | {"register": values.pop("register_id")})


@router.get("/items", response=ItemPage, summary="事项列表")
def items(request: Call, wanted: Query[Wanted], after: After, size: Size) -> ItemPage:
    """List the items that the caller may see."""
    demand(request.who.actor, Duty.READ)
    chosen = wanted.chosen()
    registers = registers_of(chosen, request.who)
    found = page_of(filter_of(chosen, registers, request.who), sort=chosen.sort, after=after, size=size)
    names = unit_labels()
    rows = [row_of(item, names) for item in found.rows]
    return ItemPage(rows=rows, next=found.next, total=found.total, exact=found.exact)


def row_of(item: Item, names: dict[int, str], kind: type[ItemRow] = ItemRow, **more: Any) -> Any:
    """Return ``item`` as a list shows it; ``names`` are those of units."""
    told = {
        "state_name": state_name(item.state),
        "colour_name": COLOURS[item.colour],
        "owner": names.get(item.owner_id, ""),
        "helper_ids": item.helpers,
        "helpers": named(names, item.helpers),
    }
    return fill(kind, item, **told | more)


@router.get(
    "/items/{item_id}", response=ItemOut, summary="一个事项：现状、措施、佐证、单据、留痕和现在能办的步骤"
)
def item(request: Call, item_id: Id, response: HttpResponse) -> ItemOut:
    """Show an item; its version is also the ``ETag``."""
    demand(request.who.actor, Duty.READ)
    found = detail_for(request.who, item_id)
    response["ETag"] = f'"{found.item.version}"'
    papers = slips(request.who.units, item=item_id).order_by("id")
    return _detail(found, list(papers))


def _detail(found: Detail, papers: list[Slip]) -> ItemOut:
    names = {found.item.owner_id: found.owner, **dict(zip(found.item.helpers, found.helpers, strict=True))}
    out: ItemOut = row_of(
        found.item,
        names,
        ItemOut,
        state_name=found.state_name,
        office=found.office,
        measure_list=[fill(MeasureOut, m) for m in found.measures],
        evidence_list=[fill(EvidenceOut, e) for e in found.evidence],
        reviews=[fill(ReviewOut, r) for r in found.reviews],
        slips=[fill(SlipBrief, s) for s in papers],
        timeline=[_entry(m) for m in found.timeline],
        steps=[fill(StepOut, s) for s in found.steps],
        signs=[fill(SignOut, s) for s in found.signs],
        institutions=[fill(LinkOut, i) for i in found.linked.institutions],
        cases=[fill(LinkOut, c) for c in found.linked.cases],
    )
    return out


def _entry(moment: Moment) -> EntryOut:
    return fill(EntryOut, moment, data=moment.fact.event.to_data())


@router.get("/items/{item_id}/evidence/{evidence_id}", summary="下载佐证", **FILE)
def evidence(request: Call, item_id: Id, evidence_id: Id) -> HttpResponseBase:
    """Hand out a file."""
    demand(request.who.actor, Duty.READ)
    detail_for(request.who, item_id)
    found = Evidence.objects.filter(pk=evidence_id, item_id=item_id).first()
    if found is None:
        raise NotFound("没有这份佐证。")
    return handed(found.name, blobs.opened(found.digest))


@router.get("/registers/{register_id}/workbook", summary="把清单导出为 Excel", **FILE)
def workbook(request: Call, register_id: Id, wanted: Query[Wanted], back: bool = False) -> HttpResponseBase:
    """Hand out a register as a workbook; ``back``: into the layout of the file that was imported."""
    demand(request.who.actor, Duty.EXPORT)
    one = request.who.register(register_id)
    found = filter_of(wanted.chosen(), [one], request.who)
    written = write_register_back(one, found, now()) if back else write_register_plain(one, found)
    return handed(f"{one.name}（{written.items}项）{written.suffix}", written.content)


@router.post("/registers/{register_id}/items", response={201: Registered}, summary="登记一个事项")
@taking(NewItem)
def new_item(request: Call, register_id: Id, payload: Body) -> Any:
    """Register an item."""
    request.who.register(register_id)
    return Status(201, register(register_id, request.who.actor, now(), **payload.given()))
