"""All marks of the library in sorted files, so that one document is compared with every other at once.

A key is a mark's hash (40 bits) above the document's id (24 bits). The files are only a cache of the table of marks:
texts never change, so a file stays right; documents newer than the files are read from the table until they are
enough for a file of their own.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings

from bihuan.library.winnow import Marks
from bihuan.models import Document, DocumentMarks

_ID_BITS = np.uint64(24)
_ID_MASK = np.uint64((1 << 24) - 1)
_ENOUGH = 2_000
_MOST_FILES = 12
_NAME = re.compile(r"marks-(\d+)-(\d+)-([0-9a-f]{12})\.npy")


@dataclass(frozen=True, slots=True)
class _File:
    """The marks of the documents ``first``–``last``; ``digest`` begins the digest of the last one."""

    first: int
    last: int
    digest: str
    path: Path


def candidates(hashes: Marks, using: str = "default") -> tuple[Marks, Marks]:
    """Return (ids, how many different marks of ``hashes`` each has) of all documents that share one, most first."""
    wanted = np.unique(hashes)
    parts = [_lookup(keys, wanted) for keys in _arrays(using)]
    ids, counts = np.unique(np.concatenate(parts) if parts else np.zeros(0, np.uint64), return_counts=True)
    order = np.lexsort((ids, -counts))
    return ids[order], counts[order].astype(np.uint64)


def _lookup(keys: Marks, wanted: Marks) -> Marks:
    """The ids of every key with one of the wanted hashes."""
    low = np.searchsorted(keys, wanted << _ID_BITS)
    high = np.searchsorted(keys, (wanted << _ID_BITS) | _ID_MASK, side="right")
    lengths = high - low
    if not lengths.sum():
        return np.zeros(0, np.uint64)
    offsets = np.repeat(low - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    found: Marks = np.asarray(keys[np.arange(lengths.sum()) + offsets]) & _ID_MASK
    return found


def _arrays(using: str) -> list[Marks]:
    files = _good_files(using)
    last = files[-1].last if files else 0
    newer = DocumentMarks.objects.using(using).filter(document_id__gt=last).count()
    if newer >= _ENOUGH or len(files) > _MOST_FILES:
        files = _written(files, using)
        last, newer = files[-1].last, 0
    arrays = [np.load(file.path, mmap_mode="r") for file in files]
    return [*arrays, _keys(last, using)] if newer else arrays


def _written(files: list[_File], using: str) -> list[_File]:
    """Write the newer documents to a file; when there are too many files, all of them to one."""
    if len(files) >= _MOST_FILES:
        files = []
    after = files[-1].last if files else 0
    last = Document.objects.using(using).order_by("-id").values_list("id", "digest").first()
    assert last is not None
    folder = Path(settings.LIBRARY_CACHE)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"marks-{after + 1}-{last[0]}-{last[1][:12]}.npy"
    half = folder / f".{os.getpid()}.npy"
    np.save(half, _keys(after, using, last[0]))
    half.replace(path)  # a kill before this leaves no file that looks whole
    for old in _files() if not files else []:
        if old.path != path:
            old.path.unlink(missing_ok=True)
    return [*files, _File(after + 1, last[0], last[1][:12], path)]


def _keys(after: int, using: str, last: int = 1 << 24) -> Marks:
    rows = DocumentMarks.objects.using(using).filter(document_id__gt=after, document_id__lte=last)
    parts = [
        (np.frombuffer(marks, np.uint64) << _ID_BITS) | np.uint64(ident)
        for ident, marks in rows.values_list("document_id", "marks").iterator(chunk_size=2_000)
    ]
    keys: Marks = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)
    return keys


def _files() -> list[_File]:
    folder = Path(settings.LIBRARY_CACHE)
    found = [(m, path) for path in folder.glob("marks-*.npy") if (m := _NAME.fullmatch(path.name))]
    return sorted(
        (_File(int(m[1]), int(m[2]), m[3], path) for m, path in found),
        key=lambda file: (file.first, -file.last),
    )


def _good_files(using: str) -> list[_File]:
    """The files that follow on each other and belong to this database: the last document of each is the one it names."""
    good: list[_File] = []
    for file in _files():
        expected = good[-1].last + 1 if good else 1
        row = Document.objects.using(using).filter(pk=file.last).values_list("digest", flat=True).first()
        if file.first == expected and row is not None and row.startswith(file.digest):
            good.append(file)
    return good
