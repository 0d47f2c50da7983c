"""Entering in one trip what was worked out ahead of the lock: PostgreSQL itself links the entries to the end of the chain.

A body is ready but for its seq, and a link is the SHA-256 of two texts, which the server can work out too: the end of the chain
is then locked for the time of a few statements, and nobody waits for us meanwhile. That goes for what writes nothing else with
its seq and tells nobody anything, such as a report of progress; everything else takes the lock first (docs/decisions/0072).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger.ahead import SEQS
from bihuan.ledger.facts import Fact, around_seq
from bihuan.ledger.rows import Rows
from bihuan.ledger.tell import tells
from bihuan.ledger.trips import Query, Write, ask

#: The hash that the server knows.
HASH = "sha256"
#: Alone, so that the next statement sees what whoever held it has entered.
_LOCK = Query('SELECT 1 FROM "head" WHERE "id"=1 FOR UPDATE', [])
_LINK = (
    'WITH new AS (SELECT "seq"+1 AS "seq","hash",%s::text||("seq"+1)||%s::text AS "body" FROM "head" WHERE "id"=1),'
    'made AS (INSERT INTO "entry" ("seq","at","kind","item_id","actor_id","body","hash") '
    'SELECT "seq",%s::timestamptz,%s,%s::bigint,%s::bigint,"body",sha256("hash"||convert_to("body",\'UTF8\')) FROM new '
    'RETURNING "seq","hash") '
    'UPDATE "head" SET "seq"=made."seq","hash"=made."hash" FROM made WHERE "id"=1 RETURNING "head"."seq"'
)


def is_plain(rows: Rows, facts: Iterable[Fact]) -> bool:
    """Whether ``facts`` leave nothing in ``rows`` that holds their seqs, and nobody is told of them."""
    return not rows.adds(SEQS) and not any(f.kind.startswith("slip.") or tells(f) for f in facts)


def enter(
    connection: BaseDatabaseWrapper, facts: Sequence[Fact], stems: Sequence[str], first: Iterable[Write]
) -> int:
    """Run ``first``, enter ``facts``, whose bodies begin with ``stems``, and commit; returns the seq of the last."""
    links = [_link(fact, stem) for fact, stem in zip(facts, stems, strict=True)]
    *_, last = ask(connection, [_LOCK, *links], first, commit=True)
    return int(last[0][0])


def _link(fact: Fact, stem: str) -> Query:
    before, after = around_seq(stem, fact)
    return Query(_LINK, [before, after, fact.at, fact.kind, fact.item or None, fact.actor])
