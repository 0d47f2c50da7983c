"""Where the ledger speaks of a document: items whose source names it by its digest.

The source of an item is a fact of the ledger, so this link needs no table of its own. Evidence and the files of institutions
are kept under their hash, as the library's originals are.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from bihuan.models import Document, DocumentSource, Draft, Evidence, Institution, Item

_DIGITS = 12
_MENTION = re.compile(rf"素材 ([0-9a-f]{{{_DIGITS}}})")
#: What the index of these items (migration 0100) says of them, in its own letters: with a parameter in it no index would be read.
_CITING = RawSQL("\"source\" LIKE '%%素材 %%'", (), output_field=BooleanField())


def mention(title: str, digest: str) -> str:
    """How an item's source names a document: 《title》（素材 digest）."""
    return f"《{title}》{cited_as(digest)}"


def cited_as(digest: str) -> str:
    """The part of a mention that stays the same when a title is put right."""
    return f"（素材 {digest[:_DIGITS]}）"


def citing(document: Document, using: str = "default") -> list[dict[str, Any]]:
    """Return number, title and id of the items that cite the document."""
    rows = _naming(document, using).order_by("id")
    return [
        {"id": i, "number": number, "title": title}
        for i, number, title in rows.values_list("id", "number", "title")
    ]


def _naming(document: Document, using: str) -> QuerySet[Item]:
    """The items whose source names the document."""
    return Item.objects.using(using).filter(_CITING, source__contains=cited_as(document.digest))


def cited(text: str, using: str = "default") -> list[Document]:
    """Return the documents that ``text`` names by their digests, each once."""
    wanted = dict.fromkeys(_MENTION.findall(text))
    rows = Document.objects.using(using).only("id", "title", "digest")
    return [found for digits in wanted if (found := rows.filter(digest__startswith=digits).first())]


def items_citing(document: Document, using: str = "default") -> list[Item]:
    """Return the items whose source names the document, or whose evidence it is."""
    proofs = Evidence.objects.using(using).filter(digest__in=_originals(document, using)).values("item_id")
    proved = Item.objects.using(using).filter(pk__in=proofs)
    return list(_naming(document, using).union(proved).order_by("id"))


def institutions_of(document: Document, using: str = "default") -> list[Institution]:
    """Return the institutions whose text is the document."""
    rows = Institution.objects.using(using).filter(digest__in=_originals(document, using))
    return list(rows.order_by("id"))


def drafts_citing(document: Document, using: str = "default") -> list[Draft]:
    """Return the papers that quote the document, or that were filed as it."""
    quoting = Draft.objects.using(using).filter(body__contains=f"素材 {document.digest[:_DIGITS]}")
    filed = Draft.objects.using(using).filter(final=True, digest__in=_originals(document, using))
    return list(quoting.union(filed).order_by("id"))


def _originals(document: Document, using: str) -> list[str]:
    rows = DocumentSource.objects.using(using).filter(document_id=document.pk)
    return list(rows.values_list("original", flat=True).distinct())
