"""Items as they stood at an earlier moment: their entries up to then, folded by the ledger's own projection in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connections

from bihuan.ledger import derive
from bihuan.ledger.facts import fact_of
from bihuan.ledger.project import project
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.models import Item, Register

_PAGE = 500
#: What the fold makes itself; reading it from the database would mix now with then.
_FOLDED = frozenset(
    {
        "item",
        "helper",
        "measure",
        "review",
        "evidence",
        "origin",
        "counter",
        "transition",
        "timer",
        "slip",
        "receipt",
        "happening",
        "dismissal",
        "cause",
        "decision",
        "request",
    }
)


@dataclass
class Moment:
    """The items of some registers at an instant, in the order of registration, and their measures by item."""

    items: list[Row] = field(default_factory=list)
    measures: dict[int, list[Row]] = field(default_factory=dict)


def items_as_of(
    registers: Sequence[Register],
    as_of: datetime,
    *,
    only: Sequence[int] | None = None,
    upto: int | None = None,
    using: str = "default",
) -> Moment:
    """Return the items of ``registers`` (``only`` those with these ids) as their entries that hold at or before ``as_of`` make them.

    ``upto`` leaves out entries after that seq: what a report written then could know.
    """
    rows = Item.objects.using(using).filter(
        register_id__in=[r.pk for r in registers], registered_at__lte=as_of
    )
    rows = rows if only is None else rows.filter(pk__in=only)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    moment = Moment()
    for start in range(0, len(ids), _PAGE):
        _fold(moment, ids[start : start + _PAGE], as_of, upto, using)
    return moment


def _fold(moment: Moment, ids: list[int], as_of: datetime, upto: int | None, using: str) -> None:
    """Fold a page of items; the house (units, procedures, calendar) is read as it is now, for it changes no state."""
    rows = Rows(connections[using], empty=_FOLDED, exact=False)
    for body in _bodies(ids, as_of, upto, using):
        project(rows, fact_of(body))
    for row in rows.changed("item"):
        derive.wait(rows, row)
        moment.items.append(row)
    for row in rows.changed("measure"):
        moment.measures.setdefault(row["item_id"], []).append(row)


def _bodies(ids: Iterable[int], as_of: datetime, upto: int | None, using: str) -> Iterator[str]:
    marks = list(ids)
    limit = upto if upto is not None else 2**62
    instant = as_of.astimezone(UTC)
    connection = connections[using]
    at = str(instant.replace(tzinfo=None)) if connection.vendor == "sqlite" else instant
    sql = (
        f'SELECT "body" FROM "entry" WHERE "item_id" IN ({",".join(["%s"] * len(marks))}) '  # noqa: S608
        'AND "at"<=%s AND "seq"<=%s ORDER BY "seq"'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*marks, at, limit])
        for (body,) in cursor.fetchall():
            yield body
