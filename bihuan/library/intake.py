"""Taking in files: one, many, a folder, a watched folder. Each file is done or failed with its reason, and never half.

What was done stays known, so a batch that was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from bihuan.ledger import blobs
from bihuan.library.extract import Extracted, extract
from bihuan.library.extract.errors import DocumentRefused, DocumentTooLarge
from bihuan.library.extract.read import MAX_BYTES
from bihuan.library.store import Ready, Stored, prepare, store, store_all
from bihuan.models import DocumentSource, Evidence, Intake, Item
from bihuan.rules.errors import WrongState
from bihuan.rules.workflow import State

_HIDDEN = (".", "~$")
Clock = Callable[[], datetime]
Progress = Callable[[int], None]
#: What is stored at a time: so many pieces, so many bytes and characters, or what was read in so many seconds. More at a time
#: would be hardly faster, and make others who write wait.
_BATCH, _BATCH_BYTES, _BATCH_SECONDS = 256, 2**21, 2.0


@dataclass(frozen=True)
class Taken:
    """What became of one file: its documents, or why it failed. ``known``: it was taken in before and is unchanged."""

    path: str
    stored: Sequence[Stored] = ()
    code: str = ""
    message: str = ""
    hint: str = ""
    known: bool = False


@dataclass
class _File:
    """A file on its way in: where it lies, the digest of what was taken in from there before, and its own.

    ``results`` grows while its pieces are stored.
    """

    path: Path
    place: str
    before: str | None
    digest: str = ""
    size: int = 0
    modified: int = 0
    known: bool = False
    results: list[Taken] = field(default_factory=list)


@dataclass(frozen=True)
class _Piece:
    """A part of a file that was read and is not stored yet; without ``extracted`` it ends the file."""

    file: _File
    extracted: Extracted | None = None
    ready: Sequence[Ready] = ()

    @property
    def last(self) -> bool:
        return self.extracted is None

    @property
    def size(self) -> int:
        return len(self.extracted.data) + len(self.extracted.text) if self.extracted else 0

    def became(self, stored: Sequence[Stored]) -> Taken | None:
        """What became of it once it is stored; of the end of a file only that it was known."""
        if self.extracted:
            return _taken(self.extracted, stored)
        return Taken(str(self.file.path), known=True) if self.file.known else None


def files_of(places: Iterable[Path]) -> list[Path]:
    """Return the files at ``places``, those in folders in order of their names; hidden and lock files are left out."""
    found: list[Path] = []
    for place in places:
        inside = sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]
        found += [
            p for p in inside if not any(part.startswith(_HIDDEN) for part in p.relative_to(place).parts)
        ]
    return list(dict.fromkeys(found))


def take_in(
    paths: Iterable[Path],
    clock: Clock,
    *,
    campaign: int = 0,
    using: str = "default",
    progress: Progress = lambda done: None,
) -> Iterator[Taken]:
    """Take in each file and yield what became of it, in their order; ``progress`` is told how many files are done.

    They are stored several at a time: a commit and an index of its own for each file would take most of the time.
    """
    done = 0
    rest = iter(paths)
    files = (file for some in iter(lambda: list(islice(rest, _BATCH)), []) for file in _files(some, using))
    for batch in _batches(piece for file in files for piece in _pieces(file)):
        yield from _settle(batch, clock(), campaign, using)
        done += sum(piece.last for piece in batch)
        progress(done)


def take_evidence(item: Item, clock: Clock, using: str = "default") -> list[Taken]:
    """File the evidence of a closed item under its campaign; pictures and the like come with the reason. Raises WrongState."""
    if item.state != State.CLOSED:
        raise WrongState("事项还没有销号，佐证材料不能归入资料库。", hint="请在销号后再归档。")
    found: list[Taken] = []
    for row in Evidence.objects.using(using).filter(item_id=item.pk).order_by("id"):
        data = b"".join(blobs.read(row.digest))
        name = f"{item.number}/{row.name}"
        found += [take(extracted, clock, item.campaign_id, using) for extracted in extract(data, name)]
    return found


def changed(folder: Path, using: str = "default") -> list[Path]:
    """Return the files of a watched folder that are new or were changed since they were taken in."""
    seen = dict(Intake.objects.using(using).values_list("path", "modified"))
    return [p for p in files_of([folder]) if seen.get(str(p.resolve())) != _modified(p)]


def failures(using: str = "default") -> list[Intake]:
    """Return the files that failed and were not taken in since."""
    return list(Intake.objects.using(using).filter(state="failed").order_by("path"))


def _modified(path: Path) -> int:
    return path.stat().st_mtime_ns


def _files(paths: Sequence[Path], using: str) -> list[_File]:
    """The files at ``paths``, with what was done of them before."""
    places = [str(path.resolve()) for path in paths]
    done = Intake.objects.using(using).filter(path__in=places, state="done")
    before = dict(done.values_list("path", "original"))
    return [_File(path, place, before.get(place)) for path, place in zip(paths, places, strict=True)]


def _pieces(file: _File) -> Iterator[_Piece]:
    """Read a file, each of its own where it is a zip; an empty piece ends it."""
    path = file.path
    try:
        file.modified = _modified(path)
        data = _bytes(path)
    except (OSError, DocumentRefused) as fault:
        refused = (
            fault
            if isinstance(fault, DocumentRefused)
            else DocumentRefused(f"文件打不开：{fault.strerror}。")
        )
        file.modified = 0
        yield _Piece(file, Extracted(str(path), b"", refused=refused))
    else:
        file.digest, file.size = hashlib.sha256(data).hexdigest(), len(data)
        file.known = file.digest == file.before
        if not file.known:
            for extracted in extract(data, path.name):
                yield _Piece(file, extracted, () if extracted.refused else prepare(extracted))
    yield _Piece(file)


def _batches(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Gather pieces until they are many, large, or took long to read."""
    batch: list[_Piece] = []
    size, until = 0, time.monotonic() + _BATCH_SECONDS
    for piece in pieces:
        batch.append(piece)
        size += piece.size
        if len(batch) >= _BATCH or size >= _BATCH_BYTES or time.monotonic() >= until:
            yield batch
            batch, size, until = [], 0, time.monotonic() + _BATCH_SECONDS
    if batch:
        yield batch


def _settle(batch: list[_Piece], now: datetime, campaign: int, using: str) -> list[Taken]:
    """Store the pieces, and note the files that they end, all or nothing."""
    read = [piece for piece in batch if piece.extracted and not piece.extracted.refused]
    taken: list[Taken] = []

    def note(stored: list[list[Stored]]) -> None:
        found = dict(zip(map(id, read), stored, strict=True))
        for piece in batch:
            one = piece.became(found.get(id(piece), ()))
            if one:
                piece.file.results.append(one)
                taken.append(one)
        _note([piece.file for piece in batch if piece.last and not piece.file.known], now, using)

    store_all(
        [(piece.extracted, piece.ready) for piece in read if piece.extracted],
        now, campaign=campaign, using=using, note=note,
    )  # fmt: skip
    return taken


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentTooLarge(f"文件有 {size // 2**20} MB，超过上限 {MAX_BYTES // 2**20} MB。")
    return path.read_bytes()


def take(extracted: Extracted, clock: Clock, campaign: int = 0, using: str = "default") -> Taken:
    """Store the documents of a file that was read, and return what became of it."""
    if extracted.refused:
        return _taken(extracted, ())
    ready = prepare(extracted)
    return _taken(extracted, store(extracted, ready, clock(), campaign=campaign, using=using))


def _taken(extracted: Extracted, stored: Sequence[Stored]) -> Taken:
    refused = extracted.refused
    if refused is None:
        return Taken(extracted.name, stored)
    return Taken(extracted.name, code=refused.code, message=refused.message, hint=refused.hint)


def _note(files: list[_File], now: datetime, using: str) -> None:
    """Note what became of the files; a file whose parts were stored before a kill is read once more, which changes nothing."""
    rows = []
    for file in {file.place: file for file in files}.values():
        failed = [taken for taken in file.results if taken.code]
        rows.append(
            Intake(
                path=file.place, original=file.digest, size=file.size, modified=file.modified, at=now,
                state="failed" if failed else "done", documents=sum(len(t.stored) for t in file.results),
                code=failed[0].code if failed else "", hint=failed[0].hint if failed else "",
                message="；".join(f"{t.path}：{t.message}" for t in failed),
            )
        )  # fmt: skip
    noted = [field.name for field in Intake._meta.fields if field.name not in ("id", "path")]
    Intake.objects.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["path"], update_fields=noted
    )


def sources_of(document: int, using: str = "default") -> list[DocumentSource]:
    """Return where a document came from, the first place first."""
    return list(DocumentSource.objects.using(using).filter(document_id=document).order_by("id"))
