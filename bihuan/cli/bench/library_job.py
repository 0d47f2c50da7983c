"""The library's measurements, each in a process of its own (see ``child``)."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from bihuan.actions.founding import prepare_database
from bihuan.cli.bench.library_corpus import documents, sentences
from bihuan.library.intake import files_of, take_in
from bihuan.library.search import ids_with, search
from bihuan.library.similar import similar
from bihuan.library.store import digest_of
from bihuan.library.winnow import mark
from bihuan.models import Document, DocumentMarks

Progress = Callable[[int], None]
_NOW = datetime(2026, 3, 5, tzinfo=UTC)
_BATCH = 1_000
_ROUNDS = 5


def build(count: int, laws: str, progress: Progress) -> dict[str, float]:
    """Put ``count`` documents in, in transactions of a thousand; returns characters, and processor seconds for index and marks.

    The texts are given: splitting and recognition are measured with ``add``.
    """
    prepare_database()
    made = documents(count, sentences(Path(laws) if laws else None))
    found = {"characters": 0.0, "bytes": 0.0, "index_seconds": 0.0, "index_wall": 0.0, "marks_seconds": 0.0}
    while batch := list(islice(made, _BATCH)):
        rows = [_row(title, text) for title, text in batch]
        begun, wall = time.process_time(), time.perf_counter()
        with transaction.atomic():
            Document.objects.bulk_create(rows)
        found["index_seconds"] += time.process_time() - begun
        found["index_wall"] += time.perf_counter() - wall
        begun = time.process_time()
        with transaction.atomic():
            DocumentMarks.objects.bulk_create(
                DocumentMarks(document_id=row.pk, marks=mark(row.text).hashes.tobytes()) for row in rows
            )
        found["marks_seconds"] += time.process_time() - begun
        found["characters"] += sum(row.length for row in rows)
        found["bytes"] += sum(len(row.text.encode()) for row in rows)
        progress(int(found["characters"]))
    return {**found, "index_bytes": _index_bytes()}


def _row(title: str, text: str) -> Document:
    return Document(
        digest=digest_of(text), title=title, kind="报告", body="", number="", level="", sure={}, added=_NOW,
        length=len(text), headings="", outline=[], text=text,
    )  # fmt: skip


def _index_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT sum(length(block)) FROM library_index_data) + (SELECT sum(length(sz)) FROM library_index_docsize)"
        )
        return int(cursor.fetchone()[0])


def exactness(queries: int, progress: Progress) -> dict[str, float]:
    """Compare exact search with a plain scan of all texts, on strings of 1–30 characters cut out of them, a tenth changed."""
    ids, texts = zip(*Document.objects.order_by("id").values_list("id", "text"), strict=True)
    whole, starts = _joined(texts)
    chance = random.Random(1)  # noqa: S311 - a sample, no secret
    right = found = there = 0
    for no, query in enumerate(_queries(chance, texts, queries, 1, 30)):
        got, wanted = set(ids_with(query)), {ids[i] for i in _scan(whole, starts, query)}
        right, found, there = right + len(got & wanted), found + len(got), there + len(wanted)
        if no % 20 == 0:
            progress(no)
    return {
        "queries": queries,
        "precision": right / max(found, 1),
        "recall": right / max(there, 1),
        "hits": there,
    }


def _joined(texts: tuple[str, ...]) -> tuple[str, list[int]]:
    starts, place = [], 0
    for text in texts:
        starts.append(place)
        place += len(text) + 1
    return "\0".join(texts), starts


def _scan(whole: str, starts: list[int], query: str) -> set[int]:
    """The documents (by their order) that hold ``query``: after a hit the search goes on in the next document."""
    found: set[int] = set()
    place = whole.find(query)
    while place >= 0:
        index = bisect_right(starts, place) - 1
        found.add(index)
        place = whole.find(query, starts[index + 1]) if index + 1 < len(starts) else -1
    return found


def _queries(chance: random.Random, texts: Any, count: int, least: int, most: int) -> list[str]:
    made: list[str] = []
    while len(made) < count:
        text = chance.choice(texts)
        size = chance.randint(least, most)
        start = chance.randrange(len(text) - size)
        query = text[start : start + size]
        # Strings that nothing holds belong to the sample too.
        made.append(query[:-1] + chance.choice("龘雩犇") if size > 1 and chance.random() < 0.1 else query)
    return made


def latency(queries: int, progress: Progress) -> dict[str, Any]:
    """Time exact search (the count and the first twenty hits with their passages) and SQLite's own scan; milliseconds."""
    chance = random.Random(2)  # noqa: S311 - a sample, no secret
    texts = [
        Document.objects.values_list("text", flat=True).get(pk=pk)
        for pk in chance.sample(_ids(), min(200, len(_ids())))
    ]
    long, one = _queries(chance, texts, queries, 2, 30), _queries(chance, texts, queries // 4, 1, 1)
    for query in (*long[:20], *one[:5]):
        search(query, literal=True)
    return {
        "long": _times(lambda q: search(q, literal=True), long),
        "one": _times(lambda q: search(q, literal=True), one),
        "scan": _times(_instr, long[: max(3, queries // 40)]),
        "ranked": _times(search, _two_words(long)[: queries // 4]),
    }


def _two_words(found: list[str]) -> list[str]:
    words = [
        w
        for text in found
        for w in "".join(c if "\u4e00" <= c <= "\u9fff" else " " for c in text).split()
        if len(w) > 1
    ]
    return [f"{a[:6]} {b[:6]}" for a, b in zip(words[::2], words[1::2], strict=False)]


def _ids() -> list[int]:
    return list(Document.objects.values_list("id", flat=True))


def _instr(query: str) -> object:
    """What a program without an index asks SQLite."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM library_document WHERE instr(text, %s) > 0", [query])
        return cursor.fetchone()


def _times(ask: Callable[[str], object], queries: list[str]) -> dict[str, float]:
    """The median and the 95th percentile of the best of five processor times each (milliseconds), and of the waits.

    Everything is in memory and one thread asks, so on an idle machine both agree; on a busy one the waits say how busy.
    """
    rounds = [[_once(ask, query) for _ in range(_ROUNDS)] for query in queries]
    used, waited = (sorted(min(one[side] for one in found) for found in rounds) for side in (0, 1))
    last = min(len(used) - 1, int(len(used) * 0.95))
    return {
        "p50": used[len(used) // 2], "p95": used[last], "wait_p50": waited[len(used) // 2], "wait_p95": waited[last],
        "queries": len(used),
    }  # fmt: skip


def _once(ask: Callable[[str], object], query: str) -> tuple[float, float]:
    """Processor time and wait, in milliseconds."""
    begun, worked = time.perf_counter(), time.thread_time()
    ask(query)
    return (time.thread_time() - worked) * 1000, (time.perf_counter() - begun) * 1000


def near(count: int, progress: Progress) -> dict[str, Any]:
    """Time the comparison of one document with all others, half of it borrowed from another; milliseconds."""
    chance = random.Random(3)  # noqa: S311 - a sample, no secret
    begun = time.perf_counter()
    similar("先把比对特征写成文件，之后只读文件，不再从数据库里一份一份地取。")
    first = time.perf_counter() - begun
    ids = _ids()
    asked = {}
    for ident in chance.sample(ids, min(count, len(ids))):
        text = Document.objects.values_list("text", flat=True).get(pk=ident)
        asked[text[: len(text) // 2] + "此后是自己写的内容，与库里的哪一份都不相同。" * 5] = ident
    found = sum(any(hit.document.pk == ident for hit in similar(text)) for text, ident in asked.items())
    return {**_times(similar, list(asked)), "recall": found / len(asked), "first_seconds": first}


def write_files(folder: str, count: int, first: int, laws: str, progress: Progress) -> int:
    """Write ``count`` text files that the library does not have yet."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    pool = sentences(Path(laws) if laws else None)
    for no, (title, text) in enumerate(documents(count, pool, seed=9, first=first)):
        (place / f"{no:05}-{title}.txt").write_text(text, "utf-8")
    return count


def add(folder: str, progress: Progress) -> int:
    """Take the files of a folder in as ``library add`` does: read, split, recognise, store, index."""
    return sum(len(taken.stored) for taken in take_in(files_of([Path(folder)]), lambda: datetime.now(UTC)))


def keep_searching(seconds: float, progress: Progress) -> dict[str, float]:
    """Search again and again for ``seconds``; returns how many were answered and the longest wait (milliseconds)."""
    chance = random.Random(4)  # noqa: S311 - a sample, no secret
    texts = [
        Document.objects.values_list("text", flat=True).get(pk=pk)
        for pk in chance.sample(_ids(), min(100, len(_ids())))
    ]
    queries = _queries(chance, texts, 200, 2, 30)
    end = time.perf_counter() + seconds
    waits: list[float] = []
    while time.perf_counter() < end:
        waits.append(_once(lambda q: search(q, literal=True), queries[len(waits) % len(queries)])[1])
    return {"answered": len(waits), "longest": max(waits)}
