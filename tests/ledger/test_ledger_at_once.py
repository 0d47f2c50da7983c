"""What is entered in one trip on PostgreSQL is the same chain as ever; on SQLite and with SM3 it is entered behind the lock."""

import hashlib
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.actions import do
from bihuan.ledger import at_once
from bihuan.ledger.facts import Fact, fact_of, stem_of
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Entry, Item
from bihuan.rules import events as ev
from tests.actions.county import County
from tests.support import environment

TEXTS = ["进展", '“二期”已完成\n",\\"seq":9', "100%s 完成，{}$1?", "𠮷野家\\u0000'; --", "\x01\x7f"]


@pytest.fixture
def county(own_database):
    own_database()
    return County()


def report(county, item, text="进展", **values):
    county.later(minutes=1)
    return do("report", item, county.people["handler"], county.now, text=text, **values)


def links(found):
    """How often the server linked an entry to the chain by itself."""
    return sum("sha256(" in query["sql"] for query in found.captured_queries)


def check_chain(name="sha256"):
    previous = bytes(32)
    for expected, entry in enumerate(Entry.objects.order_by("seq"), 1):
        assert entry.seq == expected
        previous = hashlib.new(name, previous + entry.body.encode()).digest()
        assert bytes(entry.hash) == previous
        fact = fact_of(entry.body)
        assert (fact.seq, fact.kind, fact.at) == (entry.seq, entry.kind, entry.at)
        assert entry.item_id == (fact.seq if fact.kind == "item.registered" else fact.item or None)
        assert entry.actor_id == fact.actor
    assert head() == (expected, previous, name)


def test_a_report_is_linked_by_the_server_where_it_can(county):
    item = county.at("working")
    report(county, item)  # the first step of a process learns the name of the hash
    with CaptureQueriesContext(connection) as found:
        done = report(county, item, percent=40)
    assert links(found) == (1 if environment.on_postgres() else 0)
    assert (
        done.seq == head()[0] == Entry.objects.get(kind="item.progressed", body__contains='"percent":40').seq
    )
    assert (done.item, done.version, done.state) == (item, county.row(item).version, "working")
    check_chain()


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_entered_as_it_was_given(county, text):
    item = county.at("working")
    for _ in range(2):
        report(county, item, text)
    assert county.row(item).progress == text.strip()
    check_chain()
    before = digests()
    rebuild()
    assert digests() == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=4)
)
def test_several_facts_go_in_one_trip_in_their_order(county, texts):
    item = county.at("working")
    known = head()[0]
    events = [ev.ItemProgressed(text=text) for text in texts]
    facts = [Fact(0, county.now, county.now, 3, 4, e.kind, item, e) for e in events]
    if not environment.on_postgres():
        return
    with transaction.atomic():
        last = at_once.enter(connection, facts, [stem_of(f) for f in facts], [])
    assert last == known + len(texts) == head()[0]
    assert [fact_of(e.body).event for e in Entry.objects.filter(seq__gt=known).order_by("seq")] == events
    check_chain()


def test_with_sm3_the_lock_is_taken_first(own_database):
    own_database()
    county = County(hash_name="sm3")
    item = county.at("working")
    report(county, item)
    with CaptureQueriesContext(connection) as found:
        report(county, item)
    assert links(found) == 0
    check_chain("sm3")


@pytest.mark.parametrize(
    ("action", "who", "values"),
    [
        ("comment", "supervisor", {"text": "请抓紧"}),  # somebody is told
        ("plan", "handler", {"measures": ["补一条"]}),  # its transition holds the seq
    ],
)
def test_what_holds_its_seq_or_is_told_takes_the_lock_first(county, action, who, values):
    item = county.at("working")
    report(county, item)
    county.later(minutes=1)
    with CaptureQueriesContext(connection) as found:
        done = do(action, item, county.people[who], county.now, **values)
    assert links(found) == 0
    assert done.seq == head()[0]
    check_chain()


def test_steps_taken_as_one_are_not_committed_in_between(county):
    item = county.at("working")
    report(county, item)
    before = head()

    def fail():
        with transaction.atomic():
            report(county, item)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert head() == before


def test_one_that_waits_for_the_end_of_the_chain_links_to_what_came_meanwhile(county):
    items = [county.at("working") for _ in range(4)]
    errors = []

    def work(item):
        try:
            for no in range(12):
                do("report", item, county.people["handler"], county.now, text=f"第{no}次")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    begun = head()[0]
    threads = [threading.Thread(target=work, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    assert head()[0] == begun + 48
    assert {county.row(item).progress for item in items} == {"第11次"}
    check_chain()
    before = digests()
    rebuild()
    assert digests() == before


def test_a_write_that_fails_enters_nothing(county):
    item = county.at("working")
    report(county, item)
    before = head(), county.row(item).progress
    county.later(minutes=1)

    def refuse(execute, sql, params, many, context):
        if 'UPDATE "item"' in sql:
            raise KeyError(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(KeyError):
        do("report", item, county.people["handler"], county.now, text="没有记上")
    assert (head(), county.row(item).progress) == before
    assert Item.objects.get(pk=item).changed_at < county.now
