"""A long string by its rarest pairs: few documents are left, and none that holds it is missing."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from bihuan.library.rarest import candidates
from bihuan.library.search import Filters, ids_with, search
from bihuan.library.store import digest_of
from bihuan.models import Document

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
COMMON = "各级人民政府应当加强安全生产监督管理"


def shelve(texts: list[str], kind: str = "报告") -> list[int]:
    rows = [
        Document(
            digest=digest_of(text), title=text[:10], kind=kind, body="", number="", level="", sure={}, added=NOW,
            length=len(text), headings="", outline=[], text=text,
        )
        for text in texts
    ]  # fmt: skip
    return [row.pk for row in Document.objects.bulk_create(rows)]


@pytest.fixture
def several() -> list[int]:
    """230 documents that share a sentence; every tenth has one of its own behind it."""
    return shelve(
        [f"第{no}号\n{COMMON}。" + (f"青河县龘第{no}户已搬迁。" if no % 10 == 0 else "") for no in range(230)]
    )


@pytest.fixture
def _sqlite_alone() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's index gives candidates by itself")


@pytest.mark.usefixtures("_sqlite_alone")
def test_a_string_with_a_rare_pair_leaves_few_candidates(several):
    assert candidates("监督管理。青河县龘第", "default") == several[::10]


@pytest.mark.usefixtures("_sqlite_alone")
def test_a_short_string_and_one_of_common_pairs_alone_leave_it_to_the_index(several):
    assert candidates("龘第1", "default") is None
    assert candidates(COMMON, "default") is None


def test_what_stands_in_many_documents_and_in_one_is_found_exactly(several):
    assert ids_with(COMMON) == several[::-1]
    assert search(COMMON, literal=True).total == 230
    assert ids_with("监督管理。青河县龘第") == several[::10][::-1]
    assert ids_with("龘第110户已搬迁") == [several[110]]


def test_a_candidate_whose_pairs_stand_apart_is_not_found(several):
    (apart,) = shelve(["河县龘的户已，青河县，第110户，龘第。"])
    assert apart not in ids_with("青河县龘第110户")
    assert ids_with("青河县龘第110户") == [several[110]]


def test_filters_hold_for_what_is_found_by_its_rarest_pairs(several):
    (notice,) = shelve(["通知\n青河县龘第110户已搬迁。"], kind="通知")
    assert [hit.document.pk for hit in search("青河县龘第110户", literal=True).hits] == [notice, several[110]]
    found = search("青河县龘第110户", literal=True, filters=Filters(kinds=("通知",)))
    assert [hit.document.pk for hit in found.hits] == [notice]


def test_a_guess_from_before_the_library_changed_finds_the_same(several):
    assert ids_with("龘第110户已搬迁") == [several[110]]  # the guess is made here at the latest
    Document.objects.filter(pk__lt=several[100]).delete()
    assert ids_with(COMMON) == several[:99:-1]
    new = shelve([f"{no}：龘第110户已搬迁" for no in range(20)])
    assert ids_with("龘第110户已搬迁") == [*new[::-1], several[110]]
