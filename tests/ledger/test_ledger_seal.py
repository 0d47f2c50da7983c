"""Sealing: a signed statement outside the database."""

import json
import os
import stat

import pytest
from django.conf import settings

from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal, read_seals, root_of, seed
from bihuan.models import Entry, Seal
from bihuan.rules.merkle import Merkle
from bihuan.rules.signing import KeyInvalid, SealBroken, public_key


def test_a_seal_says_how_many_entries_there_are_and_how_they_end(county):
    seal = make_seal(county.now)
    seq, digest, name = head()
    tree = Merkle(name)
    for entry in Entry.objects.order_by("seq"):
        tree.add(bytes(entry.hash))
    assert (seal.count, seal.head, seal.hash, seal.root) == (seq, digest.hex(), name, tree.root().hex())
    assert (seal.at, seal.key) == ("2026-03-02T01:00:00.000000Z", public_key(seed()).hex())
    assert read_seals() == [seal]


def test_a_seal_is_kept_in_the_file_and_in_the_table(county):
    seal = make_seal(county.now)
    kept = Seal.objects.get()
    assert settings.SEAL_FILE.read_text("utf-8") == kept.text + "\n"
    assert (kept.count, kept.at, kept.root) == (seal.count, county.now, seal.root)


def test_without_new_entries_no_new_seal_is_made(county):
    first = make_seal(county.now)
    assert make_seal(county.later(days=1)) == first
    assert len(read_seals()) == 1
    county.register()
    second = make_seal(county.now)
    assert [s.count for s in read_seals()] == [first.count, second.count]
    assert first.count < second.count


def test_a_seal_whose_row_was_lost_is_made_again(county):
    make_seal(county.now)
    Seal.objects.all().delete()
    make_seal(county.later(days=1))
    assert [s.count for s in read_seals()] == [head()[0]] * 2


def test_the_key_is_made_once_and_only_its_owner_may_read_it(county):
    first = seed()
    assert seed() == first
    assert len(first) == 32
    assert stat.S_IMODE(os.stat(settings.KEY_FILE).st_mode) == 0o600


def test_a_key_file_that_holds_no_key_is_an_error(county):
    settings.KEY_FILE.write_text("无")
    with pytest.raises(KeyInvalid):
        make_seal(county.now)
    assert not settings.SEAL_FILE.exists()
    assert not Seal.objects.exists()


def test_no_file_is_no_seal_and_a_damaged_line_is_an_error(county):
    assert read_seals() == []
    make_seal(county.now)
    fields = json.loads(settings.SEAL_FILE.read_text("utf-8"))
    settings.SEAL_FILE.write_text(json.dumps({**fields, "count": fields["count"] - 1}) + "\n", "utf-8")
    with pytest.raises(SealBroken):
        read_seals()


def test_the_root_of_fewer_entries_is_that_of_an_earlier_seal(county):
    early = make_seal(county.now)
    county.at("closed")
    seen = []
    assert root_of(early.count, progress=seen.append).hex() == early.root
    assert seen == [early.count]
    assert root_of(head()[0]).hex() != early.root
