"""Verifying: whatever is altered past the doors is found, and named."""

import hashlib
import json

import pytest
from django.conf import settings
from django.db import connection

from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Head, Seal, Tally
from tests.ledger.tampering import execute, unguard


@pytest.fixture
def lived(county):
    """A county with items in several states, sealed once half-way, open to be tampered with."""
    county.at("working")
    make_seal(county.now)
    county.at("closed")
    county.do("comment", county.at("assigned", klass="立行立改", channel="热线"), "lead", text="请加快")
    unguard()
    return county


def problems():
    return verify().problems


def count():
    return head()[0]


def altered(seq, change):
    """Change the JSON of an entry's body; its hash stays."""
    body = json.loads(Entry.objects.get(seq=seq).body)
    change(body)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    execute("UPDATE entry SET body=%s WHERE seq=%s", [text, seq])


def rechain(start, *, move_head=True):
    """Make all hashes from entry ``start`` on hold again, as somebody who covers their tracks would."""
    previous = bytes(Entry.objects.get(seq=start - 1).hash) if start > 1 else bytes(32)
    for entry in Entry.objects.filter(seq__gte=start).order_by("seq"):
        previous = hashlib.sha256(previous + entry.body.encode()).digest()
        execute("UPDATE entry SET hash=%s WHERE seq=%s", [previous, entry.seq])
    if move_head:
        last = Entry.objects.order_by("-seq").first()
        Head.objects.update(seq=last.seq, hash=bytes(last.hash))


def test_an_untouched_ledger_holds(lived):
    seen = []
    verdict = verify(progress=seen.append)
    assert (verdict.ok, verdict.problems, verdict.more) == (True, [], 0)
    assert (verdict.entries, verdict.head) == (count(), head()[1].hex())
    assert verdict.seals == 1
    assert verdict.covered == Seal.objects.get().count < verdict.entries
    assert seen == [verdict.entries]


def test_any_altered_body_is_found_and_only_its_entry_named(lived):
    for seq in range(1, count() + 1):
        body = Entry.objects.get(seq=seq).body
        altered(seq, lambda b: b["data"].update(note="改过"))
        assert problems() == [f"第{seq}条：内容与哈希不符，记录被改动过。"]
        execute("UPDATE entry SET body=%s WHERE seq=%s", [body, seq])
    assert problems() == []


def test_any_altered_hash_is_found_and_only_its_entry_named(lived):
    last = count()
    sealed = verify().covered
    for seq in range(1, last + 1):
        kept = bytes(Entry.objects.get(seq=seq).hash)
        execute("UPDATE entry SET hash=%s WHERE seq=%s", [bytes(32), seq])
        found = [p for p in problems() if not p.startswith("台账末尾") and "封存" not in p]
        assert found == [f"第{seq}条：内容与哈希不符，记录被改动过。"]
        assert any("封存" in p for p in problems()) is (seq <= sealed)
        assert any(p.startswith("台账末尾") for p in problems()) is (seq == last)
        execute("UPDATE entry SET hash=%s WHERE seq=%s", [kept, seq])
    assert problems() == []


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("kind", "item.closed", "索引列"),
        ("item_id", 999, "索引列"),
        ("item_id", None, "索引列"),
        ("actor_id", 999, "索引列"),
        ("at", "2020-01-01 00:00:00", "时间列"),
    ],
)
def test_an_altered_column_beside_the_body_is_found(lived, column, value, what):
    seq = Entry.objects.filter(kind="item.commented").get().seq
    value = f"{value}+00" if column == "at" and connection.vendor == "postgresql" else value
    execute(f'UPDATE entry SET "{column}"=%s WHERE seq=%s', [value, seq])
    assert problems() == [f"第{seq}条：{what}与记录内容不符，{what}被改动过。"]


def test_a_removed_entry_is_found_by_its_place(lived):
    seq = count() - 3
    execute("DELETE FROM entry WHERE seq=%s", [seq])
    assert problems() == [f"第{seq}条：编号不连续，下一条是第{seq + 1}条，中间的记录不见了。"]


def test_a_removed_beginning_is_found(lived):
    execute("DELETE FROM entry WHERE seq<=2")
    assert problems()[0] == "第1条：编号不连续，下一条是第3条，中间的记录不见了。"


def test_a_removed_end_is_found_by_the_head(lived):
    last = count()
    execute("DELETE FROM entry WHERE seq>%s", [last - 2])
    said = f"台账末尾：应到第{last}条，实际到第{last - 2}条，末尾的记录或末尾标记被改动过。"
    assert problems() == [said]


def test_an_end_that_was_cut_off_together_with_the_head_is_found_by_a_seal_alone(lived):
    make_seal(lived.now)
    last = count()
    execute("DELETE FROM entry WHERE seq>%s", [last - 2])
    rechain(last - 2)
    found = [p for p in problems() if not p.startswith("计数器")]
    assert len(found) == 1
    assert found[0].endswith(f"写明有{last}条，现在只有{last - 2}条，末尾被截去。")


def test_a_history_rewritten_as_a_whole_is_found_by_a_seal_alone(lived):
    altered(12, lambda b: b["data"].update(name="改过"))
    rechain(12)
    assert [p for p in problems() if "封存后台账被整体改写过" not in p] == []
    assert len(problems()) == 1
    settings.SEAL_FILE.unlink()
    assert problems() == []  # without seals nobody can tell


def test_entries_that_were_swapped_are_found(lived):
    one, two = count() - 4, count() - 3
    texts = {e.seq: (e.body, bytes(e.hash)) for e in Entry.objects.filter(seq__in=(one, two))}
    for seq, other in ((one, two), (two, one)):
        execute("UPDATE entry SET body=%s, hash=%s WHERE seq=%s", [*texts[other], seq])
    named = {p.split("：")[0] for p in problems()}
    assert {f"第{one}条", f"第{two}条"} <= named


def test_an_inserted_entry_is_found(lived):
    last = count()
    entry = Entry.objects.get(seq=last)
    body = entry.body.replace(f'"seq":{last}', f'"seq":{last + 1}')
    digest = hashlib.sha256(bytes(entry.hash) + body.encode()).digest()
    Entry(
        seq=last + 1,
        at=entry.at,
        kind=entry.kind,
        item_id=entry.item_id,
        actor_id=entry.actor_id,
        body=body,
        hash=digest,
    ).save(force_insert=True)
    assert problems() == [f"台账末尾：应到第{last}条，实际到第{last + 1}条，末尾的记录或末尾标记被改动过。"]


def test_what_is_no_entry_is_found_although_its_hash_holds(lived):
    last = count()
    for body in ("不是 JSON", "[]", "{}", "null"):
        execute("UPDATE entry SET body=%s WHERE seq=%s", [body, last])
        rechain(last)
        assert problems() == [f"第{last}条：内容不是留痕的格式，链条被整体改写过。"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"seq": 3}, "台账末尾：应到第3条，实际到第{last}条，末尾的记录或末尾标记被改动过。"),
        ({"seq": 9999}, "台账末尾：应到第9999条，实际到第{last}条，末尾的记录或末尾标记被改动过。"),
        ({"hash": bytes(32)}, "台账末尾：末尾标记的哈希与第{last}条不符，末尾标记被改动过。"),
        ({"hash_name": "sm3"}, "台账末尾：第1条是用sha256算的，末尾标记写的是sm3，末尾标记被改动过。"),
        ({"hash_name": "md5"}, "台账末尾：第1条是用sha256算的，末尾标记写的是md5，末尾标记被改动过。"),
    ],
)
def test_an_altered_head_is_found(lived, values, said):
    last = count()
    Head.objects.update(**values)
    assert problems() == [said.format(last=last)]


def test_a_hash_name_altered_in_the_first_entry_is_found_there(lived):
    altered(1, lambda b: b["data"].update(hash="sm3"))
    assert problems() == ["第1条：内容与哈希不符，记录被改动过。"]


@pytest.mark.parametrize(
    "column", ["items", "measures", "measures_done", "overdue", "ongoing", "claimed", "reopens", "extensions"]
)
def test_an_altered_counter_is_found(lived, column):
    key = Tally.objects.filter(facet="class").order_by("label").first()
    where = "register_id=%s AND facet='class' AND label=%s AND state=%s AND colour=%s"
    execute(
        f"UPDATE tally SET {column}={column}+1 WHERE {where}",
        [key.register_id, key.label, key.state, key.colour],
    )
    assert len(problems()) == 1
    assert problems()[0].startswith(f"计数器 ({key.register_id}, 'class', '{key.label}'")


def test_a_counter_that_is_missing_or_too_many_is_found(lived):
    execute("DELETE FROM tally WHERE facet='channel'")
    assert len(problems()) == 1
    assert "计数 None，明细 [1, 2, 0, 0, 0, 0, 0, 0, 0, 0]" in problems()[0]
    columns = ",".join(
        f.attname for f in Tally._meta.concrete_fields if f.column and f.attname != "register_id"
    )
    execute(
        f"INSERT INTO tally (register_id,{columns}) SELECT 9999-register_id,{columns} FROM tally WHERE facet='class'"
    )
    assert len(problems()) == 1 + Tally.objects.filter(register_id__gt=9000).count()


def test_an_item_altered_past_the_doors_no_longer_fits_the_counters(lived):
    execute("UPDATE item SET state='closed' WHERE state='working'")
    assert problems() != []
    assert all(p.startswith("计数器") for p in problems())


def test_beyond_a_hundred_problems_are_counted_and_not_listed(lived):
    while count() < 130:
        lived.later(minutes=1)
        lived.register()
    execute("UPDATE entry SET kind='x'")
    verdict = verify()
    assert (len(verdict.problems), verdict.more, verdict.ok) == (100, count() - 100, False)


def test_a_damaged_seal_file_is_found(lived):
    text = settings.SEAL_FILE.read_text("utf-8")
    for damaged in (text.replace('"count":', '"count":1'), text[:-9] + "\n", "封存\n"):
        settings.SEAL_FILE.write_text(damaged, "utf-8")
        assert len(problems()) == 1
        assert problems()[0].startswith("封存文件：")


def test_every_seal_of_one_length_is_checked(lived):
    line = settings.SEAL_FILE.read_text("utf-8")
    altered(3, lambda b: b["data"].update(name="改过"))
    rechain(3)
    Seal.objects.all().delete()
    sealed_before = json.loads(line)["count"]
    settings.SEAL_FILE.write_text(line + line, "utf-8")
    found = problems()
    assert found == [found[0]] * 2
    assert f"第{sealed_before}条处的封存" in found[0]
