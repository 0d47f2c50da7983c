"""Putting documents into the library: the file is kept, each of its documents stored once, all or nothing a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, connections, transaction

from bihuan.ledger import blobs
from bihuan.library.extract import Extracted
from bihuan.library.recognise import FIELDS, Recognised, recognise
from bihuan.library.split import Part, split
from bihuan.library.winnow import mark
from bihuan.models import Document, DocumentCorrection, DocumentMarks, DocumentSource
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.pairs import normalise


@dataclass(frozen=True)
class Stored:
    """One document as stored; ``new`` is False where its text was there already."""

    document: int
    title: str
    new: bool


@dataclass(frozen=True)
class Ready:
    """A document about to be stored: its text as searched, what was recognised, its marks, and where it came from."""

    text: str
    digest: str
    known: Recognised
    marks: bytes
    part: Part


def digest_of(text: str) -> str:
    """The address of a text: the SHA-256 of its characters without blanks."""
    return hashlib.sha256("".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()


def prepare(extracted: Extracted) -> list[Ready]:
    """Split a file's text and read each document; nothing is stored."""
    found = []
    for part in split(extracted.text):
        text = normalise(part.clean(extracted.text))
        if text.strip():
            known = recognise(text, part.title, extracted.name)
            found.append(Ready(text, digest_of(text), known, mark(text).hashes.tobytes(), part))
    return found


def store(
    extracted: Extracted, ready: Sequence[Ready], now: datetime, *, campaign: int = 0, using: str = "default"
) -> list[Stored]:
    """Keep one file and store its documents; see ``store_all``."""
    return store_all([(extracted, ready)], now, campaign=campaign, using=using)[0]


def store_all(
    files: Sequence[tuple[Extracted, Sequence[Ready]]],
    now: datetime,
    *,
    campaign: int = 0,
    using: str = "default",
    note: Callable[[list[list[Stored]]], None] = lambda stored: None,
) -> list[list[Stored]]:
    """Keep the files and store their documents in one transaction, with what ``note`` writes of them: after a kill all are
    there, or none. Returns the documents of each file.
    """
    originals = blobs.keep_several([extracted.data for extracted, _ in files])
    with transaction.atomic(using=using):
        _one_at_a_time(using)
        known, new = _stored_documents([one for _, ready in files for one in ready], now, campaign, using)
        stored = [[_as_stored(one, known, new) for one in ready] for _, ready in files]
        _store_sources(files, originals, known, now, using)
        note(stored)
    return stored


def _one_at_a_time(using: str) -> None:
    """Two processes may bring the same document: on PostgreSQL the second waits, as on SQLite every writer does."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("LOCK TABLE library_document IN SHARE ROW EXCLUSIVE MODE")


def _stored_documents(
    ready: Sequence[Ready], now: datetime, campaign: int, using: str
) -> tuple[dict[str, tuple[int, str]], set[str]]:
    """Store the documents that are not there yet; returns number and title of all by digest, and which are new."""
    wanted: dict[str, Ready] = {}
    for one in ready:
        wanted.setdefault(one.digest, one)
    there = Document.objects.using(using).only("digest", "title").in_bulk(list(wanted), field_name="digest")
    known = {digest: (document.pk, document.title) for digest, document in there.items()}
    new = [one for one in wanted.values() if one.digest not in known]
    made = Document.objects.using(using).bulk_create([_document(one, now, campaign) for one in new])
    DocumentMarks.objects.using(using).bulk_create(
        DocumentMarks(document_id=document.pk, marks=one.marks)
        for document, one in zip(made, new, strict=True)
    )
    known |= {document.digest: (document.pk, document.title) for document in made}
    return known, {one.digest for one in new}


def _as_stored(ready: Ready, known: dict[str, tuple[int, str]], new: set[str]) -> Stored:
    """The document as stored; the second one with the same text is no longer new."""
    is_new = ready.digest in new
    new.discard(ready.digest)
    return Stored(*known[ready.digest], is_new)


def _store_sources(
    files: Sequence[tuple[Extracted, Sequence[Ready]]],
    originals: Sequence[str],
    known: dict[str, tuple[int, str]],
    now: datetime,
    using: str,
) -> None:
    """Note where each document came from; the same place twice is one."""
    DocumentSource.objects.using(using).bulk_create(
        [
            DocumentSource(
                document_id=known[one.digest][0], original=original, path=extracted.name, added=now,
                start=one.part.start, end=one.part.end,
                removed=[[run.start, run.end, run.text, run.why] for run in one.part.removed],
            )
            for (extracted, ready), original in zip(files, originals, strict=True)
            for one in ready
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _document(ready: Ready, now: datetime, campaign: int) -> Document:
    known = ready.known
    return Document(
        digest=ready.digest, title=known.title.value, kind=known.kind.value[:20], body=known.body.value[:200],
        number=known.number.value[:100], date=date_of(known.date.value), level=known.level.value[:10],
        campaign_id=campaign, sure={name: getattr(known, name).sure for name in FIELDS}, added=now,
        length=len(ready.text), headings="\n".join(h.text for h in known.headings),
        outline=[[h.start, h.level, h.text] for h in known.headings], text=ready.text,
    )  # fmt: skip


def date_of(text: str) -> date | None:
    """The date of an ISO text; None for "" and for a day that no calendar has (2月30日)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def find(text: str, using: str = "default") -> Document:
    """Return the document with this number, or whose digest begins so (at least six digits). Raises NotFound."""
    rows = Document.objects.using(using)
    found = rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 12 else None
    if found is None and len(text) >= 6:
        several = list(rows.filter(digest__startswith=text.lower())[:2])
        found = several[0] if len(several) == 1 else None
    if found is None:
        raise NotFound(
            f"资料库里没有“{text}”这份文档。",
            hint="请用 bihuan library search 查找，写文档编号或指纹的前几位。",
        )
    return found


def document_of(ident: int, using: str = "default") -> Document:
    """Return the document with this number. Raises NotFound."""
    found = Document.objects.using(using).filter(pk=ident).first()
    if found is None:
        raise NotFound("资料库里没有这份文档。", hint="请在资料库里查找。")
    return found


def correct(
    document: Document, field: str, value: str, person: int, now: datetime, using: str = "default"
) -> None:
    """Put right what was recognised; the former value is kept. Raises Invalid."""
    if field not in FIELDS:
        raise Invalid(f"没有“{field}”这一项。", hint=f"可以改：{'、'.join(FIELDS)}。")
    new = value.strip()
    if field == "date" and new and date_of(new) is None:
        raise Invalid(f"日期“{value}”读不懂。", hint="请写成 2025-03-05。")
    if field == "title" and not new:
        raise Invalid("标题不能是空的。")
    was = getattr(document, field)
    with transaction.atomic(using=using):
        DocumentCorrection(
            document_id=document.pk,
            field=field,
            was="" if was is None else str(was),
            value=new,
            person_id=person,
            at=now,
        ).save(using=using)
        setattr(document, field, date_of(new) if field == "date" else new)
        document.sure = {**document.sure, field: 1.0}
        document.save(using=using, update_fields=[field, "sure"])


def is_prepared(using: str = "default") -> bool:
    """Whether there is a database with the library's tables."""
    try:
        return Document._meta.db_table in connections[using].introspection.table_names()
    except DatabaseError:
        return False
