"""The Word templates that papers may be written from, and which of them is used where nobody chooses another."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.ledger import blobs
from bihuan.models import TemplateChoice, WordTemplate
from bihuan.rules.errors import NotFound

#: The stage report; the other kinds are those of the drafts.
STAGE = "stage"
#: The number under which the built-in template of each kind is chosen.
BUILTIN = 0


@dataclass(frozen=True)
class Offered:
    """A template that may be chosen: its number, its name, and whether it is used where nobody chooses."""

    id: int
    name: str
    usual: bool


def offered(kind: str, campaign: int = 0, using: str = "default") -> list[Offered]:
    """Return the templates of ``kind``, the built-in one first; ``usual`` is the one chosen for ``campaign``, else for all."""
    usual = usual_of(kind, campaign, using)
    rows = own(kind, using)
    return [
        Offered(BUILTIN, "内置模板", usual == BUILTIN),
        *(Offered(row.pk, row.name, usual == row.pk) for row in rows),
    ]


def own(kind: str, using: str = "default") -> list[WordTemplate]:
    """Return the office's own templates of ``kind`` that are not retired, the newest first."""
    return list(WordTemplate.objects.using(using).filter(kind=kind, retired_at__isnull=True).order_by("-id"))


def usual_of(kind: str, campaign: int = 0, using: str = "default") -> int:
    """Return the number of the template that is used where nobody chooses; that of a retired one never."""
    chosen = dict(
        TemplateChoice.objects.using(using)
        .filter(kind=kind, campaign_id__in={0, campaign})
        .values_list("campaign_id", "template_id")
    )
    return int(chosen.get(campaign, chosen.get(0, BUILTIN)))


def places_of(kind: str, using: str = "default") -> dict[int, list[int]]:
    """Return, by template, the campaigns for which it was chosen (0: all that have no choice of their own)."""
    chosen = TemplateChoice.objects.using(using).filter(kind=kind).values_list("campaign_id", "template_id")
    found: dict[int, list[int]] = {}
    for campaign, template in sorted({0: BUILTIN, **dict(chosen)}.items()):
        found.setdefault(template, []).append(campaign)
    return found


def content_of(kind: str, template: int, using: str = "default") -> bytes | None:
    """Return the file of a template, None for the built-in one. Raises NotFound for one that is not offered."""
    if template == BUILTIN:
        return None
    row = WordTemplate.objects.using(using).filter(pk=template, kind=kind, retired_at__isnull=True).first()
    if row is None:
        raise NotFound("没有这个模板，或已停用。", hint="请另选一个模板。")
    return b"".join(blobs.read(row.digest))


def usual_content(kind: str, campaign: int = 0, using: str = "default") -> bytes | None:
    """Return the file that is used where nobody chooses, None for the built-in one."""
    return content_of(kind, usual_of(kind, campaign, using), using)
