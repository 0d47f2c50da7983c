"""The basket: documents that somebody wants to take away together."""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.models import BasketEntry, Document
from bihuan.rules.errors import Invalid

MOST = 500


def ids(person: int, using: str = "default") -> list[int]:
    """Return the numbers of the documents in the person's basket, in the order in which they were put there."""
    rows = BasketEntry.objects.using(using).filter(person_id=person).order_by("id")
    return list(rows.values_list("document_id", flat=True))


def documents(person: int, using: str = "default") -> list[Document]:
    """Return the documents in the person's basket, in the order in which they were put there."""
    wanted = ids(person, using)
    found = Document.objects.using(using).in_bulk(wanted)
    return [found[i] for i in wanted if i in found]


def put(person: int, wanted: Iterable[int], using: str = "default") -> int:
    """Put documents into the basket and return how many are new in it. Raises Invalid beyond the limit."""
    there = set(ids(person, using))
    new = [i for i in dict.fromkeys(wanted) if i not in there]
    new = [i for i in new if Document.objects.using(using).filter(pk=i).exists()]
    if len(there) + len(new) > MOST:
        raise Invalid(f"资料篮最多放 {MOST} 份。", hint="请先打包下载，再清空。")
    rows = [BasketEntry(person_id=person, document_id=i) for i in new]
    BasketEntry.objects.using(using).bulk_create(rows, ignore_conflicts=True)
    return len(new)


def take_out(person: int, document: int | None = None, using: str = "default") -> None:
    """Take one document out of the basket, or all."""
    rows = BasketEntry.objects.using(using).filter(person_id=person)
    (rows if document is None else rows.filter(document_id=document)).delete()
