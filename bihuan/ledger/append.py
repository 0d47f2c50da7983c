"""The one door through which facts enter: in one transaction with everything that is projected from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger import at_once, derive
from bihuan.ledger.ahead import PROVISIONAL, number, unnumbered
from bihuan.ledger.facts import Fact, stem_of, with_seq
from bihuan.ledger.outermost import block
from bihuan.ledger.project import project
from bihuan.ledger.rows import Rows, Want
from bihuan.ledger.tables import Row, RowKey, entries
from bihuan.ledger.tell import Outbox
from bihuan.ledger.trips import Query, Write, ask
from bihuan.rules import events as ev
from bihuan.rules.calendar import Calendar
from bihuan.rules.chain import GENESIS, entry_hash
from bihuan.rules.errors import ChainBroken, Invalid, NotFound
from bihuan.rules.permissions import SYSTEM, Actor

_BEGIN = 'INSERT INTO "head" ("id","seq","hash","hash_name") VALUES (1,0,%s,%s)'
_MOVE = 'UPDATE "head" SET "seq"=%s,"hash"=%s WHERE "id"=1 AND "seq"=%s'

#: Rows of one table that a transaction keeps in memory after they were written.
CACHE = 5_000


class NotOpened(NotFound):
    """这个数据库里还没有台账。"""

    code = "not-opened"
    default_hint = "请先运行 bihuan init 建立台账库。"


class AlreadyOpened(Invalid):
    """这个数据库里已有台账。"""

    code = "already-opened"
    default_hint = "一个数据库只放一套台账；要新建，请换一个目录（BIHUAN_HOME）或数据库（DATABASE_URL）。"


#: Asks for the end of the chain, on PostgreSQL with its lock; SQLite's transaction has it from its beginning.
_HEAD = 'SELECT "seq","hash","hash_name" FROM "head" WHERE "id"=1'
_HEADS = {"sqlite": Query(_HEAD, []), "postgresql": Query(f"{_HEAD} FOR UPDATE", [])}


def lock_head(connection: BaseDatabaseWrapper, first: Iterable[Write] = ()) -> tuple[int, bytes, str]:
    """Lock the end of the chain until the transaction ends; returns its seq, its hash and the hash's name.

    The writes ``first`` are run before, while others may have it.
    """
    (found,) = ask(connection, [_HEADS[connection.vendor]], first)
    if not found:
        raise NotOpened
    seq, digest, hash_name = found[0]
    return seq, bytes(digest), hash_name


def lock_all(connection: BaseDatabaseWrapper) -> tuple[int, bytes, str]:
    """Lock the whole ledger: wait until everybody who holds an item is done, and let nobody take one."""
    _enter(connection, "EXCLUSIVE")
    return lock_head(connection)


def _enter(connection: BaseDatabaseWrapper, mode: str) -> None:
    """Lock the table of items in ``mode``, before the head, as whoever holds an item has done already.

    Otherwise a transaction that has the head and wants many items would wait for one that has an item and wants the head.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "item" IN {mode} MODE')


class Ledger:
    """One transaction on the ledger. Lock items (``item``, ``hold``) before the first ``append``; the head is locked last,
    so that two transactions never wait for each other. What touches items that are not known beforehand begins with
    ``lock_all``; what touches held items alone may ``work_ahead`` of the lock.
    """

    def __init__(self, connection: BaseDatabaseWrapper, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be aware")
        self.connection = connection
        self.now = now.astimezone(UTC)
        self.rows = Rows(connection)
        self._outbox = Outbox()
        self._entries: list[Row] = []
        self._facts: list[Fact] = []
        self._stems: list[str] = []  # of the bodies of these facts
        self._ahead = False
        self._start = self._seq = 0
        self._hash = b""
        self._hash_name = ""
        self._holds_items = False
        self._holds_all = False
        self._retime: set[int] = set()
        self._derived: dict[int, tuple[int, Calendar, list[Row]]] = {}
        self._stored: dict[int, list[RowKey]] = {}
        self._timed: dict[int, int] = {}  # the version of an item for which its timers were set

    @property
    def last(self) -> int:
        """The seq of the last entry appended; asking for it ends the work ahead of the lock."""
        if self._ahead:
            self._set_timers()
            self.lock()
        return self._seq

    def work_ahead(self) -> None:
        """Until the end of the chain is locked, project entries under provisional seqs; others go on meanwhile.

        For steps on items that are held. The seqs that ``append`` returns are not to be kept; ``last`` gives a final one.
        On SQLite, which has one writer at a time, nobody waits for the end of the chain alone, and it is locked at once.
        """
        if not self._hash_name and self.connection.vendor != "sqlite":
            self._ahead, self._seq = True, PROVISIONAL

    def item(self, item_id: int) -> Row | None:
        """Return the item's row, held until the transaction ends, or None."""
        self.hold([item_id])
        return self.rows.find("item", item_id)

    def hold(self, items: Iterable[int]) -> None:
        """Hold these items until the transaction ends. Raises RuntimeError when the head is locked already."""
        missing = self.rows.missing("item", items)
        if not missing:
            return
        if self._hash_name and not self._holds_all:
            raise RuntimeError("items must be held before the end of the chain is locked")
        # what every step on an item asks for comes in together, in one trip instead of one for each
        companions = Want("item", missing, lock=not self._holds_all), Want("slip", missing, "item_id")
        self._load_timers(missing, companions, house=not (self._holds_all or self._holds_items))
        self._holds_items = True
        self.rows.units(u for i in missing if (item := self.rows.find("item", i)) for u in _units_of(item))

    def lock(self) -> None:
        """Lock the end of the chain; others wait to append until this transaction ends."""
        if self._hash_name:
            return
        if not self._holds_items:
            _enter(self.connection, "ROW EXCLUSIVE")
        first = unnumbered(self.rows, self._facts) if self._ahead else []
        self._start, self._hash, self._hash_name = self.rows.head or lock_head(self.connection, first)
        self._seq, self.rows.house.hash_name = self._start, self._hash_name
        if self._ahead:
            self._catch_up()

    def _catch_up(self) -> None:
        """Enter what was projected ahead of the lock."""
        self._ahead = False
        numbered = number(self.rows, self._facts, self._start)
        for fact, before, stem in zip(numbered, self._facts, self._stems, strict=True):
            self._seq = fact.seq
            self._enter(fact, stem if fact.event is before.event else stem_of(fact))
            self._outbox.note(self.rows, fact)  # not before: what it tells names the slip by its number
        self._facts.clear()
        self._stems.clear()

    def lock_all(self) -> None:
        """Lock the whole ledger, first of all: for an import, a calendar, and whatever else may touch any item."""
        if self._hash_name or self._holds_items:
            raise RuntimeError("the whole ledger must be locked before anything else")
        self._seq, self._hash, self._hash_name = lock_all(self.connection)
        self._start = self._seq
        self._holds_all = True

    def next_number(self, series: str) -> int:
        """Return the number that the next event of ``series`` must carry. Nobody else can take it meanwhile.

        It is 0 ahead of the lock: the slip is given its number later.
        """
        if self._ahead:
            return 0
        self.lock()
        found = self.rows.find("counter", series)
        return 1 if found is None else int(found["value"]) + 1

    def append(
        self, event: ev.Event, actor: Actor = SYSTEM, *, item: int = 0, at: datetime | None = None
    ) -> int:
        """Enter ``event``, project it, and return its seq. ``at`` is when it holds (default: now)."""
        if not self._ahead:
            self.lock()
        self._seq += 1
        fact = Fact(self._seq, at or self.now, self.now, actor.person, actor.unit, event.kind, item, event)
        if self._ahead:
            self._facts.append(fact)
            self._stems.append(stem_of(fact))
            project(self.rows, fact)
        else:
            self._enter(fact, stem_of(fact))
            project(self.rows, fact)
            self._outbox.note(self.rows, fact)
        return fact.seq

    def _enter(self, fact: Fact, stem: str) -> None:
        body = with_seq(stem, fact)
        self._hash = entry_hash(self._hash, body.encode(), self._hash_name)
        self._entries.append(
            {
                "seq": fact.seq, "at": fact.at, "kind": fact.kind, "item_id": _item_of(fact), "actor_id": fact.actor,
                "body": body, "hash": self._hash,
            }
        )  # fmt: skip

    def timers_of(self, item: Row) -> list[Row]:
        """Return the timers of ``item`` as it is now; derived once for each of its versions."""
        calendar = derive.calendar_of(self.rows)
        version, known, timers = self._derived.get(item["id"], (0, None, []))
        if version != item["version"] or known is not calendar:
            timers = derive.timers_of(self.rows, item)
            self._derived[item["id"]] = item["version"], calendar, timers
        return timers

    def is_quiet(self, item: Row, until: datetime) -> bool:
        """Whether ``item`` is as the database has it, and by the timers kept there nothing is due for it up to ``until``."""
        stored = self._stored.get(item["id"])
        if stored is None or self.rows.is_touched("item", item["id"]):
            return False
        return all(self.rows.look("timer", key)["due_at"] > until for key in stored)

    def retime(self, item_id: int) -> None:
        """Derive the timers of an item anew at the next ``checkpoint``, even if nothing is entered for it."""
        self._retime.add(item_id)

    def checkpoint(self, *, commit: bool = False) -> None:
        """Write the entries, the head, every row that changed and whom it concerns; the transaction stays open.

        Long work calls it after each part: of tables that have grown large the rows are let go of, so that memory stays flat.
        With ``commit`` it is the end, and the database may keep all of it at once.
        """
        self._set_timers()
        if self._facts and not (commit and self._entered_at_once()):
            self.lock()
        if self._entries:
            move: list[object] = [self._seq, self._hash, self._start]
            told = self._outbox.writes(self.rows, self.connection, self.now)
            _, moved, *_ = self.rows.flush(
                [entries(self.connection.vendor).insert(self._entries), Write(_MOVE, [move]), *told],
                forget_above=CACHE,
                commit=commit,
            )
            if moved != 1:
                raise ChainBroken("台账末尾在写入时被改动，本次写入已全部撤回。")
            self._entries, self._start = [], self._seq
        else:
            self.rows.flush(forget_above=CACHE, commit=commit)
        for known in (self._stored, self._derived, self._timed):
            known.clear()

    def _entered_at_once(self) -> bool:
        """Whether what was projected ahead of the lock could be entered in one trip, and was: then it is committed."""
        if self.rows.house.hash_name != at_once.HASH or not at_once.is_plain(self.rows, self._facts):
            return False
        self._seq = at_once.enter(self.connection, self._facts, self._stems, self.rows.writes(()))
        self._ahead = False
        self._facts.clear()
        self._stems.clear()
        return True

    def _set_timers(self) -> None:
        items = {item["id"]: item for item in self.rows.changed("item")}
        for item_id in self._retime - items.keys():
            items[item_id] = self.rows.get("item", item_id)
        self._retime.clear()
        waiting = [item for i, item in items.items() if self._timed.get(i) != item["version"]]
        if unknown := [
            i["id"] for i in waiting if i["id"] not in self._stored and self.rows.known("item", i["id"])
        ]:
            self._load_timers(unknown)
        for item in waiting:
            self._set_timers_of(item)

    def _load_timers(self, items: list[int], others: Iterable[Want] = (), *, house: bool = False) -> None:
        """Bring in the timers that the database has of ``items``, and ``others`` with them."""
        *_, keys = self.rows.load([*others, Want("timer", items, "item_id")], house=house)
        self._stored.update((i, []) for i in items)
        for key in keys:
            self._stored[key[0]].append(key)

    def _set_timers_of(self, item: Row) -> None:
        key_of = self.rows.table("timer").key_of
        wanted = {key_of(t): t for t in self.timers_of(item)}
        stored = self._stored.get(item["id"], [])
        for key in stored:
            if key not in wanted:
                self.rows.remove("timer", key)
        for key, timer in wanted.items():
            if key not in stored:
                self.rows.add("timer", timer)
            elif self.rows.look("timer", key) != timer:
                self.rows.get("timer", key).update(timer)
        self._stored[item["id"]], self._timed[item["id"]] = [*wanted], item["version"]


def _units_of(item: Row) -> Iterator[int]:
    """The units that decide who may act on ``item``."""
    yield item["office_id"]
    if item["owner_id"]:
        yield item["owner_id"]
    yield from item["helpers"]
    yield from (below["unit"] for below in item["below"])


def _item_of(fact: Fact) -> int | None:
    """The item an entry belongs to in the index: a registration belongs to the item it creates."""
    return fact.seq if fact.kind == "item.registered" else fact.item or None


@contextmanager
def writing(now: datetime, using: str = "default") -> Iterator[Ledger]:
    """Open a ledger transaction at ``now`` (aware); all of it is kept when the block ends, or nothing."""
    connection = connections[using]
    outermost = not connection.in_atomic_block
    with block(connection):
        ledger = Ledger(connection, now)
        yield ledger
        ledger.checkpoint(commit=outermost)


@contextmanager
def alone(using: str = "default") -> Iterator[None]:
    """Take several steps as one: all of them are kept when the block ends, or none.

    The whole ledger is locked first. A step that had only the end of the chain, and then wanted all items, would wait for one
    that has an item and wants that end.
    """
    with transaction.atomic(using=using):
        lock_all(connections[using])
        yield


def open_ledger(name: str, hash_name: str, now: datetime, using: str = "default") -> None:
    """Begin the chain of a new ledger called ``name`` with its first entry. Raises AlreadyOpened or HashUnknown."""
    with transaction.atomic(using=using):
        connection = connections[using]
        with connection.cursor() as cursor:
            cursor.execute('SELECT 1 FROM "head"')
            if cursor.fetchone():
                raise AlreadyOpened
            cursor.execute(_BEGIN, [GENESIS, hash_name])
        ledger = Ledger(connection, now)
        ledger.append(ev.LedgerOpened(name=name, hash=hash_name))
        ledger.checkpoint()
