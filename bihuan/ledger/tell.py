"""The outbox: whom an entry concerns is told of it in the transaction of the entry, so that no message is lost or made up.

Rows go into ``message`` (everybody's inbox) and ``delivery`` (what goes out by e-mail and robots later). Neither is a
projection: a rebuild folds the entries without telling anybody anew. Nothing here waits for a network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger import derive
from bihuan.ledger.facts import Fact
from bihuan.ledger.project_inspection import REEXAMINATION
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row, Table
from bihuan.ledger.trips import Query, Write, ask
from bihuan.models import Delivery, Message
from bihuan.rules import events as ev
from bihuan.rules.digests import Hours
from bihuan.rules.permissions import Role
from bihuan.rules.telling import TELLERS, Matter, Told, told_of
from bihuan.rules.telling_beside import BESIDE, Affair, told_beside

_HOLDERS = (
    'SELECT g."unit_id",g."role",g."person_id" FROM "role_grant" g JOIN "person" p ON p."id"=g."person_id" '
    'WHERE p."active" AND g."unit_id" IN ({}) ORDER BY g."id"'
)
_OUTLETS = 'SELECT "id","person_id","unit_id" FROM "outlet" WHERE "active"'
_ACTIVE = 'SELECT "id" FROM "person" WHERE "active" AND "id" IN ({})'


class _News(NamedTuple):
    """One entry that somebody is to be told of."""

    fact: Fact
    told: list[Told]
    about: dict[str, Any]


@cache
def _table(model: Any, vendor: str) -> Table:
    return Table(model, vendor)


class Outbox:
    """Collects what a transaction has to tell, and writes it with the entries."""

    def __init__(self) -> None:
        self._news: list[_News] = []

    def note(self, rows: Rows, fact: Fact) -> None:
        """Note whom ``fact``, projected already, concerns."""
        if fact.kind in TELLERS:
            self._note_item(rows, fact)
        elif fact.kind in BESIDE:
            self._note_beside(rows, fact)

    def _note_item(self, rows: Rows, fact: Fact) -> None:
        item = rows.get("item", fact.item)
        slip_id = _of("slip", fact)
        slip = rows.get("slip", slip_id) if slip_id else {}
        matter = Matter(item, derive.procedure_of(rows, item), slip, _requests(rows, fact, item))
        told = told_of(fact.event, matter)
        if told:
            about = {
                "about": "slip" if slip_id else "item", "about_id": slip_id or item["id"], "item_id": item["id"],
                "number": item["number"], "title": item["title"], "urgent": matter.urgent,
            }  # fmt: skip
            self._news.append(_News(fact, told, about))

    def _note_beside(self, rows: Rows, fact: Fact) -> None:
        name, affair = _affair(rows, fact)
        row = affair.row
        about = {
            "about": name, "about_id": row["id"], "item_id": 0, "number": row.get("number", ""),
            "title": row["name"] if name == "inspection" else row["title"], "urgent": False,
        }  # fmt: skip
        self._news.append(_News(fact, told_beside(fact.event, affair), about))

    def writes(self, rows: Rows, connection: BaseDatabaseWrapper, now: datetime) -> list[Write]:
        """Return what to write for the news noted since the last time; they are then forgotten."""
        if not self._news:
            return []
        news, self._news = self._news, []
        people = _People(rows, connection, news)
        messages = [row for one in news for row in _messages(one, people, now)]
        deliveries = _deliveries(messages, people.outlets, _due(rows, now), now) if people.outlets else []
        vendor = connection.vendor
        return [_table(Message, vendor).insert(messages), _table(Delivery, vendor).insert(deliveries)]


def tells(fact: Fact) -> bool:
    """Whether somebody may be told of ``fact``."""
    return fact.kind in TELLERS or fact.kind in BESIDE


def _of(name: str, fact: Fact) -> int:
    """The slip, request … that an entry concerns; the first entry of one, such as its proposal or issue, is the thing itself."""
    if not fact.kind.startswith(f"{name}."):
        return 0
    return getattr(fact.event, name, 0) or fact.seq


def _requests(rows: Rows, fact: Fact, item: Row) -> tuple[Row, ...]:
    """The request that an entry concerns, or those that wait where the clock says that one is late."""
    ids = [request] if (request := _of("request", fact)) else []
    if getattr(fact.event, "what", "") == "request-overdue":
        ids = item["requests"]
        rows.prefetch("request", ids)
    return tuple(rows.get("request", i) for i in ids)


def _affair(rows: Rows, fact: Fact) -> tuple[str, Affair]:
    """The inspection, meeting or institution that an entry without an item concerns, and what it is."""
    if objection := _objection(rows, fact):
        return "inspection", Affair(rows.get("inspection", objection["inspection_id"]), objection)
    if isinstance(fact.event, ev.DeadlineFellDue):
        return "institution", Affair(rows.get("institution", fact.event.ref))
    name = fact.kind.partition(".")[0]
    return name, Affair(rows.get(name, _of(name, fact)))


def _objection(rows: Rows, fact: Fact) -> Row:
    if isinstance(fact.event, ev.InspectionReexamined):
        return rows.get("objection", fact.event.objection)
    if isinstance(fact.event, ev.DeadlineFellDue) and fact.event.what == REEXAMINATION:
        return rows.get("objection", fact.event.ref)
    return {}


class _People:
    """Who holds which role for the units concerned, and the outlets there are: one trip to the database."""

    def __init__(self, rows: Rows, connection: BaseDatabaseWrapper, news: Iterable[_News]) -> None:
        told = [t for one in news for t in one.told]
        self._paths = {t.unit: rows.look("unit", t.unit)["path"] for t in told}
        above = sorted({int(part) for path in self._paths.values() for part in path.split("/") if part})
        named = sorted({p for t in told for p in t.people})
        queries = [Query(_HOLDERS.format(_marks(above)), [*above]), Query(_OUTLETS, [])]
        if named:
            queries.append(Query(_ACTIVE.format(_marks(named)), [*named]))
        held, self.outlets, *active = ask(connection, queries)
        self._held: dict[tuple[int, str], list[int]] = defaultdict(list)
        for unit, role, person in held:
            self._held[unit, role].append(person)
        self._active = {person for (person,) in active[0]} if active else set()

    def of(self, told: Told) -> Iterator[int]:
        """Yield those who are told: of each role those who hold it nearest to the unit, and the people named."""
        for role in Role:
            if role in told.roles:
                yield from self._nearest(told.unit, role)
        yield from (p for p in told.people if p in self._active)

    def _nearest(self, unit: int, role: Role) -> list[int]:
        for part in reversed(self._paths[unit].strip("/").split("/")):
            if found := self._held.get((int(part), role.value)):
                return found
        return []


def _marks(values: list[int]) -> str:
    return ",".join(["%s"] * len(values))


def _messages(news: _News, people: _People, now: datetime) -> Iterator[Row]:
    """Yield one row a person, by the first of the reasons for which they are told; nobody hears of their own act."""
    fact = news.fact
    known = {fact.actor}
    for told in news.told:
        for person in people.of(told):
            if person in known or person in told.but:
                continue
            known.add(person)
            yield {
                **news.about, "seq": fact.seq, "person_id": person, "unit_id": told.unit, "kind": fact.kind,
                "what": told.what, "at": fact.at, "told_at": now, "read_at": None,
            }  # fmt: skip


def _due(rows: Rows, now: datetime) -> datetime:
    hours: Hours = settings.DIGEST_HOURS
    return hours.next(now, derive.calendar_of(rows))


def _deliveries(messages: list[Row], outlets: Iterable[Any], digest: datetime, now: datetime) -> list[Row]:
    """Return one row for each message and outlet; a unit's outlet gets what several of its people are told but once."""
    found: dict[tuple[int, int], Row] = {}
    of_person: dict[int, list[int]] = defaultdict(list)
    of_unit: dict[int, list[int]] = defaultdict(list)
    for outlet, person, unit in outlets:
        (of_person[person] if person else of_unit[unit]).append(outlet)
    for message in messages:
        for outlet in (*of_person.get(message["person_id"], ()), *of_unit.get(message["unit_id"], ())):
            found.setdefault((message["seq"], outlet), _delivery(message, outlet, digest, now))
    return [*found.values()]


def _delivery(message: Row, outlet: int, digest: datetime, now: datetime) -> Row:
    urgent = message["urgent"]
    return {
        "seq": message["seq"], "outlet_id": outlet, "state": "waiting", "urgent": urgent, "attempts": 0,
        "next_at": now if urgent else digest, "doubtful": False, "reason": "", "lease": "", "lease_until": None,
        "ended_at": None,
    }  # fmt: skip
