"""Items as they stood at an earlier moment: what nothing has touched since stands as it is, of the others the entries up to then
are folded by the ledger's own projection in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

from django.db import connections
from django.db.models import Q

from bihuan.ledger import derive
from bihuan.ledger.facts import fact_of
from bihuan.ledger.project import project
from bihuan.ledger.rows import Rows, Want
from bihuan.ledger.tables import Row
from bihuan.models import Entry, Item, Register

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
        page = ids[start : start + _PAGE]
        moved = _moved(page, as_of, upto, using)
        parts = [
            _standing([pk for pk in page if pk not in moved], using),
            _folded(sorted(moved), as_of, upto, using),
        ]
        moment.items += sorted((row for part in parts for row in part.items), key=itemgetter("id"))
        for part in parts:
            moment.measures.update(part.measures)
    return moment


def _moved(ids: list[int], as_of: datetime, upto: int | None, using: str) -> set[int]:
    """Which of the items something was entered for that the moment does not know."""
    later = Q(at__gt=as_of) if upto is None else Q(at__gt=as_of) | Q(seq__gt=upto)
    found = Entry.objects.using(using).filter(later, item_id__in=ids).order_by()
    return {pk for pk in found.values_list("item_id", flat=True).distinct() if pk is not None}


def _standing(ids: list[int], using: str) -> Moment:
    """The items as the tables have them."""
    rows = Rows(connections[using])
    items, measures = rows.load([Want("item", ids), Want("measure", ids, "item_id")])
    moment = Moment([rows.get("item", key) for key in items])
    for row in sorted((rows.get("measure", key) for key in measures), key=itemgetter("item_id", "no")):
        moment.measures.setdefault(row["item_id"], []).append(row)
    return moment


def _folded(ids: list[int], as_of: datetime, upto: int | None, using: str) -> Moment:
    """Fold the items; the house (units, procedures, calendar) is read as it is now, for it changes no state."""
    if not ids:
        return Moment()
    rows = Rows(connections[using], empty=_FOLDED, exact=False)
    for body in _bodies(ids, as_of, upto, using):
        project(rows, fact_of(body))
    moment = Moment()
    for row in rows.changed("item"):
        derive.wait(rows, row)
        moment.items.append(row)
    for row in rows.changed("measure"):
        moment.measures.setdefault(row["item_id"], []).append(row)
    return moment


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
