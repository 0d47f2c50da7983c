"""Statements on their way to PostgreSQL: in one trip, kept ready on the server where they come again and again.

A statement of an action costs the server several times less when it is parsed and planned already. What is kept ready belongs to
one connection and is made anew now and then: a plan made while a table was nearly empty must not stay when it has grown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, count
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import ClientCursor, Connection
from psycopg.adapt import Transformer
from psycopg.pq import TransactionStatus

from bihuan.ledger.trips import Query

#: In how many trips and for how long statements are used before they are made ready anew, and how many are remembered as seen.
USES, _SECONDS, _SEEN = 1_000, 60.0, 1_000
#: Lists up to this length may stand in a statement that is kept ready: for longer ones another plan may be better.
_SHORT = 10


class _Ready:
    """What one connection keeps ready: names by the text of the statement."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._seen: set[str] = set()
        self._numbers = count(1)
        self._uses, self._since = 0, monotonic()

    def outworn(self) -> list[str]:
        """Return the names that are to be given up now; from now on they are not used."""
        self._uses += 1
        if self._uses < USES and monotonic() - self._since < _SECONDS:
            return []
        names, self.names = [*self.names.values()], {}
        self._uses, self._since = 0, monotonic()
        return names

    def comes_again(self, sql: str) -> bool:
        """Whether ``sql`` was asked before; from now on it was."""
        if sql in self._seen:
            return True
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen.add(sql)
        return False

    def new_name(self) -> str:
        """Return a name that this connection never had."""
        return f"bihuan_{next(self._numbers)}"


_kept: WeakKeyDictionary[Connection[Any], _Ready] = WeakKeyDictionary()


class Trips:
    """What makes the trips of one connection."""

    def __init__(self, raw: Connection[Any], *, prepares: bool) -> None:
        self._raw = raw
        self._ready = _kept.setdefault(raw, _Ready()) if prepares else None

    def send(self, statements: Sequence[Query]) -> Iterator[Any]:
        """Make one trip of ``statements``; yields a cursor once for each of them, when it stands at its answer."""
        if self._ready:
            self._make_ready(self._ready, statements)
        quote = Transformer(self._raw).as_literal
        cursor = self._make_trip([self._text(s, [quote(value) for value in s.params]) for s in statements])
        yield cursor
        while cursor.nextset():
            yield cursor

    def _make_ready(self, ready: _Ready, statements: Sequence[Query]) -> None:
        """Give up what is outworn and make ready what comes again, in a trip of its own: the server keeps the text of the trip."""
        orders = [b"DEALLOCATE %b" % name.encode() for name in ready.outworn()]
        new: dict[str, str] = {}
        for sql in dict.fromkeys(s.sql for s in statements if _is_steady(s)):
            if sql not in ready.names and ready.comes_again(sql):
                new[sql] = ready.new_name()
                orders.append(b"PREPARE %b AS %b" % (new[sql].encode(), _numbered(sql)))
        if orders:
            self._make_trip(orders)
        ready.names.update(new)

    def _text(self, statement: Query, literals: list[bytes]) -> bytes:
        """What the server is to do: by its name where that is ready."""
        name = self._ready.names.get(statement.sql) if self._ready and _is_steady(statement) else None
        return _execution(name, literals) if name else _merged(statement.sql, literals)

    def _make_trip(self, texts: list[bytes]) -> Any:
        """Send ``texts``, with the transaction begun before them if need be; returns the cursor at the first answer."""
        raw = self._raw
        if raw.autocommit or raw.pgconn.transaction_status != TransactionStatus.IDLE:
            return ClientCursor(raw).execute(b";".join(texts))
        # Else the driver would make a trip of its own for BEGIN; it ends the transaction all the same.
        raw.autocommit = True
        try:
            cursor = ClientCursor(raw).execute(b";".join([b"BEGIN", *texts]))
        finally:
            if raw.pgconn.transaction_status == TransactionStatus.IDLE:
                raw.autocommit = False
        cursor.nextset()
        return cursor


def _is_steady(statement: Query) -> bool:
    """Whether the same plan is good for it each time."""
    return not statement.bulk and not any(isinstance(v, list) and len(v) > _SHORT for v in statement.params)


def _execution(name: str, literals: list[bytes]) -> bytes:
    return b"EXECUTE %b" % name.encode() + (b"(%b)" % b",".join(literals) if literals else b"")


def _merged(sql: str, literals: list[bytes]) -> bytes:
    return b"".join(chain.from_iterable(zip(_pieces(sql), [*literals, b""], strict=True)))


@lru_cache(maxsize=1_024)
def _pieces(sql: str) -> list[bytes]:
    """What stands between the parameters."""
    return [piece.replace("%%", "%").encode() for piece in sql.split("%s")]


@lru_cache(maxsize=1_024)
def _numbered(sql: str) -> bytes:
    """The statement with $1, $2, … for its parameters."""
    first, *others = _pieces(sql)
    return first + b"".join(b"$%d%b" % (no, piece) for no, piece in enumerate(others, 1))
