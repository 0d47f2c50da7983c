"""Statements on their way to PostgreSQL: in one trip, kept ready on the server where they come again and again.

A statement of an action costs the server several times less when it is parsed and planned already. What is kept ready belongs to
one connection and is made anew now and then: a plan made while a table was nearly empty must not stay when it has grown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, compress, count, zip_longest
from time import monotonic
from typing import Any

from psycopg import Connection, abc
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from bihuan.ledger.trips import EMPTY_MESSAGE, Query

#: In how many trips and for how long statements are used before they are made ready anew, and how many are remembered as seen.
USES, _SECONDS, _SEEN = 1_000, 60.0, 1_000
#: Lists up to this length may stand in a statement that is kept ready: for longer ones another plan may be better.
_SHORT = 10
#: Commit, and come back when it is durable. What the transaction holds is let go of before its log is on the disk, so that others
#: who wait for the end of the chain go on meanwhile and their logs get there together. The log is one sequence: what is made
#: durable after it makes it durable too (docs/decisions/0070).
_COMMIT = (b"SET LOCAL synchronous_commit=off", b"COMMIT", EMPTY_MESSAGE.encode())
#: Where a connection has what goes along with it: both end together.
_PLACE = "bihuan_trips"


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


@lru_cache(maxsize=1 << 12)
def _instant(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).astimezone(UTC)


class _Instants(Loader):
    """Instants in UTC. An entry's instant stands in several rows."""

    def load(self, data: abc.Buffer) -> datetime:
        return _instant(bytes(data))


class _Kept:
    """What goes along with one connection, by itself a context of adaptation: how values are written and read, what is ready."""

    def __init__(self, raw: Connection[Any]) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_loader("timestamptz", _Instants)
        self.transformer: abc.Transformer = Transformer(self)
        self.ready = _Ready()


class _Answer:
    """What one statement gave, to be read like a cursor."""

    def __init__(self, result: PGresult, transformer: abc.Transformer) -> None:
        self._result, self._transformer = result, transformer

    @property
    def rowcount(self) -> int:
        return self._result.command_tuples or 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        self._transformer.set_pgresult(self._result)
        return self._transformer.load_rows(0, self._result.ntuples, tuple)


class Trips:
    """What makes the trips of one connection. Psycopg's cursors would cost as much as the statements of an action."""

    def __init__(self, raw: Connection[Any], *, prepares: bool) -> None:
        self._raw = raw
        self._kept: _Kept = vars(raw).get(_PLACE) or vars(raw).setdefault(_PLACE, _Kept(raw))
        self._ready = self._kept.ready if prepares else None

    def send(self, statements: Sequence[Query], *, commit: bool = False) -> list[_Answer]:
        """Make one trip of ``statements``, at its end ``commit`` if so asked; returns the answer to each of them."""
        steady = [_is_steady(s) for s in statements] if self._ready else []
        if self._ready:
            self._make_ready(self._ready, [*compress(statements, steady)])
        names = self._ready.names if self._ready else {}
        transformer = self._kept.transformer
        texts = []
        for statement, is_steady in zip_longest(statements, steady):
            name = names.get(statement.sql) if is_steady else None
            literals = [transformer.as_literal(value) for value in statement.params]
            texts.append(_execution(name, literals) if name else _merged(statement.sql, literals))
        results = self._make_trip([*texts, *_COMMIT] if commit else texts)
        return [_Answer(result, transformer) for result in results[: len(texts)]]

    def _make_ready(self, ready: _Ready, statements: Sequence[Query]) -> None:
        """Give up what is outworn and make ready what comes again, in a trip of its own: the server keeps the text of the trip."""
        orders = [b"DEALLOCATE %b" % name.encode() for name in ready.outworn()]
        new: dict[str, str] = {}
        for sql in dict.fromkeys([s.sql for s in statements]):
            if sql not in ready.names and ready.comes_again(sql):
                new[sql] = ready.new_name()
                orders.append(b"PREPARE %b AS %b" % (new[sql].encode(), _numbered(sql)))
        if orders:
            self._make_trip(orders)
        ready.names.update(new)

    def _make_trip(self, texts: list[bytes]) -> list[PGresult]:
        """Send ``texts``, with the transaction begun before them if need be; returns what each gave. Raises the server's error."""
        raw, first = self._raw, 0
        if not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            texts, first = [b"BEGIN", *texts], 1  # the driver would make a trip of its own for it
        with raw.lock:
            raw.pgconn.send_query(b";".join(texts))
            results: list[PGresult] = raw.wait(execute(raw.pgconn))
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, encoding=raw.info.encoding)
        return results[first:]


def _is_steady(statement: Query) -> bool:
    """Whether the same plan is good for it each time."""
    return not statement.bulk and not [v for v in statement.params if type(v) is list and len(v) > _SHORT]


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
