"""The Word templates from which drafts begin: the built-in ones, or the office's own, changed in Word and tried before they count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bihuan.ledger import blobs
from bihuan.library.drafts.kinds import KINDS, Kind
from bihuan.library.drafts.start import SAMPLE, body_of
from bihuan.models import Campaign, DraftTemplate, Unit
from bihuan.reports.context import StageContext
from bihuan.reports.make_drafts import path_of
from bihuan.reports.stage import stage_context
from bihuan.rules.errors import Invalid, NotFound

MOST_BYTES = 5 * 2**20


@dataclass(frozen=True)
class Template:
    """The template of a kind of draft; ``own`` is the office's, None for the built-in one."""

    kind: Kind
    own: DraftTemplate | None

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.own.name if self.own else f"{self.kind.name}.docx"

    def content(self) -> bytes:
        """Return the file."""
        return b"".join(blobs.read(self.own.digest)) if self.own else path_of(self.kind.code).read_bytes()


def template_of(code: str, using: str = "default") -> Template:
    """Return the template that counts. Raises NotFound for no such kind."""
    kind = KINDS.get(code)
    if kind is None:
        raise NotFound("没有这种文稿。", hint=f"可用：{'、'.join(KINDS)}。")
    newest = DraftTemplate.objects.using(using).filter(kind=code).order_by("-id").first()
    return Template(kind, newest if newest and newest.digest else None)


def templates(using: str = "default") -> list[Template]:
    """Return the template of each kind."""
    return [template_of(code, using) for code in KINDS]


def keep_template(
    code: str, name: str, data: bytes, person: int, now: datetime, using: str = "default"
) -> Template:
    """Let drafts of a kind begin from a Word file of the office. Raises TemplateInvalid with the place of a mistake, NotAReport, Invalid."""
    kind = template_of(code, using).kind
    if len(data) > MOST_BYTES:
        raise Invalid(f"模板超过 {MOST_BYTES // 2**20} MB。", hint="请去掉模板里的图片再试。")
    _try(kind, data, now, using)
    DraftTemplate.objects.using(using).create(
        kind=code, name=name[-200:], digest=blobs.keep(data), person_id=person, at=now
    )
    return template_of(code, using)


def drop_template(code: str, person: int, now: datetime, using: str = "default") -> None:
    """Go back to the built-in template; the office's own stays known."""
    if template_of(code, using).own is not None:
        DraftTemplate.objects.using(using).create(kind=code, name="", digest="", person_id=person, at=now)


def _try(kind: Kind, data: bytes, now: datetime, using: str) -> None:
    """Fill it as a draft would: with a campaign's figures and, where a paper needs no campaign, without."""
    contexts: list[StageContext | None] = [_context(now, using)]
    if not kind.needs_campaign:
        contexts.append(None)
    for ctx in contexts:
        if not body_of(data, "本单位", ctx, SAMPLE).strip():
            raise Invalid(
                "模板里没有正文：填好以后一个字也没有。", hint="请在模板的正文里写上内容或 {{ 名称 }}。"
            )


def _context(now: datetime, using: str) -> StageContext:
    """The newest campaign, which has the most to tell; one without items where there is none."""
    campaign = Campaign.objects.using(using).order_by("-id").first()
    office = Unit.objects.using(using).order_by("id").first()
    nothing = Campaign(pk=0, name="某专项工作", unit_id=office.pk if office else 0)
    return stage_context(campaign or nothing, now, using=using)
