"""The one door through which facts enter: in one transaction with everything that is projected from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger import derive
from bihuan.ledger.facts import Fact, body_of
from bihuan.ledger.project import project
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row, run
from bihuan.rules import events as ev
from bihuan.rules.chain import GENESIS, entry_hash
from bihuan.rules.errors import ChainBroken, NotFound
from bihuan.rules.permissions import SYSTEM, Actor

_INSERT = (
    'INSERT INTO "entry" ("seq","at","kind","item_id","actor_id","body","hash") VALUES (%s,%s,%s,%s,%s,%s,%s)'
)
_MOVE = 'UPDATE "head" SET "seq"=%s,"hash"=%s WHERE "id"=1 AND "seq"=%s'


#: Rows of one table that a transaction keeps in memory after they were written.
CACHE = 5_000


class NotOpened(NotFound):
    """这个数据库里还没有台账。"""

    code = "not-opened"
    default_hint = "请先运行 bihuan init 建立台账库。"


def lock_head(connection: BaseDatabaseWrapper) -> tuple[int, bytes, str]:
    """Lock the end of the chain until the transaction ends; returns its seq, its hash and the hash's name."""
    suffix = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "seq","hash","hash_name" FROM "head" WHERE "id"=1{suffix}')  # noqa: S608
        found = cursor.fetchone()
    if found is None:
        raise NotOpened
    return found[0], bytes(found[1]), found[2]


class Ledger:
    """One transaction on the ledger. Lock items (``item``) before the first ``append``; the head is locked last,
    so that two transactions never wait for each other.
    """

    def __init__(self, connection: BaseDatabaseWrapper, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.rows = Rows(connection)
        self._entries: list[list[object]] = []
        self._start = self._seq = 0
        self._hash = b""
        self._hash_name = ""

    @property
    def last(self) -> int:
        """The seq of the last entry appended."""
        return self._seq

    def item(self, item_id: int) -> Row | None:
        """Return the item's row, held until the transaction ends, or None."""
        return self.rows.find("item", item_id, lock=True)

    def lock(self) -> None:
        """Lock the end of the chain; others wait to append until this transaction ends."""
        if self._hash_name:
            return
        self._seq, self._hash, self._hash_name = lock_head(self.connection)
        self._start = self._seq

    def next_number(self, series: str) -> int:
        """Return the number that the next event of ``series`` must carry. Nobody else can take it meanwhile."""
        self.lock()
        found = self.rows.find("counter", series)
        return 1 if found is None else int(found["value"]) + 1

    def append(
        self, event: ev.Event, actor: Actor = SYSTEM, *, item: int = 0, at: datetime | None = None
    ) -> int:
        """Enter ``event``, project it, and return its seq. ``at`` is when it holds (default: now)."""
        self.lock()
        self._seq += 1
        fact = Fact(self._seq, at or self.now, self.now, actor.person, actor.unit, event.kind, item, event)
        body = body_of(fact)
        self._hash = entry_hash(self._hash, body.encode(), self._hash_name)
        self._entries.append(
            [
                fact.seq,
                _column(fact.at, self.connection.vendor),
                fact.kind,
                _item_of(fact),
                fact.actor,
                body,
                self._hash,
            ]
        )
        project(self.rows, fact)
        return fact.seq

    def lock_items(self, items: Iterable[int]) -> None:
        """Hold many items until the transaction ends, in the order in which everybody takes them."""
        if self.connection.vendor != "postgresql":
            return  # SQLite has one writer at a time
        with self.connection.cursor() as cursor:
            cursor.execute(
                'SELECT "id" FROM "item" WHERE "id"=ANY(%s) ORDER BY "id" FOR UPDATE', [list(items)]
            )

    def checkpoint(self) -> None:
        """Write what was appended so far and forget it, so that memory stays flat; the transaction stays open."""
        self.finish()
        self._entries.clear()
        self._start = self._seq

    def finish(self) -> None:
        """Write the entries, the head and every row that changed."""
        if not self._entries:
            return
        self._set_timers()
        run(self.connection, _INSERT, self._entries)
        with self.connection.cursor() as cursor:
            cursor.execute(_MOVE, [self._seq, self._hash, self._start])
            if cursor.rowcount != 1:
                raise ChainBroken("台账末尾在写入时被改动，本次写入已全部撤回。")
        self.rows.flush(forget_above=CACHE)

    def _set_timers(self) -> None:
        for item in self.rows.changed("item"):
            wanted = {(t["item_id"], t["kind"], t["due_at"]): t for t in derive.timers_of(self.rows, item)}
            for old in self.rows.stored("timer", "item_id", item["id"]) if item["version"] > 1 else ():
                key = (old["item_id"], old["kind"], old["due_at"])
                if wanted.pop(key, None) is None:
                    self.rows.remove("timer", key)
            for timer in wanted.values():
                self.rows.add("timer", timer)


def _item_of(fact: Fact) -> int | None:
    """The item an entry belongs to in the index: a registration belongs to the item it creates."""
    return fact.seq if fact.kind == "item.registered" else fact.item or None


def _column(value: datetime, vendor: str) -> object:
    return str(value.replace(tzinfo=None)) if vendor == "sqlite" else value


@contextmanager
def writing(now: datetime, using: str = "default") -> Iterator[Ledger]:
    """Open a ledger transaction at ``now`` (aware, UTC); all of it is kept when the block ends, or nothing."""
    with transaction.atomic(using=using):
        ledger = Ledger(connections[using], now)
        yield ledger
        ledger.finish()


def open_ledger(name: str, hash_name: str, now: datetime, using: str = "default") -> None:
    """Begin the chain of a new ledger called ``name`` with its first entry."""
    with transaction.atomic(using=using):
        connection = connections[using]
        with connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO "head" ("id","seq","hash","hash_name") VALUES (1,0,%s,%s)', [GENESIS, hash_name]
            )
        ledger = Ledger(connection, now)
        ledger.append(ev.LedgerOpened(name=name, hash=hash_name))
        ledger.finish()
