"""A file as it comes in at a door: previewed with what the ledger knows, and imported."""

from __future__ import annotations

from datetime import date, datetime

from bihuan.excel.commit import Closed, Committed, commit
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
    digest = keep(source)
    return read, commit(read, digest, register_id, actor, now, closed=closed, using=using)
