"""Saved views: a filter, an order and columns under a name. Each person keeps their own; they are no fact of the ledger."""

from __future__ import annotations

from bihuan.models import SavedView
from bihuan.rules.errors import Invalid, NotFound

MOST = 20


def keep_view(person: int, name: str, query: str, *, using: str = "default") -> SavedView:
    """Keep the query part of an address under a name; the same name again replaces it."""
    name = " ".join(name.split())
    if not name or len(name) > 40 or len(query) > 2000:
        raise Invalid("视图要有名称，不超过40字。", hint="如“我的逾期事项”。")
    mine = SavedView.objects.using(using).filter(person_id=person)
    if mine.exclude(name=name).count() >= MOST:
        raise Invalid(f"最多保存{MOST}个视图。", hint="请先删去不用的。")
    return mine.update_or_create(person_id=person, name=name, defaults={"query": query})[0]


def drop_view(person: int, view_id: int, *, using: str = "default") -> None:
    """Delete a view of the person. Raises NotFound when there is none."""
    if not SavedView.objects.using(using).filter(pk=view_id, person_id=person).delete()[0]:
        raise NotFound("没有这个视图。")
