"""Whose drafts somebody may read."""

from __future__ import annotations

from bihuan.models import Draft
from bihuan.queries.scope import Scope
from bihuan.rules.permissions import Duty


def readable(who: Scope, draft: Draft) -> bool:
    """Whether somebody may read a draft: of a campaign whoever drafts and sees all of it, else who wrote it.

    A paper that tells of a campaign is closed to its writer too once they no longer see the whole of it.
    """
    if not who.actor.may(Duty.DRAFT):
        return False
    if draft.campaign_id:
        return draft.campaign_id in {c.pk for c in who.whole}
    return draft.person_id == who.actor.person
