"""Calls as programs make them: the loop from end to end, once, on the version they read, and every way to be refused."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.ledger.reading import head
from bihuan.ledger.seal import read_seals
from bihuan.models import Answer, Entry, Evidence, Import, Item, Token, Unit
from bihuan.queries import sign_index
from bihuan.queries.chosen import Chosen, filter_of
from bihuan.queries.items import page_of
from bihuan.queries.scope import Scope
from bihuan.web.dates import today
from tests.api.callers import Callers, answered
from tests.web.office import in_days
from verifier import bihuan_verify
from verifier.bihuan_verify import verify


def file(content=b"\xe6\x9d\x90\xe6\x96\x99", name="材料.txt"):
    return SimpleUploadedFile(name, content)


def test_an_item_goes_from_registration_to_closure_by_calls_alone(office: Callers):
    given = {"title": "疏通河道", "klass": "立行立改", "due": in_days(60), "measures": ["清淤"]}
    made = office.post("supervisor", f"/registers/{office.registers['rectification']}/items", given, 201)
    item = f"/items/{made['item']}"

    def step(by, action, **values):
        return office.post(by, f"{item}/actions/{action}", values)

    step("supervisor", "approve")
    step("supervisor", "assign", owner=office.units["town"])
    step("handler", "accept", handler="李四")
    done = step("handler", "report", text="已清淤", percent=100, measures={"1": {"state": "done"}})
    attached = office.post("handler", f"{item}/actions/attach", {"file": file(), "note": "照片"})
    assert attached["version"] == done["version"] + 1
    procedure = office.procedure(made["item"])
    for condition in procedure.closing:
        if condition.kind == "evidence":
            for n in range(condition.count):
                office.post(
                    "handler",
                    f"{item}/actions/attach",
                    {"file": file(f"{n}".encode()), "evidence": (condition.of or ("",))[0]},
                )
    stated = [c.name for c in procedure.conditions("submit") if c.kind == "statement"]
    step("handler", "submit", text="已完成", affirmed=stated)
    while office.get("chief", item)["state"] == "reviewing":
        level = procedure.levels[office.row(made["item"]).level - 1]
        step({"unit_head": "head"}.get(level.role, level.role), "review", passed=True, opinion="同意")
    stated = [c.name for c in procedure.conditions("close") if c.kind == "statement"]
    assert step("supervisor", "close", rating="满意", affirmed=stated)["state"] == "closed"
    found = office.get("handler", item)
    assert (found["state"], found["measures_done"], found["owner"]) == ("closed", 1, "东镇")
    assert [e["kind"] for e in found["timeline"]] == office.kinds(made["item"])
    assert (
        found["timeline"][-1]["hash"] == bytes(Entry.objects.get(pk=found["timeline"][-1]["seq"]).hash).hex()
    )
    kept = found["evidence_list"][0]
    content = office.call("handler", "get", f"{item}/evidence/{kept['id']}")
    assert (content.getvalue(), kept["note"]) == ("材料".encode(), "照片")


def test_the_same_call_with_the_same_key_is_answered_the_same_and_does_nothing_twice(office: Callers):
    item = office.at("working")
    address, before = f"/items/{item}/actions/comment", head()[0]
    first = office.call("handler", "post", address, {"text": "好"}, Idempotency_Key="a-1")
    again = office.call("handler", "post", address, {"text": "好"}, Idempotency_Key="a-1")
    assert answered(first, 200) == answered(again, 200)
    assert (first.headers.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert head()[0] == before + 1
    other = answered(office.call("handler", "post", address, {"text": "不好"}, Idempotency_Key="a-1"), 409)
    assert other["code"] == "key-reused"
    office.post("head", address, {"text": "不好"}, Idempotency_Key="a-1")  # a key is one token's own
    office.post("handler", address, {"text": "不好"}, Idempotency_Key="a-2")
    assert head()[0] == before + 3


def test_a_file_sent_again_under_its_key_is_attached_once_and_another_file_is_refused(office: Callers):
    address = f"/items/{office.at('working')}/actions/attach"
    for _ in range(2):
        office.post("handler", address, {"file": file()}, Idempotency_Key="f")
    office.post("handler", address, {"file": file(b"other")}, 409, Idempotency_Key="f")
    assert Evidence.objects.count() == 1


def test_a_refusal_is_not_kept_under_its_key(office: Callers):
    item = office.at("assigned")
    office.post("handler", f"/items/{item}/actions/report", {"text": "开工"}, 422, Idempotency_Key="r")
    assert Answer.objects.count() == 0
    office.do("accept", item, "handler")
    office.post("handler", f"/items/{item}/actions/report", {"text": "开工"}, Idempotency_Key="r")
    assert Answer.objects.count() == 1


def test_a_kept_answer_is_forgotten_after_a_day_and_cannot_be_read_without_the_token(office: Callers):
    address = f"/people/{office.people['head'].person}/account"
    made = office.post("admin", address, {"name": "zhang"}, 201, Idempotency_Key="p")
    kept = Answer.objects.get()
    assert made["password"] not in kept.content
    assert office.post("admin", address, {"name": "zhang"}, 201, Idempotency_Key="p") == made
    Answer.objects.update(at=kept.at - timedelta(days=1, seconds=1))
    office.post("admin", address, {"name": "zhang"}, 422, Idempotency_Key="p")


def test_a_step_on_an_old_version_is_refused_with_the_present_one(office: Callers):
    item = office.at("working")
    read = office.call("handler", "get", f"/items/{item}")
    tag = read["ETag"]
    assert tag == f'"{office.row(item).version}"'
    address = f"/items/{item}/actions/comment"
    done = office.post("handler", address, {"text": "一"}, If_Match=tag)
    refused = office.post("handler", address, {"text": "二"}, 412, If_Match=tag)
    assert (refused["code"], refused["version"]) == ("stale", done["version"])
    office.post("handler", address, {"text": "二"}, If_Match=str(refused["version"]))


def test_a_list_is_read_to_its_end_page_by_page_in_the_order_of_the_pages(office: Callers):
    for n in range(5):
        office.register(title=f"事{n}", due=in_days(60 + n % 3))
    for sort in ("due", "number", "newest", "changed"):
        rows, after = [], ""
        while True:
            page = office.get("supervisor", f"/items?sort={sort}&size=2&after={after}")
            rows += [row["id"] for row in page["rows"]]
            after = page["next"]
            if not after:
                break
        who = Scope(office.people["supervisor"])
        whole = page_of(filter_of(Chosen(), who.registers, who), sort=sort, size=100).rows
        assert rows == [item.pk for item in whole]
        assert (page["total"], page["exact"]) == (5, True)
    for sort, cursor in (("due", "[1,1]"), ("number", '["2026-01-01",1]'), ("due", '["x",1]'), ("due", "7")):
        from base64 import urlsafe_b64encode

        after = urlsafe_b64encode(cursor.encode()).decode()
        assert (
            answered(office.call("supervisor", "get", f"/items?sort={sort}&after={after}"), 422)["code"]
            == "invalid"
        )


def test_the_filters_are_those_of_the_page(office: Callers):
    working, other = office.at("working", title="修桥"), office.at("approved", title="修路")
    for query, ids in (
        ("state=working", [working]), ("state=open&sort=number", [working, other]), ("q=桥", [working]),
        ("owner=" + str(office.units["village"]), []), ("class=分阶段整改&state=approved", [other]),
        (f"due_from={in_days(61)}", []), ("overdue=true", []), ("register=" + str(office.registers["task"]), []),
    ):  # fmt: skip
        assert [row["id"] for row in office.get("supervisor", f"/items?{query}")["rows"]] == ids, query
    found = office.call("supervisor", "get", "/items?state=nonsense")
    assert answered(found, 422)["where"] == "query.state"


@pytest.mark.parametrize(
    ("status", "code", "content", "kind"),
    [
        (400, "unreadable", b"{", "application/json"),
        (400, "unreadable", b"[" * 100_000, "application/json"),
        (400, "unreadable", b'{"text": NaN}', "application/json"),
        (400, "unreadable", b'{"text": "a\\u0000b"}', "application/json"),
        (400, "unreadable", b'{"text": "\\ud800"}', "application/json"),
        (400, "unreadable", b'{"text": 1e400}', "application/json"),
        (400, "unreadable", b"\xff", "application/json"),
        (400, "unreadable", b"x", "multipart/form-data; boundary="),
        (413, "too-big", b" " * (5 * 1024 * 1024 + 1), "application/json"),
        (415, "wrong-media", b"text=x", "application/x-www-form-urlencoded"),
        (415, "wrong-media", b"--x--\r\n", "multipart/form-data; boundary=x"),
        (422, "invalid", b'{"text": 1}', "application/json"),
        (422, "invalid", b'{"text": "x", "more": 1}', "application/json"),
        (422, "needs", b'{"text": " "}', "application/json"),
        (422, "invalid", b"", "application/json"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_one_shape(office: Callers, status, code, content, kind):
    from django.test import Client

    headers = {"Authorization": f"Bearer {office.token('handler')}"}
    address = f"/api/items/{office.at('working')}/actions/comment"
    found = answered(Client().post(address, data=content, content_type=kind, headers=headers), status)
    assert found["code"] == code
    assert set(found) == {"code", "message", "where", "hint", "version"}
    assert any("\u4e00" <= char <= "\u9fff" for char in found["message"])


def test_other_refusals_have_the_same_shape(office: Callers):
    response = office.call("handler", "put", "/items", {})
    assert (answered(response, 405)["code"], response["Allow"]) == ("wrong-method", "GET")
    assert answered(office.call("handler", "get", "/nowhere"), 404)["code"] == "not-found"
    assert answered(office.call("handler", "get", "/items/999999"), 404)["code"] == "not-found"
    assert answered(office.call("handler", "get", "/items?q=%00"), 400)["code"] == "unreadable"
    assert office.post("handler", "/messages/read", {}, 400, Idempotency_Key="a b")["code"] == "unreadable"
    assert office.post("handler", "/messages/read", {"seqs": [2**60]}, 400)["code"] == "unreadable"
    item = office.at("working")
    assert office.post("handler", f"/items/{item}/actions/close", {}, 422)["code"] == "wrong-state"
    assert (
        office.post("handler", f"/items/{item}/actions/extend", {"due": in_days(70), "reason": "雨"}, 403)[
            "code"
        ]
        == "not-allowed"
    )
    long = office.post("lead", f"/items/{item}/actions/extend", {"due": "天荒地老", "reason": "雨"}, 422)
    assert "天荒地老" in long["message"]


def test_more_calls_than_the_settings_allow_are_refused_with_the_time_to_wait(office: Callers, settings):
    settings.API_CALLS = 2
    for _ in range(2):
        office.get("handler", "/me")
    refused = office.call("handler", "get", "/me")
    assert answered(refused, 429)["code"] == "too-often"
    assert 1 <= int(refused["Retry-After"]) <= 60
    office.get("head", "/me")  # each token is counted apart
    statuses = [office.call("", "get", "/me").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_a_ledger_is_looked_at_then_taken_in_and_nothing_is_written_before(office: Callers):
    sheet = "序号,问题,责任单位,整改措施,整改时限\n1,道路破损,东镇,修补路面,2027年6月底前\n2,路灯不亮,西乡,更换灯具,2027年6月底前\n".encode()
    before = head()
    seen = office.post("supervisor", "/imports/preview", {"file": file(sheet, "台账.csv")})
    assert head() == before
    rows = seen["sheets"][0]["rows"]
    assert [(row["title"], row["owner"]) for row in rows] == [("道路破损", "东镇"), ("路灯不亮", "西乡")]
    wanted = {"token": seen["token"], "register": office.registers["rectification"]}
    done = office.post("supervisor", "/imports", wanted, 201)
    assert (done["registered"], done["rows"], Item.objects.count()) == (2, 2, 2)
    again = office.post("supervisor", "/imports", wanted, 201)
    assert (again["registered"], again["unchanged"]) == (0, 2)
    assert [row["id"] for row in office.get("supervisor", "/imports")["rows"]] == [
        i.pk for i in Import.objects.order_by("-id")
    ]
    wrong = office.post("supervisor", "/imports", wanted | {"corrections": {"x": {"B": "nonsense"}}}, 422)
    assert "nonsense" in wrong["message"]
    assert office.post("chief", "/imports", wanted, 403)["code"] == "not-allowed"  # somebody else's file


def test_the_figures_are_those_of_the_overview_on_any_day(office: Callers):
    office.at("working")
    yesterday = (today() - timedelta(days=1)).isoformat()
    before = (today() - timedelta(days=60)).isoformat()
    values = {}
    for day in ("", f"?as_of={yesterday}", f"?as_of={before}"):
        found = office.get("chief", f"/campaigns/{office.campaign}/overview{day}")
        values[day] = {tile["ref"]: tile["value"] for tile in found["tiles"]}["registered"]
    assert [*values.values()] == ["1", "1", "0"]
    later = office.call("chief", "get", f"/campaigns/{office.campaign}/overview?as_of={in_days(2)}")
    assert "不能晚于今天" in answered(later, 422)["message"]


def test_a_report_is_handed_out_and_holds_when_it_is_verified(office: Callers):
    office.at("working")
    for kind in ("docx", "xlsx"):
        response = office.call("chief", "get", f"/campaigns/{office.campaign}/report.{kind}")
        assert response.status_code == 200
        content = response.getvalue()
        verdict = office.post("chief", "/reports/verify", {"file": file(content, f"报告.{kind}")})
        assert verdict["ok"], verdict["problems"]
        assert verdict["checked"] > 0
    assert office.post("chief", "/reports/verify", {"file": file(b"x", "a.docx")}, 422)["code"] != ""


def test_the_export_is_what_the_verifier_reads_and_only_for_who_reads_everything(office: Callers):
    exported = office.call("chief", "get", "/ledger/export").getvalue()
    report = verify(BytesIO(exported))
    assert (report["ok"], report["entries"]) == (True, head()[0])
    assert office.call("audit", "get", "/ledger/export").status_code == 403
    assert office.post("chief", "/ledger/verify", None)["problems"] == []
    sealed = office.post("chief", "/ledger/seals", None, 201)
    program = office.call("audit", "get", "/ledger/verifier").getvalue()
    assert program == Path(bihuan_verify.__file__).read_bytes()
    assert sealed["count"] == read_seals()[-1].count == office.get("chief", "/ledger")["seal"]["count"]


def test_units_and_people_are_kept_by_who_may(office: Callers):
    unit = office.post("admin", "/units", {"name": "南镇", "parent": office.units["county"]}, 201)["id"]
    office.post("admin", f"/units/{unit}/actions/change", {"aliases": ["南"]})
    row = next(u for u in office.get("handler", "/units")["rows"] if u["id"] == unit)
    assert (row["name"], row["aliases"]) == ("南镇", ["南"])
    person = office.post("admin", "/people", {"name": "王五", "unit": unit}, 201)["id"]
    granted = office.post("admin", f"/people/{person}/actions/grant", {"role": "handler", "unit": unit})
    assert [(r["role"], r["unit"]) for r in granted["roles"]] == [("handler", unit)]
    assert office.post("admin", f"/people/{person}/account", {"name": "wangwu"}, 201)["password"]
    assert office.post("admin", f"/people/{person}/account/off", None)["password"] == ""
    assert office.get("admin", f"/people/{person}")["account_state"] == "已停用"
    office.post("admin", f"/units/{unit}/actions/merge", {"into": office.units["town"], "reason": "撤并"})
    assert Unit.objects.get(pk=unit).active is False
    assert office.post("handler", "/units", {"name": "北镇"}, 403)["code"] == "not-allowed"


def test_a_new_password_from_the_administrator_ends_every_token(office: Callers):
    office.get("handler", "/me")
    office.post("admin", f"/people/{office.people['handler'].person}/account/reset", None)
    assert office.call("handler", "get", "/me").status_code == 401
    assert Token.objects.filter(account_id=office.account("handler").pk).count() == 0


def test_slips_requests_meetings_and_tasks_are_worked_by_calls(office: Callers):
    item = office.at("working")
    slip = office.get("handler", f"/slips?item={item}")["rows"][0]
    office.post("head", f"/slips/{slip['id']}/actions/acknowledge", {})
    assert [m["step"] for m in office.get("head", f"/slips/{slip['id']}")["marks"]][-1] == "acknowledge"
    asked = office.post(
        "handler", f"/items/{item}/requests/extension", {"due": in_days(75), "reason": "汛期"}, 201
    )
    assert "request" in {t["kind"] for t in office.get("lead", "/todo")["tasks"]}
    granted = office.post(
        "lead", f"/requests/{asked['request']}/actions/approve", {"granted": {"due": in_days(70)}}
    )
    assert (granted["state"], office.get("handler", f"/items/{item}")["due"]) == ("approved", in_days(70))
    call = {
        "title": "专题会",
        "starts": f"{in_days(0)}T09:00:00+08:00",
        "place": "一号会议室",
        "chair": office.people["lead"].person,
    }
    met = office.post("supervisor", "/meetings", {"office": office.units["office"], "call": call}, 201)
    actions = f"/meetings/{met['meeting']}/actions"
    office.post("supervisor", f"{actions}/agenda", {"items": [{"item": item, "matter": "延期"}]})
    office.post("supervisor", f"{actions}/attendance", {"attendance": []})
    decision = {
        "item": item,
        "step": "suspend",
        "values": {"reason": "等批复", "until": in_days(30)},
        "reason": "同意",
    }
    decided = office.post("supervisor", f"{actions}/decide", {"resolutions": [decision]})
    assert [done["state"] for done in decided["done"]] == ["suspended"]
    assert office.get("lead", f"/meetings/{met['meeting']}")["agenda"][0]["decisions"][0]["step"]
    naive = {**call, "starts": "2026-03-05T09:00:00"}
    refused = office.post("supervisor", "/meetings", {"office": office.units["office"], "call": naive}, 422)
    assert "时区" in refused["message"]


def test_messages_are_ones_own_and_are_marked_as_read(office: Callers):
    office.at("working")
    mine = office.get("handler", "/messages?unread=true")["rows"]
    assert mine
    marked = office.post("handler", "/messages/read", {"seqs": [mine[0]["seq"]]})
    assert marked == {"marked": 1}
    assert len(office.get("handler", "/messages?unread=true")["rows"]) == len(mine) - 1
    assert office.get("other_handler", "/messages")["rows"] == []


def test_the_page_for_people_lists_every_operation_and_asks_no_other_host(office: Callers):
    from bihuan.api.main import api

    response = office.call("", "get", "/")
    html = response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert [
        a for a in api.get_openapi_schema(path_prefix="/api/")["paths"] if f"<code>{a}</code>" not in html
    ] == []


def test_an_evidence_file_that_is_none_is_refused(office: Callers):
    item = office.at("working")
    refused = office.post(
        "handler", f"/items/{item}/actions/attach", {"file": file(b"MZ\x00\x01", "a.exe")}, 422
    )
    assert refused["code"] == "evidence-refused"


def test_the_rest_of_the_overview_agrees_with_its_tiles_and_the_list(office: Callers):
    office.at("working")
    office.at("approved")
    address = f"/campaigns/{office.campaign}/overview"
    whole, more = office.get("chief", address), office.get("chief", f"{address}/more")
    tiles = {tile["ref"]: tile["value"] for tile in whole["tiles"]}
    last = more["weeks"][-1]
    assert {n: str(last[n]) for n in ("registered", "open")} == {n: tiles[n] for n in ("registered", "open")}
    assert str(sum(sum(spot["colours"].values()) for spot in more["matrix"])) == tiles["open"] == "2"
    assert [unit["name"] for tier in more["tiers"] for unit in tier["units"]] == ["东镇"]
    assert {unit["name"]: unit["items"] for unit in more["burden"]}["东镇"] >= 1
    assert (more["slips"][0]["ref"], more["slips"][0]["value"]) == ("slips", "1")
    assert office.get("handler", f"{address}/more")["slips"] == []


def test_a_calendar_is_made_told_once_and_taken_back_by_its_owner(office: Callers):
    from django.test import Client

    made = office.post("handler", "/feeds", {}, 201)
    assert Client().get(made["address"]).status_code == 200
    assert [set(row) for row in office.get("handler", "/feeds")] == [{"id", "unit_id", "made_at"}]
    assert office.call("head", "delete", f"/feeds/{made['id']}").status_code == 404
    assert office.call("handler", "delete", f"/feeds/{made['id']}").status_code == 204
    assert (office.get("handler", "/feeds"), Client().get(made["address"]).status_code) == ([], 404)


def test_signs_are_told_to_who_checks_and_set_aside_with_a_reason(office: Callers):
    text = "已组织人员对全部河段进行清淤，清运淤泥三百余吨，沿岸垃圾全部清理完毕，建立了日常巡查机制"
    first, second = office.at("working"), office.at("working")
    for item in (first, second):
        office.prove(item)
        office.do("submit", item, "handler", text=text)
    sign_index.extend()
    register = f"/registers/{office.registers['rectification']}/signs"
    found = [s for s in office.get("checker", register) if s["item"] == second and s["sign"] == "copied"]
    assert found[0]["proofs"]
    given = {"sign": "copied", "key": found[0]["key"], "reason": "同一工程"}
    office.post("checker", f"/items/{second}/signs/dismiss", given)
    assert found[0]["key"] not in {s["key"] for s in office.get("checker", register) if s["item"] == second}
    assert office.call("handler", "get", register).status_code == 403


def test_the_lines_of_a_figure_are_read_to_their_end_and_add_up(office: Callers):
    for _ in range(4):
        office.at("working")
    campaign, after, amounts, value = office.campaign, 0, [], ""
    while True:
        page = office.get("chief", f"/campaigns/{campaign}/facts?ref=open&size=2&after={after}")
        amounts += [row["amount"] for row in page["rows"]]
        value, after = page["value"], page["next"]
        if not after:
            break
    assert str(sum(amounts)) == value
    assert len(amounts) >= 4
    assert office.call("handler", "get", f"/campaigns/{campaign}/facts?ref=slips").status_code == 403
