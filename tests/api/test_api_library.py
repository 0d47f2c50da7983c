"""The library through the API: found, brought, read, compared, taken apart, proofread, drafted."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.models import Document, Draft, Item
from tests.api.callers import SPEECH, Callers, answered

NOTICE = (
    "青河县人民政府办公室关于加强燃气管理的通知\n各乡镇人民政府：\n请加强燃气管道（含软管）排查，发现隐患立即整改，做到不漏一户、不漏一处。\n"
    "青河县人民政府办公室\n2024年6月1日\n"
)
WRONG = "做好工作，抓好台帐。\n推进推进项目建设。\n"


def posted(name, content):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def brought(office: Callers, text=SPEECH, name="讲话.txt", **form):
    return office.post("chief", "/library/files", {"file": posted(name, text), **form}, 201)


def content_of(response):
    assert response.status_code == 200, response.content.decode()
    return response.getvalue()


def test_a_file_is_brought_once_however_often_it_is_sent(office: Callers):
    first = brought(office, campaign=office.campaign)
    assert [(d["title"], d["new"], d["file"]) for d in first["documents"]] == [
        ("在全县安全生产会议上的讲话", True, "讲话.txt")
    ]
    again = brought(office, SPEECH.replace("\n", "\r\n").encode("gb18030"), "又.txt")
    assert [(d["id"], d["new"]) for d in again["documents"]] == [(first["documents"][0]["id"], False)]
    found = office.get("handler", f"/library/documents/{first['documents'][0]['id']}")
    assert (found["kind"], found["campaign_id"]) == ("讲话", office.campaign)
    assert [source["path"] for source in found["sources"]] == ["讲话.txt", "又.txt"]


def test_what_cannot_be_read_of_a_zip_is_told_and_the_rest_is_taken_in(office: Callers):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as made:
        made.writestr("讲话.txt", SPEECH)
        made.writestr("坏.pdf", b"%PDF-1.4 broken")
    done = brought(office, package.getvalue(), "来文.zip")
    assert [d["file"] for d in done["documents"]] == ["来文.zip/讲话.txt"]
    assert [f["file"] for f in done["failed"]] == ["来文.zip/坏.pdf"]
    refused = office.call("chief", "post", "/library/files", {"file": posted("坏.pdf", b"%PDF-1.4 broken")})
    assert refused.status_code == 422
    assert (
        office.call("handler", "post", "/library/files", {"file": posted("a.txt", SPEECH)}).status_code == 403
    )


def test_documents_are_found_page_by_page_by_words_and_filters(office: Callers):
    brought(office)
    brought(office, NOTICE, "通知.txt")
    first = office.get("handler", "/library/documents?q=燃气&size=1&sort=added")
    second = office.get("handler", f"/library/documents?q=燃气&size=1&sort=added&after={first['next']}")
    assert [first["total"], second["total"], second["next"]] == [2, 2, ""]
    assert [first["rows"][0]["kind"], second["rows"][0]["kind"]] == ["通知", "讲话"]
    exact = office.get("handler", "/library/documents?q=管道（含软管）&exact=true")["rows"]
    assert [(hit["kind"], hit["count"]) for hit in exact] == [("通知", 1)]
    text = office.get("handler", f"/library/documents/{exact[0]['id']}")["text"]
    assert text[exact[0]["start"] : exact[0]["end"]] == "管道（含软管）"
    kinds = office.get("handler", "/library/documents?kind=通知")["rows"]
    assert [hit["kind"] for hit in kinds] == ["通知"]
    wrong = office.call("handler", "get", "/library/documents?kind=没有")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
    assert office.call("handler", "get", "/library/documents?q=(").json()["code"] == "query-invalid"
    assert "青河县人民政府办公室关于加强燃气管理的通知" in office.get(
        "handler", "/library/suggestions?q=燃气"
    )


def test_what_was_recognised_wrongly_is_put_right_and_what_was_stays_known(office: Callers):
    ident = brought(office)["documents"][0]["id"]
    found = office.post("chief", f"/library/documents/{ident}/correct", {"date": "2025-03-06", "level": "县"})
    assert (found["date"], found["level"], found["sure"]["date"]) == ("2025-03-06", "县", 1.0)
    assert ("date", "2025-03-05", "2025-03-06") in [
        (c["field"], c["was"], c["value"]) for c in found["corrections"]
    ]


@pytest.mark.parametrize("form", ["original", "docx", "txt"])
def test_a_document_is_taken_away_in_each_form_and_the_basket_as_one_zip(office: Callers, form):
    ident = brought(office)["documents"][0]["id"]
    content = content_of(office.call("handler", "get", f"/library/documents/{ident}/files/{form}"))
    assert content[:2] == b"PK" if form == "docx" else "燃气管道改造" in content.decode()
    assert office.post("handler", "/library/basket", {"documents": [ident, ident]}) == {"added": 1}
    package = content_of(office.call("handler", "get", f"/library/basket/zip?as={form}"))
    with zipfile.ZipFile(io.BytesIO(package)) as made:
        assert len(made.namelist()) == 1
    assert office.call("handler", "delete", f"/library/basket/{ident}").status_code == 204
    assert office.get("handler", "/library/basket") == []


def test_saved_searches_are_each_persons_own_and_lead_to_the_same_documents(office: Callers):
    brought(office)
    kept = office.post("handler", "/library/searches", {"name": "燃气", "q": "燃气", "kind": ["讲话"]}, 201)
    assert office.get("handler", f"/library/documents?{kept['query']}")["total"] == 1
    assert [row["name"] for row in office.get("handler", "/library/searches")] == ["燃气"]
    assert office.call("chief", "delete", f"/library/searches/{kept['id']}").status_code == 404
    assert office.call("handler", "delete", f"/library/searches/{kept['id']}").status_code == 204


def test_a_text_is_compared_and_a_bundle_looked_at_without_being_stored(office: Callers):
    ident = brought(office)["documents"][0]["id"]
    (one,) = office.post("handler", "/library/similar", {"text": SPEECH})
    assert (one["id"], one["share"]) == (ident, 100.0)
    assert office.get("handler", f"/library/documents/{ident}/similar") == []
    parts = office.post("chief", "/library/split", {"file": posted("汇编.txt", f"{SPEECH}\n\n\n{NOTICE}")})
    assert [part["kind"] for part in parts["documents"]] == ["讲话", "通知"]
    assert Document.objects.count() == 1


def test_tasks_are_read_and_accepted_once_under_a_key(office: Callers):
    ident = brought(office)["documents"][0]["id"]
    address, register = f"/library/documents/{ident}/tasks", office.registers["rectification"]
    tasks = office.get("chief", address)
    assert [task["due"] for task in tasks] == ["2025-06-30", "2025-05-31"]
    looked = office.post("chief", "/library/decompose", {"file": posted("讲话.txt", SPEECH)})
    assert [task["text"] for task in looked] == [task["text"] for task in tasks]
    wanted = {"register_id": register, "tasks": [{"start": tasks[0]["start"], "text": "改造燃气管道"}]}
    before = Item.objects.count()
    first = office.post("chief", address, wanted, 201, Idempotency_Key="a")
    assert office.post("chief", address, wanted, 201, Idempotency_Key="a") == first
    again = office.post("chief", address, wanted, 201)
    assert (again[0]["number"], again[0]["already"], first[0]["already"]) == (first[0]["number"], True, False)
    assert first[0]["unknown"] == ["县住建局"]
    assert Item.objects.count() == before + 1
    assert [i["number"] for i in office.get("chief", f"/library/documents/{ident}")["items"]] == [
        first[0]["number"]
    ]
    for wrong in ({"start": 1}, {"start": tasks[1]["start"], "owner": "没有的局"}):
        refused = office.call("chief", "post", address, wanted | {"tasks": [wrong]})
        assert refused.status_code == 422
    assert Item.objects.count() == before + 1


def test_a_text_is_proofread_fixed_and_a_finding_put_aside(office: Callers):
    found = office.post("handler", "/proofread", {"text": WRONG})
    by_rule = {f["rule"]: f for f in found["findings"]}
    assert by_rule["wrong-word"]["suggestion"] == "台账"
    assert "台账" in found["fixed"]
    wrong = by_rule["wrong-word"]
    given = {
        "text": WRONG,
        "rule": "wrong-word",
        "start": wrong["start"],
        "end": wrong["end"],
        "reason": "原文如此",
    }
    assert office.post("handler", "/proofread/dismiss", given)["reason"] == "原文如此"
    again = office.post("handler", "/proofread", {"text": WRONG})
    assert [f["reason"] for f in again["findings"] if f["rule"] == "wrong-word"] == ["原文如此"]
    assert "台帐" in again["fixed"]
    fixed = office.call("handler", "post", "/proofread/fixed", {"file": posted("a.txt", "抓好台帐。\r\n")})
    assert content_of(fixed) == "抓好台账。\r\n".encode()


def test_the_offices_words_count_wherever_a_text_is_proofread(office: Callers):
    text = "清水和项目和台帐。"
    rules = lambda: [f["text"] for f in office.post("handler", "/proofread", {"text": text})["findings"]]  # noqa: E731
    assert "清水和" not in rules()
    assert office.get("handler", "/proofread/words")["version"] == 0
    kept = office.post(
        "chief", "/proofread/words", {"text": "[wrong]\n清水和 清水河\n[allowed]\n台帐"}, If_Match='"0"'
    )
    assert "清水和" in rules()
    assert "台帐" not in rules()
    stale = office.call("chief", "post", "/proofread/words", {"text": ""}, If_Match='"0"')
    assert (stale.status_code, stale.json()["version"]) == (412, kept["version"])
    broken = office.call("chief", "post", "/proofread/words", {"text": "[wrong]\n清水和"})
    assert (broken.status_code, broken.json()["code"]) == (422, "words-invalid")
    assert "第 2 行" in broken.json()["message"]
    assert office.call("handler", "post", "/proofread/words", {"text": ""}).status_code == 403


def test_a_draft_goes_from_its_beginning_to_the_library(office: Callers):
    made = office.post("chief", "/drafts", {"kind": "notice"}, 201)
    address = f"/drafts/{made['id']}"
    assert "缺项" in [p["kind"] for p in office.get("chief", f"{address}/problems")]
    assert office.call("chief", "post", f"{address}/actions/final", {}).json()["code"] == "draft-has-problems"
    body = "请各乡镇于3月6日前报送燃气排查情况。"
    changed = office.post(
        "chief",
        f"{address}/actions/change",
        {"title": "关于报送燃气排查情况的通知", "body": body},
        If_Match='"1"',
    )
    assert (changed["version"], changed["text"]) == (2, [body])
    stale = office.call("chief", "post", f"{address}/actions/change", {"body": ""}, If_Match='"1"')
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    source = brought(office)["documents"][0]["id"]
    text = Document.objects.get(pk=source).text
    start = text.index("县住建局")
    put = office.post(
        "chief",
        f"{address}/actions/put",
        {"document": source, "start": start, "end": len(text)},
        If_Match='"2"',
    )
    assert len(put["text"]) == 2
    for problem in office.get("chief", f"{address}/problems"):
        if problem["finding"] and problem["blocks"]:
            given = {"finding": problem["finding"], "place": problem["place"], "reason": "规范如此"}
            office.post("chief", f"{address}/actions/ignore", given)
    done = office.post("chief", f"{address}/actions/final", {}, If_Match='"3"')
    assert (done["final"], content_of(office.call("chief", "get", f"{address}/file"))[:2]) == (True, b"PK")
    assert len(office.post("chief", f"{address}/actions/shelve", {})["documents"]) == 1
    assert office.call("chief", "delete", address).status_code == 422
    office.post("chief", f"{address}/actions/back", {})
    assert office.call("chief", "delete", address).status_code == 204
    assert not Draft.objects.filter(pk=made["id"]).exists()
    assert answered(office.call("handler", "get", "/drafts"), 403)["code"] == "not-allowed"
