"""Where the ledger speaks of a document: items whose source names it by its digest.

The source of an item is a fact of the ledger, so this link needs no table of its own.
"""

from __future__ import annotations

from typing import Any

from bihuan.models import Document, Item

_DIGITS = 12


def mention(title: str, digest: str) -> str:
    """How an item's source names a document: 《title》（素材 digest）."""
    return f"《{title}》（素材 {digest[:_DIGITS]}）"


def citing(document: Document, using: str = "default") -> list[dict[str, Any]]:
    """Return number, title and id of the items that cite the document."""
    rows = (
        Item.objects.using(using)
        .filter(source__contains=f"（素材 {document.digest[:_DIGITS]}）")
        .order_by("id")
    )
    return [
        {"id": i, "number": number, "title": title}
        for i, number, title in rows.values_list("id", "number", "title")
    ]
