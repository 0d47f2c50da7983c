"""Whether the library is whole: the index says what the texts say, texts have their digest, originals are there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connections

from bihuan.ledger import blobs
from bihuan.library.search import ids_with
from bihuan.library.store import digest_of
from bihuan.library.winnow import mark
from bihuan.models import Document, DocumentMarks, DocumentSource
from bihuan.rules.errors import NotFound

Progress = Callable[[int], None]
_PROBES = 50


@dataclass(frozen=True)
class Verdict:
    """What was looked at, and every problem as a sentence."""

    documents: int
    originals: int
    problems: list[str]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def check(progress: Progress = lambda done: None, using: str = "default") -> Verdict:
    """Compare index, texts, marks and originals."""
    problems = [*_index(using), *_probes(using)]
    documents = 0
    for document in Document.objects.using(using).order_by("id").iterator(chunk_size=500):
        problems += _document(document, using)
        documents += 1
        progress(documents)
    originals = DocumentSource.objects.using(using).values_list("original", flat=True).distinct()
    problems += [problem for digest in originals if (problem := _original(digest))]
    return Verdict(documents, len(originals), problems)


def repair(using: str = "default") -> None:
    """Build the index anew from the texts."""
    sqlite = connections[using].vendor == "sqlite"
    statement = (
        "INSERT INTO library_index(library_index) VALUES ('rebuild')"
        if sqlite
        else "REINDEX INDEX library_document_grams"
    )
    with connections[using].cursor() as cursor:
        cursor.execute(statement)


def _index(using: str) -> Iterator[str]:
    if connections[using].vendor != "sqlite":
        return
    try:
        with connections[using].cursor() as cursor:
            cursor.execute("INSERT INTO library_index(library_index, rank) VALUES ('integrity-check', 1)")
    except DatabaseError as fault:
        yield f"索引与文档不一致（{fault}）。请运行 bihuan library check --repair 重建索引。"


def _probes(using: str) -> Iterator[str]:
    """Search for stretches taken from the texts by a fixed lot: each document has to be found by its own words."""
    chance = random.Random(0)  # noqa: S311 - nothing secret hangs on it
    ids = list(Document.objects.using(using).values_list("id", flat=True))
    for ident in chance.sample(ids, min(_PROBES, len(ids))):
        text = Document.objects.using(using).values_list("text", flat=True).get(pk=ident)
        start = chance.randrange(max(1, len(text) - 12))
        if ident not in ids_with(text[start : start + 12], using):
            yield f"文档 {ident} 用自己的原文查不到。请运行 bihuan library check --repair 重建索引。"


def _document(document: Document, using: str) -> Iterator[str]:
    if digest_of(document.text) != document.digest:
        yield f"文档 {document.pk}《{document.title}》的文字与其指纹不符，被改动过。"
    marks = DocumentMarks.objects.using(using).filter(pk=document.pk).values_list("marks", flat=True).first()
    if marks is None or bytes(marks) != mark(document.text).hashes.tobytes():
        yield f"文档 {document.pk}《{document.title}》的比对特征与文字不符。"
    if not DocumentSource.objects.using(using).filter(document_id=document.pk).exists():
        yield f"文档 {document.pk}《{document.title}》没有来源。"


def _original(digest: str) -> str:
    try:
        return "" if blobs.intact(digest) else f"原件 {digest[:12]} 的内容被改动过。"
    except NotFound:
        return f"原件 {digest[:12]} 不在存储中。请从备份恢复。"
