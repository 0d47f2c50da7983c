"""Batches of files that somebody brings: each is taken in piece by piece, so that the progress shows and no interruption loses anything."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from itertools import islice

from bihuan.library.extract import read_single, singles
from bihuan.library.intake import Clock, Taken, take
from bihuan.models import LibraryUpload
from bihuan.rules.errors import BihuanError, NotAllowed, NotFound

#: Seconds after which a step stops, so that a page answers soon.
STEP = 2.0


def begin(
    files: Sequence[tuple[str, str]], person: int, clock: Clock, campaign: int = 0, using: str = "default"
) -> str:
    """Note a batch of files (name, digest of the kept content) and return its name."""
    batch = uuid.uuid4().hex
    rows = [
        LibraryUpload(batch=batch, person_id=person, name=name, digest=digest, campaign_id=campaign, documents=[],
                      failed=[], at=clock())
        for name, digest in files
    ]  # fmt: skip
    LibraryUpload.objects.using(using).bulk_create(rows)
    return batch


def files_of(batch: str, person: int, using: str = "default") -> list[LibraryUpload]:
    """Return the files of a batch. Raises NotFound, NotAllowed for somebody else's."""
    rows = list(LibraryUpload.objects.using(using).filter(batch=batch).order_by("id"))
    if not rows:
        raise NotFound("没有这一批文件。", hint="请重新上传。")
    if rows[0].person_id != person:
        raise NotAllowed("这一批文件是别人上传的。")
    return rows


def step(
    rows: Sequence[LibraryUpload],
    content: Callable[[LibraryUpload], bytes],
    clock: Clock,
    seconds: float = STEP,
) -> None:
    """Take in what is left of a batch for about so many seconds; what cannot be taken in is noted with the reason."""
    until = time.monotonic() + seconds
    for row in rows:
        while not row.finished and time.monotonic() < until:
            _go_on(row, content, clock, until)


def _go_on(row: LibraryUpload, content: Callable[[LibraryUpload], bytes], clock: Clock, until: float) -> None:
    began = row.done
    try:
        left = islice(singles(content(row), row.name), row.done, None)
        for single in left:
            _note(row, take(read_single(single), clock, row.campaign_id))
            if time.monotonic() >= until:
                break
        else:
            row.finished = True
    except BihuanError as error:
        row.failed.append([row.name, error.message, error.hint])
        row.finished = True
    _keep(row, began)


def _note(row: LibraryUpload, taken: Taken) -> None:
    row.done += 1
    row.documents += [[stored.document, stored.title, stored.new] for stored in taken.stored]
    if taken.code:
        row.failed.append([taken.path, taken.message, taken.hint])


def _keep(row: LibraryUpload, began: int) -> None:
    """Another window may have gone on with the same file: what it noted stays, and storing the same twice changed nothing."""
    kept = LibraryUpload.objects.filter(pk=row.pk, done=began, finished=False)
    changed = kept.update(done=row.done, documents=row.documents, failed=row.failed, finished=row.finished)
    if not changed:
        row.refresh_from_db()
