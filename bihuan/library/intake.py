"""Taking in files: one, many, a folder, a watched folder. Each file is done or failed with its reason, and never half.

What was done stays known, so a batch that was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bihuan.ledger import blobs
from bihuan.library.extract import Extracted, extract
from bihuan.library.extract.errors import DocumentRefused, DocumentTooLarge
from bihuan.library.extract.read import MAX_BYTES
from bihuan.library.store import Stored, prepare, store
from bihuan.models import DocumentSource, Evidence, Intake, Item
from bihuan.rules.errors import WrongState
from bihuan.rules.workflow import State

_HIDDEN = (".", "~$")
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Taken:
    """What became of one file: its documents, or why it failed. ``known``: it was taken in before and is unchanged."""

    path: str
    stored: Sequence[Stored] = ()
    code: str = ""
    message: str = ""
    hint: str = ""
    known: bool = False


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
    paths: Iterable[Path], clock: Clock, *, campaign: int = 0, using: str = "default"
) -> Iterator[Taken]:
    """Take in each file and yield what became of it."""
    for path in paths:
        yield from _take_path(path, clock, campaign, using)


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


def _take_path(path: Path, clock: Clock, campaign: int, using: str) -> Iterator[Taken]:
    whole = str(path.resolve())
    try:
        modified = _modified(path)
        data = _bytes(path)
    except (OSError, DocumentRefused) as fault:
        refused = (
            fault
            if isinstance(fault, DocumentRefused)
            else DocumentRefused(f"文件打不开：{fault.strerror}。")
        )
        taken = Taken(str(path), code=refused.code, message=refused.message, hint=refused.hint)
        _note(whole, "", 0, 0, [taken], clock(), using)
        yield taken
        return
    digest = hashlib.sha256(data).hexdigest()
    if _is_known(whole, digest, using):
        yield Taken(str(path), known=True)
        return
    results = []
    for extracted in extract(data, path.name):
        results.append(take(extracted, clock, campaign, using))
        yield results[-1]
    # Last, so that a kill before it only has the file read once more: storing the same again changes nothing.
    _note(whole, digest, len(data), modified, results, clock(), using)


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentTooLarge(f"文件有 {size // 2**20} MB，超过上限 {MAX_BYTES // 2**20} MB。")
    return path.read_bytes()


def _is_known(path: str, digest: str, using: str) -> bool:
    return Intake.objects.using(using).filter(path=path, original=digest, state="done").exists()


def take(extracted: Extracted, clock: Clock, campaign: int = 0, using: str = "default") -> Taken:
    """Store the documents of a file that was read, and return what became of it."""
    refused = extracted.refused
    if refused is None:
        ready = prepare(extracted)
        return Taken(extracted.name, store(extracted, ready, clock(), campaign=campaign, using=using))
    return Taken(extracted.name, code=refused.code, message=refused.message, hint=refused.hint)


def _note(
    path: str, digest: str, size: int, modified: int, results: list[Taken], now: datetime, using: str
) -> None:
    failed = [taken for taken in results if taken.code]
    Intake.objects.using(using).update_or_create(
        path=path,
        defaults={
            "original": digest, "size": size, "modified": modified, "at": now,
            "state": "failed" if failed else "done", "documents": sum(len(t.stored) for t in results),
            "code": failed[0].code if failed else "", "hint": failed[0].hint if failed else "",
            "message": "；".join(f"{t.path}：{t.message}" for t in failed),
        },
    )  # fmt: skip


def sources_of(document: int, using: str = "default") -> list[DocumentSource]:
    """Return where a document came from, the first place first."""
    return list(DocumentSource.objects.using(using).filter(document_id=document).order_by("id"))
