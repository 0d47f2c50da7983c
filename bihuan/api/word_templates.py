"""The office's own Word templates: brought, tried with today's figures, chosen where they are used, offered no more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http.response import HttpResponseBase
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from bihuan.actions.templates import choose_template, follow_general, keep_template, retire_template
from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.errors import TooBig
from bihuan.api.parts import FILE, Id, demand, fill, handed
from bihuan.ledger.scan import scanned
from bihuan.library.drafts.trial import LARGEST, file_of, written
from bihuan.models import Campaign
from bihuan.queries.templates import BUILTIN, content_of, own, places_of
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["模板"])
#: The kinds of papers that have templates, as ``bihuan.library.drafts.trial`` names them.
Kind = Literal["stage", "speech", "briefing", "notice", "minutes"]
#: A template; 0 is the built-in one.
Template = Annotated[int, Field(ge=0, le=2**53)]


class TemplateOut(Schema):
    """A template (0: the built-in one); ``campaigns`` are those whose papers are written from it, 0 all without a choice of their own."""

    id: int
    name: str
    campaigns: list[int]
    person_id: int
    added_at: datetime | None
    size: int | None


class ChoiceIn(Body):
    """Which template is used, and where."""

    template: int | None = Field(
        ge=0, le=2**53, description="模板的编号，0 为内置模板；null 为不单独选定，随“所有专项工作”"
    )
    campaign: int = Field(0, ge=0, le=2**53, description="专项工作的编号；0 为所有没有单独选定的")


class RetiredOut(Schema):
    """The campaigns that had chosen it (0: the general choice); they follow the general choice or the built-in template now."""

    campaigns: list[int]


def _every(kind: str) -> list[TemplateOut]:
    places = places_of(kind)
    builtin = TemplateOut(
        id=BUILTIN, name="内置模板", campaigns=places.get(BUILTIN, []), person_id=0, added_at=None, size=None
    )
    return [builtin, *(fill(TemplateOut, row, campaigns=places.get(row.pk, [])) for row in own(kind))]


def _campaign(request: Call, campaign_id: int) -> Campaign:
    """Return a campaign of which the caller sees every item. Raises NotFound."""
    found = next((c for c in request.who.whole if c.pk == campaign_id), None)
    if found is None:
        raise NotFound("没有这个专项工作，或您不能看到它的全部事项。")
    return found


@router.get("/templates/{kind}", response=list[TemplateOut], summary="一种文稿的模板，各用在哪里")
def templates(request: Call, kind: Kind) -> Any:
    """List the templates of a kind."""
    demand(request.who.actor, Duty.TEMPLATES, Duty.REPORT)
    return _every(kind)


@router.post(
    "/templates/{kind}",
    response={201: TemplateOut},
    summary="上传模板：先用今天的数据试写，有错的指出在哪一段，成功才保存",
)
def bring(
    request: Call,
    kind: Kind,
    file: Annotated[UploadedFile, File(...)],
    campaign: Annotated[int, Form(..., ge=1, le=2**53, description="用哪个专项工作的数据试写")],
    name: Annotated[str, Form("", max_length=100, description="名称；不填则用文件名")],
) -> Any:
    """Try a template and keep it. Raises TemplateInvalid with the place of the mistake."""
    demand(request.who.actor, Duty.TEMPLATES)
    wanted = _campaign(request, campaign)
    if (file.size or 0) > LARGEST:
        raise TooBig("文件超过 20 MB。", hint="请压缩里面的图片。")
    scanned(file)
    file.seek(0)
    content = file.read()
    written(kind, wanted, content, now())
    title = " ".join(name.split()) or (file.name or "").rpartition(".")[0] or "模板"
    made = keep_template(request.who.actor, now(), kind, title, content)
    return Status(201, next(row for row in _every(kind) if row.id == made.pk))


@router.get("/templates/{kind}/{template_id}/file", summary="下载模板", **FILE)
def file_itself(request: Call, kind: Kind, template_id: Template) -> HttpResponseBase:
    """Hand out a template as it was brought, or the built-in one."""
    demand(request.who.actor, Duty.TEMPLATES)
    return handed(*file_of(kind, template_id))


@router.get("/templates/{kind}/{template_id}/preview", summary="用今天的数据写一份看看", **FILE)
def preview(
    request: Call,
    kind: Kind,
    template_id: Template,
    campaign: Annotated[int, Query(..., ge=1, le=2**53, description="用哪个专项工作的数据")],
) -> HttpResponseBase:
    """Hand out a paper written from a template with today's figures."""
    demand(request.who.actor, Duty.TEMPLATES)
    return handed(*written(kind, _campaign(request, campaign), content_of(kind, template_id), now()))


@router.post("/templates/{kind}/actions/choose", response=list[TemplateOut], summary="选定默认模板")
def choose(request: Call, kind: Kind, payload: ChoiceIn) -> Any:
    """Choose the template that is used for a campaign, or for all."""
    demand(request.who.actor, Duty.TEMPLATES)
    if payload.campaign:
        _campaign(request, payload.campaign)
    elif payload.template is None:
        raise Invalid("“所有专项工作”请选定一个模板。")
    if payload.template is None:
        follow_general(request.who.actor, kind, payload.campaign)
    else:
        choose_template(request.who.actor, kind, payload.template, campaign=payload.campaign)
    return _every(kind)


@router.post("/templates/{kind}/{template_id}/actions/retire", response=RetiredOut, summary="停用模板")
def retire(request: Call, kind: Kind, template_id: Id) -> RetiredOut:
    """Offer a template no more."""
    demand(request.who.actor, Duty.TEMPLATES)
    return RetiredOut(campaigns=retire_template(request.who.actor, now(), kind, template_id))
