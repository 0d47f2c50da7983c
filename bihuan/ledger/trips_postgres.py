"""Statements on their way to PostgreSQL: in one trip, kept ready on the server where they come again and again.

A trip is a pipeline: its statements go out one behind the other and come back together. A statement of an action costs the
server several times less when it is parsed and planned already. What is kept ready belongs to one connection and is made anew
now and then: a plan made while a table was nearly empty must not stay when it has grown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import count
from time import monotonic
from typing import Any, NamedTuple

from psycopg import Connection, Error, abc
from psycopg.adapt import AdaptersMap, Loader, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from bihuan.ledger.trips import EMPTY_MESSAGE, Query

#: In how many trips statements are used before they are made ready anew, twice as many each time: an empty ledger grows most at
#: first. For how long at most (seconds), and how many statements are remembered as seen.
USES, _SECONDS, _SEEN = 500, 60.0, 1_000
_BEGIN = Query("BEGIN", ())
#: Commit, and come back when it is durable. What the transaction holds is let go of before its log is on the disk, so that others
#: who wait for the end of the chain go on meanwhile and their logs get there together. The log is one sequence: what is made
#: durable after it makes it durable too (docs/decisions/0070).
_COMMIT = (Query("SET LOCAL synchronous_commit=off", ()), Query("COMMIT", ()), Query(EMPTY_MESSAGE, ()))
#: Where a connection has what goes along with it: both end together.
_PLACE = "bihuan_trips"

#: What sends a message to the server, and with what: a statement or its name, and its values.
_Message = tuple[Callable[..., None], bytes, Any]


class _Ready:
    """What one connection keeps ready: names by the text of the statement."""

    def __init__(self) -> None:
        self.names: dict[str, bytes] = {}
        self._seen: set[str] = set()
        self._numbers = count(1)
        self._uses, self._most, self._since = 0, USES, monotonic()

    def outworn(self) -> list[bytes]:
        """Return the names that are to be given up now; from now on they are not used."""
        self._uses += 1
        if self._uses < self._most and monotonic() - self._since < _SECONDS:
            return []
        names, self.names = [*self.names.values()], {}
        self._uses, self._most, self._since = 0, self._most * 2, monotonic()
        return names

    def comes_again(self, sql: str) -> bool:
        """Whether ``sql`` was asked before; from now on it was."""
        if sql in self._seen:
            return True
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen.add(sql)
        return False

    def new_name(self) -> bytes:
        """Return a name that this connection never had."""
        return b"bihuan_%d" % next(self._numbers)


@lru_cache(maxsize=1 << 12)
def _instant(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).astimezone(UTC)


class _Instants(Loader):
    """Instants in UTC. An entry's instant stands in several rows."""

    def load(self, data: abc.Buffer) -> datetime:
        return _instant(bytes(data))


class _Answer:
    """What one statement gave, to be read like a cursor."""

    __slots__ = ("_result", "_transformer")

    def __init__(self, result: PGresult, transformer: abc.Transformer) -> None:
        self._result, self._transformer = result, transformer

    @property
    def rowcount(self) -> int:
        return self._result.command_tuples or 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        self._transformer.set_pgresult(self._result)
        return self._transformer.load_rows(0, self._result.ntuples, tuple)


class Trips:
    """What makes the trips of one connection. Psycopg's cursors would cost as much as the statements of an action.

    By itself it is a context of adaptation, how values are written and read.
    """

    def __init__(self, raw: Connection[Any], *, prepares: bool) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_loader("timestamptz", _Instants)
        self._prepares = prepares
        self._transformer: abc.Transformer = Transformer(self)
        self._ready = _Ready()

    def send(self, statements: Sequence[Query], *, commit: bool = False) -> list[_Answer]:
        """Make one trip of ``statements``, at its end ``commit`` if so asked; returns the answer to each of them."""
        raw, transformer = self.connection, self._transformer
        begins = not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE
        asked = [_BEGIN, *statements] if begins else [*statements]  # the driver would take a trip for it
        answers = self._make_trip([*asked, *_COMMIT] if commit else asked)
        return [_Answer(result, transformer) for result in answers[begins : begins + len(statements)]]

    def _make_trip(self, asked: Sequence[Query]) -> list[PGresult]:
        """Send ``asked``; returns what each gave. Raises the server's error: what stands behind it was not done."""
        messages: list[_Message] = []
        new: dict[str, _New] = {}
        if self._prepares:
            ask = self.connection.pgconn.send_query_params
            messages += [(ask, b"DEALLOCATE %b" % name, None) for name in self._ready.outworn()]
        places = [self._put(messages, statement, new) for statement in asked]
        results = _run(self.connection, messages)
        for sql, (name, place) in new.items():
            if results[place].status == ExecStatus.COMMAND_OK:
                self._ready.names[sql] = name
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, encoding=self.connection.info.encoding)
        return [results[place] for place in places]

    def _put(self, messages: list[_Message], statement: Query, new: dict[str, _New]) -> int:
        """Put ``statement`` into ``messages``, made ready before it if it comes again; returns the place of its answer."""
        sql, params, bulk = statement
        values = self._transformer.dump_sequence(params, _formats(len(params))) if params else None
        ready, pgconn = self._ready, self.connection.pgconn
        steady = self._prepares and not bulk
        name = ready.names.get(sql) if steady else None
        if name is None and steady and (sql in new or ready.comes_again(sql)):
            if sql not in new:
                new[sql] = _New(ready.new_name(), len(messages))
                messages.append((pgconn.send_prepare, new[sql].name, _numbered(sql)))
            name = new[sql].name
        if name is None:
            messages.append((pgconn.send_query_params, _numbered(sql), values))
        else:
            messages.append((pgconn.send_query_prepared, name, values))
        return len(messages) - 1


def trips_of(raw: Connection[Any], *, prepares: bool) -> Trips:
    """Return what makes the trips of the connection ``raw``; unless ``prepares`` it keeps nothing ready."""
    found: Trips | None = vars(raw).get(_PLACE)
    return found or vars(raw).setdefault(_PLACE, Trips(raw, prepares=prepares))


class _New(NamedTuple):
    """The name under which a trip makes a statement ready, and the place of the answer that says whether it is."""

    name: bytes
    place: int


def _run(raw: Connection[Any], messages: list[_Message]) -> list[PGresult]:
    """Send ``messages`` in one pipeline; returns the answers, errors among them."""
    pgconn = raw.pgconn
    with raw.lock:
        pgconn.enter_pipeline_mode()
        try:
            for method, first, second in messages:
                method(first, second)
            pgconn.pipeline_sync()
            results = raw.wait(_received(pgconn, len(messages)))
        except BaseException:
            with suppress(Error):  # what has just broken says more
                pgconn.exit_pipeline_mode()
            raise
        pgconn.exit_pipeline_mode()
    return results


def _received(pgconn: PGconn, count: int) -> abc.PQGen[list[PGresult]]:
    """The ``count`` answers of a pipeline, to be waited for; behind them comes the answer to its end."""
    yield from send(pgconn)
    results = []
    for _ in range(count + 1):
        results += yield from fetch_many(pgconn)
    return results


@cache
def _formats(count: int) -> list[PyFormat]:
    return [PyFormat.TEXT] * count


@lru_cache(maxsize=1_024)
def _numbered(sql: str) -> bytes:
    """The statement with $1, $2, … for its parameters."""
    first, *others = [piece.replace("%%", "%") for piece in sql.split("%s")]
    return (first + "".join(f"${no}{piece}" for no, piece in enumerate(others, 1))).encode()
