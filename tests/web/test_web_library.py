"""The library's pages: find, read, correct, take away, bring in; who may do what of it."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bihuan.library.citing import mention
from bihuan.library.extract import Extracted
from bihuan.library.store import prepare, store
from bihuan.models import BasketEntry, Document, DocumentCorrection, KeptSearch, LibraryUpload
from bihuan.rules.permissions import Role
from bihuan.web.dates import now
from tests.web.markup import faults
from tests.web.office import HTMX, Office, notice_of, text_of

SPEECH = (
    "在全县安全生产会议上的讲话\n（2025年3月5日）\n同志们：\n一、总体要求\n深入学习党的二十大精神，抓好燃气安全。\n"
    "二、下一步\n县住建局牵头，6月底前完成120处燃气管道改造。各乡镇要在5月底前完成入户排查。\n"
)
NOTICE = (
    "青河县人民政府办公室关于加强燃气管理的通知\n各乡镇人民政府：\n请认真学习二十大报告，加强燃气管道（含软管）排查，"
    "发现隐患立即整改，做到不漏一户、不漏一处。\n青河县人民政府办公室\n2024年6月1日\n"
)


def put(text: str, name: str = "文.txt", campaign: int = 0) -> Document:
    extracted = Extracted(name, text.encode(), text, "txt")
    (stored,) = store(extracted, prepare(extracted), now(), campaign=campaign)
    return Document.objects.get(pk=stored.document)


@pytest.fixture
def shelf(office: Office) -> dict[str, Document]:
    return {"讲话": put(SPEECH), "通知": put(NOTICE, campaign=office.campaign)}


def page(office: Office, name: str, person: str = "handler", args=(), **query):
    return office.as_(person).get(reverse(name, args=args), query)


def titles(response) -> list[str]:
    found = re.findall(r'class="hit-title"[^>]*>(.*?)</a>', response.content.decode(), re.DOTALL)
    return [re.sub(r"<[^>]+>|\s", "", title) for title in found]


def posted(name: str, content: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "燃气"}, ["讲话", "通知"]),
        ({"q": "燃气 软管"}, ["通知"]),
        ({"q": "燃气 非 软管"}, ["讲话"]),
        ({"q": "管道（含软管）", "exact": "1"}, ["通知"]),
        ({"q": "标题:讲话"}, ["讲话"]),
        ({"q": "小标题:下一步"}, ["讲话"]),
        ({"q": "认真 近12 报告"}, ["通知"]),
        ({"q": "燃气", "kind": "通知"}, ["通知"]),
        ({"q": "燃气", "since": "2025-01-01"}, ["讲话"]),
        ({"q": "燃气", "body": "青河县"}, ["通知"]),
        ({"kind": "讲话"}, ["讲话"]),
        ({"campaign": "CAMPAIGN"}, ["通知"]),
        ({"sort": "date"}, ["讲话", "通知"]),
        ({"q": "没有这句话的"}, []),
    ],
)
def test_a_search_finds_the_documents_that_its_words_and_filters_ask_for(office: Office, shelf, query, found):
    query = {k: office.campaign if v == "CAMPAIGN" else v for k, v in query.items()}
    response = page(office, "library", **query)
    wanted = [re.sub(r"\s", "", shelf[kind].title) for kind in found]
    assert (titles(response) if query.get("sort") else sorted(titles(response))) == (
        wanted if query.get("sort") else sorted(wanted)
    )
    assert faults(response.content.decode()) == []
    if not found:
        assert "没有找到" in text_of(response)


def test_a_hit_shows_its_passage_with_the_words_marked_its_headings_and_how_often(office: Office, shelf):
    html = page(office, "library", q="燃气 管道").content.decode()
    assert html.count("<mark>燃气</mark>") >= 3
    text = text_of(page(office, "library", q="入户排查"))
    assert "二、下一步" in text
    assert "文中 1 处" in text
    fragment = office.as_("handler").get(reverse("library"), {"q": "燃气"}, headers=HTMX).content.decode()
    assert fragment.lstrip().startswith('<section id="results"')


def test_a_combination_filled_in_field_by_field_becomes_one_query(office: Office, shelf):
    response = page(office, "library", all="燃气", none="软管", near="总体 要求", distance="5")
    from urllib.parse import parse_qs, urlsplit

    address = urlsplit(response["Location"])
    assert parse_qs(address.query) == {"q": ["燃气 总体 近5 要求 非 软管"]}
    assert titles(office.as_("handler").get(response["Location"])) == [shelf["讲话"].title]


def test_a_query_that_cannot_be_read_says_what_is_wrong(office: Office, shelf):
    response = page(office, "library", q="甲 或")
    assert response.status_code == 422
    assert "两边都要有字" in text_of(response)


def test_searches_are_remembered_kept_offered_and_deleted_each_persons_own(office: Office, shelf):
    page(office, "library", q="燃气管道", kind="通知")
    client = office.as_("handler")
    client.post(reverse("library-keep"), {"name": "燃气", "query": "q=燃气管道&kind=通知"})
    home = page(office, "library").content.decode()
    assert home.count("q=%E7%87%83%E6%B0%94%E7%AE%A1%E9%81%93&amp;kind=%E9%80%9A%E7%9F%A5") == 2
    assert '<option value="燃气管道">' in page(office, "library-suggest", q="燃气").content.decode()
    assert (
        "青河县人民政府办公室关于加强燃气管理的通知"
        in page(office, "library-suggest", "other_handler", q="加强燃气").content.decode()
    )
    assert "还没有查找过" in text_of(page(office, "library", "other_handler"))
    kept = KeptSearch.objects.get(name="燃气")
    assert office.as_("other_handler").post(reverse("library-drop", args=[kept.pk])).status_code == 404
    client.post(reverse("library-drop", args=[kept.pk]))
    assert list(KeptSearch.objects.values_list("name", flat=True)) == [""]


def test_a_document_is_read_with_outline_finds_source_and_what_of_the_ledger_cites_it(office: Office, shelf):
    speech = shelf["讲话"]
    seen = office.at("working", source=f"{mention(speech.title, speech.digest)}第 1～2 字")
    office.at(
        "approved", source=f"{mention(speech.title, speech.digest)}第 3～4 字", owner=office.units["village"]
    )
    response = page(office, "library-one", args=[speech.pk], find="燃气")
    html = response.content.decode()
    assert faults(html) == []
    assert re.findall(r'id="f(\d+)" href="#f(\d+)"', html) == [("1", "2"), ("2", "1")]
    assert "出处：《在全县安全生产会议上的讲话》，2025年3月5日" in text_of(response)
    assert len(re.findall(r'href="/items/\d+/"', html)) == 1
    assert f'href="/items/{seen}/"' in html
    item = office.as_("supervisor").get(reverse("items-one", args=[seen])).content.decode()
    assert f'href="/library/{speech.pk}/"' in item
    assert faults(item) == []


def test_evidence_of_a_closed_item_is_filed_and_leads_back_to_it(office: Office):
    item = office.at("closed")
    response = office.as_("supervisor").post(reverse("library-evidence", args=[item]), follow=True)
    assert response.status_code == 200
    assert "归入资料库" in notice_of(response)
    working = office.at("working")
    refused = office.as_("supervisor").post(reverse("library-evidence", args=[working]))
    assert (refused.status_code, "还没有销号" in text_of(refused)) == (422, True)


def test_corrections_are_kept_with_who_made_them(office: Office, shelf):
    notice = shelf["通知"]
    form = {"title": notice.title, "kind": "通知", "body": "青河县人民政府", "number": notice.number,
            "date": "2024-06-02", "level": notice.level}  # fmt: skip
    office.as_("supervisor").post(reverse("library-correct", args=[notice.pk]), form)
    notice.refresh_from_db()
    assert (notice.body, notice.date.isoformat()) == ("青河县人民政府", "2024-06-02")
    supervisor = office.people["supervisor"].person
    assert set(DocumentCorrection.objects.values_list("field", "person_id")) == {
        ("body", supervisor),
        ("date", supervisor),
    }
    assert "更正为“青河县人民政府”" in text_of(page(office, "library-one", args=[notice.pk]))
    wrong = office.as_("supervisor").post(
        reverse("library-correct", args=[notice.pk]), {"date": "2024-02-30"}
    )
    assert wrong.status_code == 422
    assert office.as_("handler").post(reverse("library-correct", args=[notice.pk]), form).status_code == 403


def test_documents_leave_one_by_one_or_as_a_basket_in_one_zip(office: Office, shelf):
    client, one = office.as_("handler"), shelf["通知"]
    for form, begins in (("original", NOTICE.encode()), ("txt", NOTICE.strip().encode()), ("docx", b"PK")):
        assert client.get(reverse("library-file", args=[one.pk, form])).getvalue().startswith(begins)
    assert client.get(reverse("library-file", args=[one.pk, "exe"])).status_code == 404
    assert client.get(reverse("library-basket-zip")).status_code == 422
    client.post(
        reverse("library-basket"),
        {"document": [d.pk for d in shelf.values()], "back": "https://elsewhere.example/"},
    )
    assert faults(client.get(reverse("library-basket")).content.decode()) == []
    content = client.get(reverse("library-basket-zip"), {"as": "txt"}).getvalue()
    assert sorted(zipfile.ZipFile(io.BytesIO(content)).namelist()) == sorted(
        f"{d.title}.txt" for d in shelf.values()
    )
    client.post(reverse("library-basket"), {"document": one.pk, "do": "out"})
    assert BasketEntry.objects.count() == 1
    assert (
        client.post(reverse("library-basket"), {"document": one.pk, "back": "https://elsewhere.example/"})[
            "Location"
        ]
        == "/library/basket/"
    )
    client.post(reverse("library-basket"), {"do": "empty"})
    assert BasketEntry.objects.count() == 0


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, text in files.items():
            package.writestr(name.replace("_", "."), text)
    return out.getvalue()


def test_many_files_are_taken_in_step_by_step_and_what_fails_says_why(office: Office):
    client = office.as_("supervisor")
    files = [
        posted("讲话.txt", SPEECH),
        posted("空.txt", " "),
        posted("包.zip", zipped(通知_txt=NOTICE, 坏_docx="PK\x03\x04broken", 讲话_txt=SPEECH)),
    ]
    response = client.post(reverse("library-add"), {"file": files, "campaign": office.campaign})
    batch = response["Location"]
    assert faults(client.get(batch).content.decode()) == []
    assert "正在收：0 / 3" in text_of(client.get(batch))
    for _ in range(6):
        fragment = client.post(batch, headers=HTMX)
    text = text_of(fragment)
    assert "收完了：3 个文件" in text
    assert "空.txt" in text
    assert "包.zip/坏.docx" in text
    assert "hx-post" not in fragment.content.decode()
    rows = {row.name: (row.done, len(row.documents), len(row.failed)) for row in LibraryUpload.objects.all()}
    assert rows == {"讲话.txt": (1, 1, 0), "空.txt": (1, 0, 1), "包.zip": (3, 2, 1)}
    assert set(Document.objects.values_list("title", "campaign_id")) == {
        ("在全县安全生产会议上的讲话", office.campaign), ("青河县人民政府办公室关于加强燃气管理的通知", office.campaign)
    }  # fmt: skip
    assert "讲话.txt 等 3 个" in text_of(client.get(reverse("library-add")))
    assert client.post(reverse("library-add")).status_code == 422
    office.add_person("second", "county", (Role.SUPERVISOR,))
    assert office.as_("second").get(batch).status_code == 403


def test_a_batch_goes_on_where_it_stopped(office: Office, monkeypatch):
    from bihuan.library import uploads

    client = office.as_("supervisor")
    batch = client.post(
        reverse("library-add"), {"file": posted("包.zip", zipped(a_txt=SPEECH, b_txt=NOTICE))}
    )["Location"]
    (row,) = LibraryUpload.objects.all()
    uploads.step([row], lambda _: zipped(a_txt=SPEECH, b_txt=NOTICE), now, seconds=1e-9)
    uploads.step([row], lambda _: zipped(a_txt=SPEECH, b_txt=NOTICE), now, seconds=0)
    row.refresh_from_db()
    assert (row.done, row.finished) in {(0, False), (1, False)}
    stale = LibraryUpload.objects.get()
    client.post(batch)
    uploads.step([stale], lambda _: zipped(a_txt=SPEECH, b_txt=NOTICE), now)
    row.refresh_from_db()
    assert (row.done, row.finished, len(row.documents)) == (2, True, 2)
    assert Document.objects.count() == 2


def test_a_bundle_is_shown_split_and_only_what_is_ticked_is_stored(office: Office):
    from tests.library.bundles import make

    client = office.as_("supervisor")
    preview = client.post(reverse("library-add"), {"file": posted("汇编.txt", make(3).text), "look": "1"})[
        "Location"
    ]
    response = client.get(preview)
    assert faults(response.content.decode()) == []
    parts = re.findall(r'name="part" value="(\d+)"', response.content.decode())
    assert len(parts) > 1
    assert not Document.objects.exists()
    assert client.post(preview).status_code == 422
    done = client.post(preview, {"part": parts[1]})
    stored = Document.objects.get()
    assert done["Location"] == reverse("library-one", args=[stored.pk])
    assert stored.title in response.content.decode()


@pytest.mark.parametrize("person", ["admin", "security", "audit"])
def test_administrators_see_nothing_of_the_library(office: Office, shelf, person):
    for name, args in (
        ("library", []),
        ("library-one", [shelf["讲话"].pk]),
        ("library-similar", []),
        ("library-proofread", []),
    ):
        response = page(office, name, person, args)
        assert (response.status_code, "燃气" in text_of(response)) == (403, False)


def test_passages_that_documents_share_are_shown_side_by_side_with_their_share(office: Office, shelf):
    client = office.as_("handler")
    mine = "我们的通知\n" + NOTICE.split("\n")[2] + "\n另有一段自己写的话，与别处都不相同，说明情况。\n"
    response = client.post(reverse("library-similar"), {"text": mine, "other": shelf["通知"].pk})
    html = response.content.decode()
    assert faults(html) == []
    share = float(re.search(r"([\d.]+)%</td>", html)[1])
    assert 30 < share < 80
    left, right = html.split('class="side"')[1:]
    assert 'class="shared" id="l1" href="#r1"' in left
    assert '<sup id="r1">1</sup>' in right
    again = put(NOTICE.replace("各乡镇人民政府", "各街道办事处"))
    listed = text_of(page(office, "library-similar", document=again.pk))
    assert shelf["通知"].title in listed
    assert client.post(reverse("library-similar"), {"text": " "}).status_code == 422
    assert "没有雷同的文档" in text_of(
        client.post(reverse("library-similar"), {"text": "毫不相干的一句话，没有人这样写过。"})
    )


def accepted(rows: str, **changes: str) -> dict[str, str]:
    """The form of the tasks as it stands in ``rows`` (HTML), with changes."""
    inputs = r'<input[^>]*name="((?:take|owner|helpers|due)-\d+)"[^>]*value="([^"]*)"'
    form = dict(re.findall(inputs, rows))
    form |= dict(re.findall(r'<textarea[^>]*name="(text-\d+)"[^>]*>([^<]*)</textarea>', rows))
    return form | changes


def test_tasks_are_proposed_beside_the_text_and_accepted_ones_become_items_with_their_source(
    office: Office, shelf
):
    from bihuan.models import Item

    speech, client = shelf["讲话"], office.as_("supervisor")
    address = reverse("library-decompose-one", args=[speech.pk])
    html = client.get(address).content.decode()
    assert faults(html) == []
    form = accepted(html)
    assert (form["due-1"], form["owner-1"]) == ("2025-06-30", "县住建局")
    assert "台账里没有：县住建局" in html
    register = office.registers["rectification"]
    before = Item.objects.count()
    wrong = client.post(address, form | {"register": register, "owner-1": "没有的单位"})
    assert wrong.status_code == 422
    assert "没有的单位" in text_of(wrong)
    nowhere = client.post(address, form)
    assert nowhere.status_code == 422
    half = client.post(address, form | {"register": register, "text-2": ""})
    assert half.status_code == 422
    assert Item.objects.count() == before, "one wrong task keeps all of them out"
    form.pop("take-2")
    done = client.post(address, form | {"register": register, "text-1": "完成燃气管道改造"}, follow=True)
    item = Item.objects.latest("id")
    assert (item.title, item.due.isoformat(), Item.objects.count()) == (
        "完成燃气管道改造",
        "2025-06-30",
        before + 1,
    )
    assert item.source.startswith(mention(speech.title, speech.digest))
    assert "6月底前完成120处" in item.source
    assert "没有填，请在交办时指定：县住建局" in notice_of(done)
    client.post(address, form | {"register": register})
    assert Item.objects.count() == before + 1
    assert office.as_("handler").get(address).status_code == 403


def test_a_speech_that_is_brought_is_taken_in_and_decomposed(office: Office):
    done = office.as_("supervisor").post(reverse("library-decompose"), {"file": posted("讲话.txt", SPEECH)})
    assert done["Location"] == reverse("library-decompose-one", args=[Document.objects.get().pk])
    assert faults(page(office, "library-decompose", "supervisor").content.decode()) == []
