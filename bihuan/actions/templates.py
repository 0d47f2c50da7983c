"""The office's own Word templates: kept, chosen and retired by the supervisors, beside the ledger."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bihuan.ledger import blobs
from bihuan.models import Campaign, TemplateChoice, WordTemplate
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.permissions import Actor, Duty


def _demand(actor: Actor) -> None:
    if not actor.may(Duty.TEMPLATES):
        raise NotAllowed("模板须由督办员管理。")


def keep_template(
    actor: Actor, now: datetime, kind: str, name: str, content: bytes, *, using: str = "default"
) -> WordTemplate:
    """Keep a template that was tried; the same file again is the template that is there, offered anew where it was retired."""
    _demand(actor)
    digest = blobs.keep(content)
    rows = WordTemplate.objects.using(using)
    kept = rows.filter(kind=kind, digest=digest).first()
    if kept is not None:
        kept.name, kept.retired_at = name[:255], None
        kept.save(using=using)
        return kept
    return rows.create(
        kind=kind, name=name[:255], digest=digest, size=len(content), person_id=actor.person, added_at=now
    )


def choose_template(
    actor: Actor, kind: str, template: int, *, campaign: int = 0, using: str = "default"
) -> None:
    """Let papers of ``kind`` be written from ``template`` (0: the built-in one) in ``campaign``, or (0) everywhere else."""
    _demand(actor)
    if template and not _offered(kind, template, using):
        raise NotFound("没有这个模板，或已停用。", hint="请另选一个模板。")
    if campaign and not Campaign.objects.using(using).filter(pk=campaign).exists():
        raise NotFound("没有这个专项工作。")
    TemplateChoice.objects.using(using).update_or_create(
        kind=kind, campaign_id=campaign, defaults={"template_id": template}
    )


def follow_general(actor: Actor, kind: str, campaign: int, *, using: str = "default") -> None:
    """Let ``campaign`` have no choice of its own any more."""
    _demand(actor)
    TemplateChoice.objects.using(using).filter(kind=kind, campaign_id=campaign).delete()


def retire_template(
    actor: Actor, now: datetime, kind: str, template: int, *, using: str = "default"
) -> list[int]:
    """Offer a template no more; returns the campaigns that had chosen it (0: the general choice).

    Those campaigns follow the general choice from now on, and without a general choice the built-in template is used.
    """
    _demand(actor)
    with transaction.atomic(using):
        if not _offered(kind, template, using):
            raise NotFound("没有这个模板，或已停用。")
        WordTemplate.objects.using(using).filter(pk=template).update(retired_at=now)
        choices = TemplateChoice.objects.using(using).filter(kind=kind, template_id=template)
        places = sorted(choices.values_list("campaign_id", flat=True))
        choices.delete()
    return places


def _offered(kind: str, template: int, using: str) -> bool:
    rows = WordTemplate.objects.using(using)
    return rows.filter(pk=template, kind=kind, retired_at__isnull=True).exists()
