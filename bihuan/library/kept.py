"""Recent and saved searches, and what to suggest while somebody types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bihuan.library.search import search
from bihuan.models import KeptSearch, Unit
from bihuan.rules.errors import Needs, NotFound

RECENT = 20


def remember(person: int, query: str, options: dict[str, Any], now: datetime, using: str = "default") -> None:
    """Keep a search among the person's recent ones; the same search moves up, the oldest falls out."""
    mine = KeptSearch.objects.using(using).filter(person_id=person, name="")
    mine.filter(query=query, options=options).delete()
    KeptSearch(person_id=person, name="", query=query, options=options, at=now).save(using=using)
    mine.exclude(pk__in=list(mine.order_by("-at", "-id").values_list("id", flat=True)[:RECENT])).delete()


def save(
    person: int, name: str, query: str, options: dict[str, Any], now: datetime, using: str = "default"
) -> None:
    """Save a search under ``name``; one that the person has under it is replaced. Raises Needs."""
    if not name.strip():
        raise Needs("保存查找条件还缺：名称。")
    KeptSearch.objects.using(using).update_or_create(
        person_id=person, name=name.strip()[:100], defaults={"query": query, "options": options, "at": now}
    )


def saved(person: int, name: str, using: str = "default") -> KeptSearch:
    """Return a saved search. Raises NotFound."""
    found = KeptSearch.objects.using(using).filter(person_id=person, name=name).first() if name else None
    if found is None:
        raise NotFound(f"没有名为“{name}”的查找条件。")
    return found


def searches(person: int, using: str = "default") -> list[KeptSearch]:
    """Return the person's searches: saved ones by name, then recent ones, the newest first."""
    mine = KeptSearch.objects.using(using).filter(person_id=person)
    return [*mine.exclude(name="").order_by("name"), *mine.filter(name="").order_by("-at", "-id")]


def suggestions(typed: str, person: int = 0, limit: int = 8, using: str = "default") -> list[str]:
    """Return what ``typed`` may become: own searches that begin so, units, titles that hold it."""
    text = typed.strip()
    if not text:
        return []
    mine = (
        KeptSearch.objects.using(using)
        .filter(person_id=person, query__startswith=text)
        .order_by("-at", "-id")
    )
    units = Unit.objects.using(using).filter(active=True, name__contains=text).order_by("id")
    found = [*mine.values_list("query", flat=True)[:limit], *units.values_list("name", flat=True)[:limit]]
    if not any(char in text for char in '"“”()（）'):
        hits = search(f'标题:"{text}"', limit=limit, using=using).hits
        found += [hit.document.title for hit in hits]
    return list(dict.fromkeys(found))[:limit]
