"""Processes are killed at random moments: nothing acknowledged is lost, nothing half done appears.

``BIHUAN_TEST_KILLS`` sets how many are killed on the database of this run (default 40, in depth 200): see
docs/operations.md.
"""

import os

import pytest
from django.db.models import Count

from bihuan.ledger.blobs import intact
from bihuan.ledger.facts import fact_of
from bihuan.ledger.reading import facts_of
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Evidence, Item, Origin
from tests.faults.runner import BULK
from tests.support.depth import often

KILLS = int(os.environ.get("BIHUAN_TEST_KILLS", often(40, 200)))
KINDS = {"report": "item.progressed", "submit": "item.submitted", "review": "item.reviewed", "plan": "item.planned",
         "merge": "item.merged", "assign": "item.assigned", "accept": "item.accepted", "transfer": "item.transferred",
         "extend": "item.extended", "suspend": "item.suspended", "resume": "item.resumed", "approve": "item.approved",
         "comment": "item.commented", "attach": "item.attached"}  # fmt: skip


def check_acknowledged(acks):
    """What a writer was told is done must be there, exactly as it was told."""
    for ack in acks:
        entry = Entry.objects.get(seq=ack["seq"])
        if "action" in ack:
            facts = facts_of(ack["item"])[: ack["version"]]
            assert len(facts) == ack["version"]
            assert KINDS[ack["action"]] in {
                f.kind for f in facts if f.seq > ack["seq"] - 10
            }  # slips may follow a step
            assert (
                ack["action"] == "merge" or facts[-1].seq == ack["seq"]
            )  # a merger's last entry is the other item's
        elif "number" in ack:
            assert fact_of(entry.body).event.number == ack["number"]
        elif "bulk" in ack:
            assert Origin.objects.filter(import_id=ack["seq"]).count() == ack["bulk"] == BULK


def check_whole():
    """What is there is whole: the chain, the counters, every import with all its items."""
    verdict = verify()
    assert verdict.ok, verdict.problems
    items = dict(Origin.objects.values_list("import_id").annotate(n=Count("item_id")))
    imports = {e.seq: fact_of(e.body).event.registered for e in Entry.objects.filter(kind="import.committed")}
    assert items == imports
    entries = dict(Entry.objects.exclude(item_id=None).values_list("item_id").annotate(n=Count("seq")))
    assert dict(Item.objects.values_list("id", "version")) == entries
    assert all(intact(digest) for digest in Evidence.objects.values_list("digest", flat=True))


def check_rebuilt():
    before = digests()
    rebuild()
    assert digests() == before


@pytest.mark.slow
def test_killed_processes_lose_nothing_acknowledged_and_leave_nothing_half_done(writers):
    acks = 0
    for seed in range(KILLS // 2):
        done = writers(seed=seed, writers=2, kill=0.03, operations=10**6)
        assert done["errors"] == []
        check_acknowledged(done["acks"])
        acks += len(done["acks"])
        check_whole()
        if seed % 10 == 9:
            check_rebuilt()
    check_rebuilt()
    assert acks > KILLS  # the writers had time to do something
    assert Entry.objects.filter(kind="import.committed").exists()
