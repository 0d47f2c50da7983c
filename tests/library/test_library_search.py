"""Finding: exactly the documents that hold a string, and what a query says."""

import random
from datetime import UTC, date, datetime

import pytest

from bihuan.library import kept
from bihuan.library.extract import Extracted
from bihuan.library.query import QueryInvalid
from bihuan.library.search import Filters, ids_with, search
from bihuan.library.store import correct, find, prepare, store
from bihuan.models import Document, DocumentSource
from bihuan.rules.errors import Invalid, NotFound
from tests.library.bundles import SENTENCES

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def put(text: str, name: str = "文.txt", campaign: int = 0) -> Document:
    extracted = Extracted(name, text.encode(), text, "txt")
    (stored,) = store(extracted, prepare(extracted), NOW, campaign=campaign)
    return Document.objects.get(pk=stored.document)


def titles(query: str, **more: object) -> list[str]:
    return sorted(hit.document.title for hit in search(query, **more).hits)


@pytest.fixture
def shelf() -> dict[str, Document]:
    return {
        name: put(text)
        for name, text in {
            "讲话": "在全县安全生产会议上的讲话\n（2025年3月5日）\n同志们：\n一、总体要求\n深入学习党的二十大精神。\n二、下一步\n抓好燃气安全，安全第一。\n",
            "通知": "青河县人民政府办公室关于加强燃气管理的通知\n各乡镇人民政府：\n请认真学习二十大报告，加强燃气管道（含软管）排查。\n青河县人民政府办公室\n2024年6月1日\n",
            "总结": "某局2023年工作总结\n全年完成投资12.5亿元，A级企业3家。\n一、安全生产\n安全形势平稳，管道、燃气各项工作有序。\n",
        }.items()
    }


def test_any_string_is_found_in_exactly_the_documents_that_hold_it():
    chance = random.Random(7)
    signs = ["“A-1”，", "（１）", "\n\n", "%_'\"*", "a.B", "100%", "①"]
    texts = {}
    for no in range(60):
        body = "".join(chance.choice([*SENTENCES, *signs]) for _ in range(12))
        document = put(f"关于第{no}号工作的报告\n{body}")
        texts[document.pk] = document.text
    for _ in range(250):
        text = chance.choice(list(texts.values()))
        start, size = chance.randrange(len(text)), chance.choice([1, 1, 2, 3, 5, 9, 20, 60, 100])
        wanted = text[start : start + size]
        assert set(ids_with(wanted)) == {pk for pk, t in texts.items() if wanted in t}, repr(wanted)
    assert ids_with("没有哪一份有这句话") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("燃气", ["总结", "讲话", "通知"]),
        ("燃气 软管", ["通知"]),
        ("软管 或 投资", ["总结", "通知"]),
        ("燃气 非 软管", ["总结", "讲话"]),
        ("燃气 -软管", ["总结", "讲话"]),
        ("(软管 或 投资) 燃气", ["总结", "通知"]),
        ("管道 近1 燃气", ["总结", "通知"]),
        ("软管 近2 管道", ["通知"]),
        ("软管 近1 管道", []),
        ("标题:燃气", ["通知"]),
        ("小标题:安全生产", ["总结"]),
        ("二十大", ["讲话", "通知"]),
        ("党的二十大", ["讲话", "通知"]),
        ("“党的二十大”", ["讲话"]),
        ("“A级”", ["总结"]),
        ("“a级”", []),
    ],
)
def test_a_query_means_what_it_says(shelf, query, found):
    assert titles(query) == sorted(shelf[name].title for name in found)


def test_words_that_no_document_has_together_are_looked_for_singly(shelf):
    found = search("软管 投资")
    assert (found.relaxed, found.total) == (True, 2)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(kinds=("讲话", "总结")), ["总结", "讲话"]),
        (Filters(body="青河县"), ["通知"]),
        (Filters(since=date(2024, 6, 1)), ["讲话", "通知"]),
        (Filters(until=date(2024, 12, 31)), ["通知"]),
        (Filters(levels=("县",)), ["讲话", "通知"]),
    ],
)
def test_filters_narrow_what_is_found(shelf, filters, found):
    assert titles("燃气", filters=filters) == sorted(shelf[name].title for name in found)


def test_a_hit_tells_passage_headings_and_how_often(shelf):
    (hit,) = search("安全第一").hits
    assert (hit.count, hit.path) == (1, ("二、下一步",))
    assert hit.document.text[hit.start : hit.end] == "安全第一"
    assert "抓好燃气安全，安全第一。" in hit.passage


def test_a_title_counts_more_than_a_mention_and_dates_sort(shelf):
    assert search("燃气").hits[0].document.pk == shelf["通知"].pk
    days = [hit.document.date for hit in search("燃气", sort="date").hits]
    assert days == [date(2025, 3, 5), date(2024, 6, 1), None]


def test_a_page_of_hits_says_how_many_there_are(shelf):
    found = search("燃气", limit=1, offset=1, sort="added")
    assert (found.total, [h.document.pk for h in found.hits]) == (3, [shelf["通知"].pk])


@pytest.mark.parametrize("query", ["", "非 甲", "甲 或", "(甲", "甲)", "甲 近5", "甲" * 101])
def test_a_query_that_says_nothing_is_refused(query):
    with pytest.raises(QueryInvalid):
        search(query)


def test_what_was_recognised_is_kept_with_how_sure_and_can_be_corrected(shelf):
    notice = shelf["通知"]
    assert (notice.kind, notice.body, notice.date) == ("通知", "青河县人民政府办公室", date(2024, 6, 1))
    assert notice.sure["date"] == 0.95
    correct(notice, "title", "关于燃气的通知（改）", 0, NOW)
    assert search("标题:“关于加强燃气”").hits == []
    assert [h.document.pk for h in search("标题:“（改）”").hits] == [notice.pk]
    assert find(notice.digest[:8]).sure["title"] == 1.0
    with pytest.raises(Invalid):
        correct(notice, "date", "二月三十", 0, NOW)
    with pytest.raises(NotFound):
        find("没有")


def test_the_same_text_twice_is_one_document_with_two_sources(shelf):
    again = put(shelf["总结"].text.replace("\n", "\n\n"), "另一份.txt")
    assert again.pk == shelf["总结"].pk
    assert DocumentSource.objects.filter(document_id=again.pk).count() == 2


def test_searches_are_kept_and_suggested(shelf):
    for query in ("燃气管理", "燃气", "燃气管理"):
        kept.remember(1, query, {}, NOW)
    kept.save(1, "常用", "软管", {}, NOW)
    assert [(s.name, s.query) for s in kept.searches(1)] == [("常用", "软管"), ("", "燃气管理"), ("", "燃气")]
    assert kept.suggestions("燃气", 1) == ["燃气管理", "燃气", shelf["通知"].title]
    assert kept.searches(2) == []
