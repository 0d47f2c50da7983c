"""Templates of every kind of paper, tried: a paper is written from them with today's figures."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bihuan.library.drafts.kinds import KINDS as DRAFTS
from bihuan.library.drafts.start import body_of
from bihuan.models import Campaign, Unit
from bihuan.queries.templates import STAGE, content_of, own
from bihuan.reports import make_drafts, make_templates
from bihuan.reports.stage import stage_context
from bihuan.reports.word import write_docx

#: Kind of paper that has a template → what people call it.
KINDS = {STAGE: "阶段报告"} | {kind.code: kind.name for kind in DRAFTS.values()}
#: The most bytes of a template.
LARGEST = 20 * 1024 * 1024


def written(kind: str, campaign: Campaign, content: bytes | None, now: datetime) -> tuple[str, bytes]:
    """Write the paper of ``campaign`` as of now; returns a name for it too. Raises TemplateInvalid with the place of the mistake, NotAReport."""
    context = stage_context(campaign, now)
    if kind == STAGE:
        return f"{KINDS[kind]}预览.docx", write_docx(context, content)
    office = Unit.objects.get(pk=campaign.unit_id).name
    return f"{KINDS[kind]}预览.txt", body_of(DRAFTS[kind], office, context, None, content).encode()


def file_of(kind: str, template: int) -> tuple[str, bytes]:
    """Return the name and the file of a template as it was brought, or of the built-in one. Raises NotFound."""
    content = content_of(kind, template)
    if content is None:
        return f"{KINDS[kind]}（内置模板）.docx", _builtin(kind).read_bytes()
    return f"{next(row.name for row in own(kind) if row.pk == template)}.docx", content


def _builtin(kind: str) -> Path:
    return make_templates.STAGE if kind == STAGE else make_drafts.path_of(kind)
