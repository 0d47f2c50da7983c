"""A file as it comes in at a door: previewed with what the ledger knows, and imported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from bihuan.excel.commit import Closed, Committed, commit, demand_importable
from bihuan.excel.preview import Corrections, Preview, preview
from bihuan.ledger.blobs import keep
from bihuan.models import HeaderMapping
from bihuan.queries.calendar import calendar_now
from bihuan.queries.people import Directory, directory
from bihuan.queries.position import ledger_exists
from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA
from bihuan.rules.permissions import Actor


def preview_file(
    source: bytes,
    name: str,
    now: datetime,
    *,
    base: date | None = None,
    corrections: Corrections | None = None,
    using: str = "default",
) -> Preview:
    """Say what the file would bring, with the ledger's units, calendar and kept corrections, if there is one yet.

    Raises FileRefused.
    """
    known = ledger_exists(using)
    return preview(
        source,
        directory=directory(using) if known else Directory({}, {}, {}),
        today=now.astimezone(CHINA).date(),
        base=base,
        corrections={**(kept_corrections(using) if known else {}), **(corrections or {})},
        calendar=calendar_now(using) if known else Calendar.builtin(),
        name=name,
    )


def kept_corrections(using: str = "default") -> dict[str, dict[str, str]]:
    """Return the corrections of headers that clerks made before, by fingerprint."""
    return dict(HeaderMapping.objects.using(using).values_list("fingerprint", "columns"))


def import_file(
    source: bytes,
    name: str,
    register_id: int,
    actor: Actor,
    now: datetime,
    *,
    base: date | None = None,
    corrections: Corrections | None = None,
    closed: Closed = "reprove",
    using: str = "default",
) -> tuple[Preview, Committed]:
    """Read the file and commit all of it, or nothing; the file itself is kept, to be written back into.

    Raises FileRefused or what ``commit`` raises.
    """
    read = preview_file(source, name, now, base=base, corrections=corrections, using=using)
    return read, commit_file(read, source, register_id, actor, now, closed=closed, using=using)


def commit_file(
    read: Preview,
    source: bytes,
    register_id: int,
    actor: Actor,
    now: datetime,
    *,
    closed: Closed = "reprove",
    progress: Callable[[int], None] = lambda _done: None,
    using: str = "default",
) -> Committed:
    """Commit what was read of ``source``, and keep the file; ``progress`` hears how many items are done.

    Raises what ``commit`` raises.
    """
    demand_importable(read)
    return commit(read, keep(source), register_id, actor, now, closed=closed, progress=progress, using=using)
