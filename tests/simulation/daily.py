"""The invariants looked at day by day: exact for whatever was touched since the last look, so that a look costs what happened.

Nothing is left out for good: a row that changed without an entry is found by the full look (``invariants.check``), a timer
that was never set by the look at every open item.
"""

from __future__ import annotations

import hashlib
import json

from bihuan.ledger.facts import fact_of
from bihuan.ledger.reading import head, pages
from bihuan.models import Item, Transition
from bihuan.rules.chain import GENESIS
from tests.simulation.invariants import Fold, Stories, everything_due_is_entered, of_an_item
from tests.simulation.life import counters

_MANY = 400


class Watch:
    """Looks at what was entered since the last look."""

    def __init__(self) -> None:
        self.seq, self.hash = 0, GENESIS
        self.stories, self.fold = Stories(), Fold()
        self.entries = 0

    def look(self, now, *, every_open_item=False) -> None:
        """Look once: the chain, the steps, the rows, the counters, and, where nothing is due any more, the colours at ``now``.

        Without ``now`` something may be due still: the system is down.
        """
        since, touched = self.seq, self.chain_goes_on()
        for part in _parts(sorted(touched)):
            self.stories.agree(Item.objects.filter(pk__in=part).order_by("id"))
        self.fold.add(Transition.objects.filter(seq__gt=since))
        assert self.fold.counters() == counters(), "the counters are not what the transitions add up to"
        if now is None:
            return
        if every_open_item:
            return everything_due_is_entered(now)
        for part in _parts(sorted(touched)):
            everything_due_is_entered(now, f'"id" IN ({",".join(map(str, part))})')
        return None

    def chain_goes_on(self) -> set[int]:
        """Follow the new entries, hashed without the ledger's code; returns the items that they touched."""
        touched = set()
        for page in pages('"body","hash"', after=self.seq):
            for seq, body, kept in page:
                assert seq == self.seq + 1 == json.loads(body)["seq"], f"entry {seq} follows {self.seq}"
                self.seq, self.hash = seq, hashlib.sha256(self.hash + body.encode()).digest()
                assert self.hash == bytes(kept), f"entry {seq} does not follow from the one before it"
                fact = fact_of(body)
                if of_an_item(fact):
                    self.stories.follow(fact)
                    touched.add(fact.item or seq)
                self.entries += 1
        assert head()[:2] == (self.seq, self.hash)
        return touched


def _parts(ids):
    return [ids[n : n + _MANY] for n in range(0, len(ids), _MANY)]
