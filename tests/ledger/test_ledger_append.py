"""Appending: one chain without gaps, written with what is projected from it or not at all."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from bihuan.ledger import append
from bihuan.ledger.append import NotOpened, writing
from bihuan.ledger.facts import Fact, fact_of, instant_text, stem_of, with_seq
from bihuan.ledger.reading import facts_of, hash_name, head
from bihuan.ledger.rebuild import digests
from bihuan.models import Entry, Head, Item, Unit
from bihuan.rules import events as ev
from bihuan.rules.chain import NotCanonical, canonical
from bihuan.rules.errors import ChainBroken
from bihuan.rules.permissions import SYSTEM
from tests.actions.county import START, County
from tests.ledger.tampering import execute

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def body_of(fact):
    return with_seq(stem_of(fact), fact)


def bodies():
    return list(Entry.objects.order_by("seq").values_list("seq", "body", "hash"))


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_each_hash_is_that_of_the_one_before_and_the_body(name):
    county = County(hash_name=name)
    county.at("working")
    previous = bytes(32)
    for expected, (seq, body, digest) in enumerate(bodies(), 1):
        assert seq == expected == json.loads(body)["seq"]
        previous = hashlib.new(name, previous + body.encode()).digest()
        assert bytes(digest) == previous
    assert head() == (expected, previous, name)
    assert hash_name() == name
    assert json.loads(bodies()[0][1])["data"] == {"hash": name, "name": "某县"}


def test_a_body_is_canonical_and_has_exactly_the_keys_of_an_entry(county):
    county.at("closed")
    for _, body, _ in bodies():
        assert body == json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert list(json.loads(body)) == ["actor", "at", "data", "item", "kind", "recorded", "seq", "unit"]


def test_the_columns_of_an_entry_say_what_its_body_says(county):
    item = county.at("closed")
    for entry in Entry.objects.all():
        body = json.loads(entry.body)
        own = entry.seq if entry.kind == "item.registered" else body["item"]
        assert (entry.kind, entry.item_id, entry.actor_id) == (body["kind"], own, body["actor"])
        assert instant_text(entry.at) == body["at"]
    assert [f.seq for f in facts_of(item)] == list(
        Entry.objects.filter(item_id=item).order_by("seq").values_list("seq", flat=True)
    )
    assert facts_of(item)[0].seq == item


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET kind='x' WHERE seq=3",
        "UPDATE entry SET body=body",
        "DELETE FROM entry WHERE seq=3",
        "DELETE FROM entry",
    ],
)
def test_entries_are_neither_updated_nor_deleted(county, statement):
    before = bodies()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement)
    assert bodies() == before


def test_entries_are_neither_replaced_nor_truncated(county):
    before = bodies()
    columns = "seq,at,kind,item_id,actor_id,body,hash"
    row = f"SELECT {columns} FROM entry WHERE seq=3"
    statements = {
        "sqlite": [
            f"REPLACE INTO entry ({columns}) {row}",
            f"INSERT OR REPLACE INTO entry ({columns}) {row}",
        ],
        "postgresql": ["TRUNCATE entry", "TRUNCATE entry CASCADE"],
    }[connection.vendor]
    statements.append(
        f"INSERT INTO entry ({columns}) {row} AND true ON CONFLICT (seq) DO UPDATE SET body='x'"
    )
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            execute(statement)
    assert bodies() == before


def test_on_postgresql_the_owner_itself_may_only_read_and_append(county):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no privileges")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM pg_class c, aclexplode(c.relacl) a "
            "WHERE c.relname='entry' AND a.grantee=c.relowner ORDER BY 1"
        )
        held = {privilege for (privilege,) in cursor.fetchall()}
    assert {"INSERT", "SELECT"} <= held
    assert not held & {"UPDATE", "DELETE", "TRUNCATE"}


def test_a_block_that_fails_leaves_nothing_behind(county):
    before = head(), digests(), bodies()
    with pytest.raises(ZeroDivisionError):
        append_and_fail(county)
    assert (head(), digests(), bodies()) == before


def append_and_fail(county):
    with writing(county.now) as ledger:
        ledger.append(ev.UnitCreated(name="新镇"), SYSTEM)
        ledger.checkpoint()
        ledger.append(ev.UnitCreated(name="另一镇"), SYSTEM)
        raise ZeroDivisionError


def test_a_block_that_enters_nothing_writes_nothing(county):
    before = head(), digests()
    with writing(county.now) as ledger:
        ledger.item(1)
    assert (head(), digests()) == before


def test_work_in_parts_is_the_same_as_work_at_once(county):
    names = [f"第{n}村" for n in range(9)]

    def work(parts):
        with transaction.atomic():
            mark = transaction.savepoint()
            with writing(county.now) as ledger:
                for name in names:
                    ledger.append(ev.UnitCreated(name=name, parent=county.units["town"]), SYSTEM)
                    if parts:
                        ledger.checkpoint()
            found = head(), digests()
            transaction.savepoint_rollback(mark)
        return found

    assert work(parts=True) == work(parts=False)


def test_what_is_held_in_memory_between_parts_stays_small(county, monkeypatch):
    monkeypatch.setattr(append, "CACHE", 3)
    with writing(county.now) as ledger:
        for n in range(9):
            ledger.append(ev.UnitCreated(name=f"第{n}村", parent=county.units["town"]), SYSTEM)
            ledger.checkpoint()
            assert len(ledger.rows._rows["unit"]) <= 3
    assert Unit.objects.filter(name__startswith="第").count() == 9


def test_a_head_that_moved_meanwhile_breaks_the_write(county):
    def meanwhile():
        with writing(county.now) as ledger:
            ledger.append(ev.UnitCreated(name="新镇"), SYSTEM)
            Head.objects.update(seq=1)

    before = head()
    with pytest.raises(ChainBroken, match="写入时被改动"):
        meanwhile()
    assert head() == before
    assert not Unit.objects.filter(name="新镇").exists()


def test_items_are_held_before_the_head(county):
    item = county.at("working")

    def late():
        with writing(county.now) as ledger:
            ledger.lock()
            ledger.item(item)

    with pytest.raises(RuntimeError, match="before the end of the chain"):
        late()


def test_the_whole_ledger_is_locked_first_or_not_at_all(county):
    item = county.at("working")

    def after(what):
        with writing(county.now) as ledger:
            what(ledger)
            ledger.lock_all()

    for what in (lambda ledger: ledger.lock(), lambda ledger: ledger.item(item)):
        with pytest.raises(RuntimeError, match="before anything else"):
            after(what)
    with writing(county.now) as ledger:
        ledger.lock_all()
        assert ledger.item(item)["id"] == item
        assert ledger.item(999999) is None


def test_what_was_registered_in_the_same_block_need_not_be_held(county):
    from bihuan.actions.register import enter, register_row
    from bihuan.actions.step import take
    from bihuan.ledger import derive

    supervisor = county.people["supervisor"]
    with writing(county.now) as ledger:
        row = register_row(ledger, county.registers["task"])
        procedure = derive.parsed(ledger.rows.get("procedure", row["procedure_id"])["text"])
        seq = enter(ledger, supervisor, row, procedure, {"title": "x"})
        done = take(ledger, ledger.item(seq), "approve", supervisor, {})
    assert (done.state, done.version) == ("approved", 2)
    assert Item.objects.get(pk=seq).state == "approved"


@pytest.mark.usefixtures("db")
def test_without_a_ledger_nothing_can_be_appended_or_read():
    def attempt():
        with writing(START) as ledger:
            ledger.append(ev.UnitCreated(name="新镇"), SYSTEM)

    with pytest.raises(NotOpened, match="还没有台账"):
        attempt()
    with pytest.raises(NotOpened):
        head()


@pytest.mark.usefixtures("db")
def test_a_naive_instant_is_no_instant():
    with pytest.raises(ValueError, match="aware"), writing(datetime(2026, 3, 2)):  # noqa: DTZ001
        pass


def test_a_fact_comes_back_from_its_body(county):
    event = ev.ItemProgressed(text="已完成\n“二期”", percent=0, measures={"1": {"state": "done"}})
    fact = Fact(7, AT, AT, 3, 4, event.kind, 5, event)
    assert fact_of(body_of(fact)) == fact
    without = Fact(8, AT, AT, 0, 0, "ledger.opened", 0, ev.LedgerOpened(name="某县", hash="sha256"))
    assert fact_of(body_of(without)) == without
    assert '"item":null' in body_of(without)


@pytest.mark.parametrize("seq", [1, 7, 10**12])
@pytest.mark.parametrize("text", ["", '","seq":9,"unit":9}', "已完成\n“二期”"])
def test_a_body_is_the_canonical_form_of_all_that_it_says(county, text, seq):
    fact = Fact(seq, AT, AT, 3, 4, "item.commented", 5, ev.ItemCommented(text=text))
    assert body_of(fact) == canonical(json.loads(body_of(fact)))
    assert json.loads(body_of(fact))["seq"] == seq


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\x00", False),
        ("a\x00b", False),
        ("\\\x00", False),
        ("\\u0000", True),
        ("\\\\u0000", True),
        ("\x01", True),
    ],
)
def test_the_one_character_that_postgresql_cannot_keep_is_refused(text, kept):
    event = ev.ItemCommented(text=text)
    fact = Fact(7, AT, AT, 3, 4, event.kind, 5, event)
    if kept:
        assert fact_of(body_of(fact)) == fact
    else:
        with pytest.raises(NotCanonical, match="NUL"):
            body_of(fact)


def test_a_float_never_enters_the_ledger(county):
    def enter():
        with writing(county.now) as ledger:
            ledger.append(ev.MappingKept(fingerprint="x", columns={"a": 1.5}), SYSTEM)

    before = head()
    with pytest.raises(NotCanonical, match="小数"):
        enter()
    assert head() == before
