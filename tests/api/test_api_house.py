"""Keeping the house by calls: procedures tried and adopted, templates, outlets, what a move, a merge or a calendar would do."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bihuan.actions.meeting import Call, call_meeting
from bihuan.actions.outlets import add_outlet
from bihuan.actions.slip import issue_slip
from bihuan.api.word_templates import Kind
from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.library.drafts.trial import KINDS
from bihuan.models import Delivery, Item, Outlet, Procedure, Register, Seal, TemplateChoice, WordTemplate
from bihuan.queries.calendar import calendar_now
from bihuan.queries.templates import usual_of
from bihuan.reports.make_drafts import path_of
from tests.actions.county import PEOPLE
from tests.api.callers import Callers, answered
from tests.support.ports import kept_port
from tests.web.office import in_days
from tests.web.test_web_days import unpublished
from tests.web.test_web_outlets import TOKEN
from tests.web.test_web_procedures import sharper, version
from tests.web.test_web_templates import changed, text_of_word

ROBOT = {"kind": "wecom", "secret": TOKEN}


def refused(office: Callers, name, method, address, body=None):
    """The status and code with which a call is refused; nothing may be entered by it."""
    before = head()
    response = office.call(name, method, address, body)
    assert head() == before
    return response.status_code, response.json()["code"]


def test_a_new_version_is_compared_and_tried_on_todays_items_and_nothing_is_written(office: Callers):
    item = office.at("working", due=in_days(70))
    old, before = Procedure.objects.get(code="rectification"), head()
    told = office.post("supervisor", "/procedures/preview", {"text": sharper()})
    assert (told["code"], told["version"], told["older"]) == ("rectification", 2, old.pk)
    (lamp,) = [d for d in told["differences"] if d["part"] == "亮灯"]
    assert ("到期前7天起" in lamp["before"], "到期前80天起" in lamp["after"]) == (True, True)
    trial = told["trial"]
    assert trial["registers"] == [office.registers["rectification"]]
    assert (trial["looked"], trial["changed"], trial["more"]) == (1, 1, 0)
    assert trial["turns"] == [{"before": "绿灯", "after": "黄灯", "items": 1}]
    assert [line["item"] for line in trial["lines"]] == [item]
    assert (head(), Procedure.objects.count()) == (before, 4)


def test_who_keeps_procedures_without_running_registers_tries_none(office: Callers):
    office.at("working")
    trial = office.post("admin", "/procedures/preview", {"text": sharper()})["trial"]
    assert (trial["registers"], trial["looked"], trial["lines"]) == ([], 0, [])
    assert refused(office, "handler", "post", "/procedures/preview", {"text": sharper()}) == (
        403,
        "not-allowed",
    )


def test_a_mistake_in_a_procedure_is_told_with_its_line(office: Callers):
    wrong = version(2, ('role = "unit_head"', 'role = "unithead"'))
    line = wrong.splitlines().index('role = "unithead"') + 1
    told = office.post("supervisor", "/procedures/preview", {"text": wrong}, 422)
    assert told["code"] == "procedure-invalid"
    assert f"第 {line} 行" in told["message"]


def test_a_register_is_tried_with_a_version_then_follows_it_with_its_items(office: Callers):
    item = office.at("working", due=in_days(70))
    register = office.registers["rectification"]
    made = office.post("supervisor", "/procedures", {"text": sharper()}, 201)["id"]
    address, before = f"/procedures/{made}/registers/{register}", head()
    assert office.get("supervisor", address)["turns"] == [{"before": "绿灯", "after": "黄灯", "items": 1}]
    assert head() == before
    assert refused(office, "supervisor", "post", address, {"migrate": True}) == (422, "needs")
    body = {"migrate": True, "reason": "按新办法"}
    done = office.post("supervisor", address, body, Idempotency_Key="k")
    assert done == {"migrated": 1, "left": {}}
    after = head()
    assert office.post("supervisor", address, body, Idempotency_Key="k") == done
    assert head() == after
    assert (Item.objects.get(pk=item).procedure_id, office.row(item).colour) == (made, "yellow")
    assert Register.objects.get(pk=register).procedure_id == made
    told = office.get("supervisor", f"/procedures/{made}")
    assert (told["registers"], told["older"]) == ([register], office.procedures["rectification"])
    assert [d["part"] for d in told["differences"]] == ["亮灯"]
    assert told["parts"][0]["title"] == "概况"


def test_a_register_follows_no_other_procedure_and_only_who_runs_it_changes_that(office: Callers):
    register, task = office.registers["rectification"], office.procedures["task"]
    address = f"/procedures/{office.procedures['rectification']}/registers/{register}"
    assert refused(office, "supervisor", "get", f"/procedures/{task}/registers/{register}") == (
        422,
        "invalid",
    )
    assert refused(office, "supervisor", "post", f"/procedures/{task}/registers/{register}", {}) == (
        422,
        "invalid",
    )
    assert refused(office, "supervisor", "get", "/procedures/999999/registers/1")[0] == 404
    for name in ("admin", "head", "auditor"):
        assert refused(office, name, "post", address, {}) == (403, "not-allowed")


def bring(office: Callers, content, kind="stage", status=201, name="chief"):
    file = SimpleUploadedFile("本办模板.docx", content)
    return office.post(name, f"/templates/{kind}", {"file": file, "campaign": office.campaign}, status)


def test_the_kinds_of_templates_are_those_of_the_pages():
    assert set(get_args(Kind)) == KINDS.keys()


def test_a_template_is_tried_kept_handed_out_and_previewed(office: Callers):
    office.at("working")
    content = changed("某县督查室专用")
    made = bring(office, content)
    assert (made["name"], made["campaigns"], made["size"]) == ("本办模板", [], len(content))
    told = office.get("chief", "/templates/stage")
    assert [(row["id"], row["campaigns"]) for row in told] == [(0, [0]), (made["id"], [])]
    file = office.call("chief", "get", f"/templates/stage/{made['id']}/file")
    assert file.getvalue() == content
    builtin = office.call("chief", "get", "/templates/stage/0/file")
    assert builtin.getvalue()[:2] == b"PK"
    address = f"/templates/stage/{made['id']}/preview"
    shown = office.call("chief", "get", f"{address}?campaign={office.campaign}")
    assert text_of_word(shown.getvalue()).startswith("某县督查室专用")
    assert refused(office, "chief", "get", f"{address}?campaign=999999") == (404, "not-found")
    report = f"/campaigns/{office.campaign}/report.docx"
    once = [
        office.call("lead", "get", f"{report}{query}").getvalue() for query in ("", f"?template={made['id']}")
    ]
    assert [text_of_word(content).startswith("某县督查室专用") for content in once] == [False, True]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nichts", "这个文件打不开"),
        (changed("共登记{{ 数据('registred') }}项"), "正文第1段“共登记{{ 数据('registred') }}项”"),
    ],
)
def test_a_template_with_a_mistake_is_refused_with_its_place_and_not_kept(office: Callers, content, said):
    told = bring(office, content, status=422)
    assert said in told["message"]
    assert not WordTemplate.objects.exists()


def test_a_template_is_chosen_for_a_campaign_or_for_all_and_retired(office: Callers):
    made = bring(office, changed("编者按：", path_of("briefing")), kind="briefing")["id"]
    choose = "/templates/briefing/actions/choose"
    office.post("chief", choose, {"template": made, "campaign": office.campaign})
    assert (usual_of("briefing", office.campaign), usual_of("briefing")) == (made, 0)
    told = office.post("chief", choose, {"template": made})
    assert [row["campaigns"] for row in told] == [[], [0, office.campaign]]
    assert refused(office, "chief", "post", choose, {"template": None}) == (422, "invalid")
    office.post("chief", choose, {"template": None, "campaign": office.campaign})
    assert dict(TemplateChoice.objects.values_list("campaign_id", "template_id")) == {0: made}
    assert office.post("chief", f"/templates/briefing/{made}/actions/retire", None) == {"campaigns": [0]}
    assert [row["id"] for row in office.get("chief", "/templates/briefing")] == [0]
    assert refused(office, "chief", "post", choose, {"template": made}) == (404, "not-found")


@pytest.mark.parametrize("name", ["lead", "handler", "admin", "audit"])
def test_nobody_but_the_supervisors_keeps_templates(office: Callers, name):
    file = SimpleUploadedFile("a.docx", changed("甲"))
    body = {"file": file, "campaign": office.campaign}
    assert refused(office, name, "post", "/templates/stage", body) == (403, "not-allowed")
    assert refused(office, name, "post", "/templates/stage/actions/choose", {"template": 0})[0] == 403
    assert not TemplateChoice.objects.exists()


def test_an_outlet_is_added_and_its_secret_never_told(office: Callers):
    body = {**ROBOT, "unit": office.units["town"]}
    made = office.post("admin", "/outlets", body, 201, Idempotency_Key="k")
    assert (made["unit_id"], made["titles"], made["messages"]) == (office.units["town"], False, {})
    office.post("admin", "/outlets", body, 201, Idempotency_Key="k")
    outlet = Outlet.objects.get()
    told = office.call("admin", "get", "/outlets").content.decode()
    assert "东镇的企业微信群机器人" in told
    assert [secret for secret in (TOKEN, outlet.secret) if secret in told or secret in str(made)] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "要么属于一个人"),
        ({"unit": 1, "secret": "短"}, "地址不对"),
        ({"unit": 1, "kind": "x"}, "没有“x”"),
    ],
)
def test_an_outlet_that_does_not_do_is_refused(office: Callers, values, said):
    assert said in office.post("admin", "/outlets", ROBOT | values, 422)["message"]
    assert not Outlet.objects.exists()


def test_what_failed_is_told_page_by_page_with_its_reason_and_no_title(office: Callers):
    outlet = add_outlet(office.people["admin"], office.now, "wecom", TOKEN, unit=office.units["town"]).pk
    for _ in range(3):
        office.at("assigned", title="机密的事")
    waiting = Delivery.objects.filter(outlet_id=outlet, state="waiting")
    waiting.update(attempts=3, reason="对方没有接收")
    last = max(waiting.values_list("seq", flat=True))
    Delivery.objects.filter(outlet_id=outlet, seq=last).update(state="given-up")
    (told,) = office.get("admin", "/outlets")
    assert (told["messages"], told["failure"]) == ({"waiting": 2, "given-up": 1}, "对方没有接收")
    first = office.get("admin", f"/outlets/{outlet}/failures?size=2")
    rest = office.get("admin", f"/outlets/{outlet}/failures?size=2&after={first['next']}")
    rows = [*first["rows"], *rest["rows"]]
    assert [(row["seq"], row["attempts"]) for row in rows] == [
        (seq, 3) for seq in Delivery.objects.order_by("-seq").values_list("seq", flat=True)
    ]
    assert ([row["next_at"] is None for row in rows], rest["next"]) == ([True, False, False], "")
    assert "机密的事" not in str(rows)


def test_a_trial_tells_why_it_was_not_taken_without_the_secret_and_a_removed_outlet_is_gone(office: Callers):
    with kept_port() as port:  # nobody listens there
        body = {"kind": "gateway", "secret": f"http://127.0.0.1:{port}/in/{TOKEN}"}
        made = office.post("admin", "/outlets", body | {"person": office.people["handler"].person}, 201)["id"]
        office.at("assigned")
        told = office.post("admin", f"/outlets/{made}/actions/try", None)
    assert (told["taken"], told["failure"] != "", TOKEN in told["failure"]) == (False, True, False)
    waiting = Delivery.objects.filter(outlet_id=made, state="waiting").count()
    assert office.post("admin", f"/outlets/{made}/actions/remove", None) == {"dropped": waiting}
    assert (Outlet.objects.get().secret, office.get("admin", "/outlets")) == ("", [])
    assert refused(office, "admin", "post", f"/outlets/{made}/actions/try") == (404, "not-found")


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "admin"])
def test_nobody_but_the_system_administrator_keeps_outlets(office: Callers, name):
    outlet = add_outlet(office.people["admin"], office.now, "wecom", TOKEN, unit=office.units["town"]).pk
    body = {**ROBOT, "unit": office.units["town"]}
    assert refused(office, name, "post", "/outlets", body) == (403, "not-allowed")
    for action in ("try", "remove"):
        assert refused(office, name, "post", f"/outlets/{outlet}/actions/{action}") == (403, "not-allowed")
    assert Outlet.objects.get().active


def test_a_move_tells_what_goes_along_and_whose_roles_reach_it(office: Callers):
    office.at("working")
    town, office_unit = office.units["town"], office.units["office"]
    told = office.get("admin", f"/units/{town}/move?parent={office_unit}")
    assert (told["load"]["items"], told["load"]["open_items"]) == (1, 1)
    assert {"supervisor", "lead"} <= {role["person"] for role in told["gains"]}
    assert told["loses"] == []
    assert refused(office, "admin", "get", f"/units/{town}/move?parent={town}") == (422, "invalid")
    assert refused(office, "admin", "get", f"/units/{town}/move?parent=999999") == (404, "not-found")
    assert refused(office, "supervisor", "get", f"/units/{town}/move") == (
        403,
        "not-allowed",
    )  # of another subtree


def test_a_merge_tells_by_name_what_goes_over(office: Callers):
    office.at("working")
    town, village = office.units["town"], office.units["village"]
    told = office.get("admin", f"/units/{town}/merge?into={village}")
    assert told["load"]["items"] == 1
    assert {"handler", "head"} <= set(told["people"])
    assert "东镇" in told["names"]
    assert refused(office, "admin", "get", f"/units/{town}/merge?into={town}") == (422, "invalid")
    assert refused(office, "supervisor", "get", f"/units/{town}/merge?into={village}") == (403, "not-allowed")


def test_a_notice_tells_the_days_and_deadlines_that_it_moves_to_whoever_may_read_them(office: Callers):
    year = unpublished()
    item = office.register(due=f"{(date(year, 1, 20) - office.now.date()).days}日内")
    due = office.row(item).due
    off = [d.isoformat() for d in (due, calendar_now().next_workday(due))]
    notice = {"year": year, "source": "放假通知", "workdays": [], "holidays": off}
    before = head()
    told = office.post("supervisor", "/calendar/preview", notice)
    assert (told["settled"], told["moved"], told["hidden"]) == (1, 1, 0)
    assert [(d["item"], d["before"]) for d in told["deadlines"]] == [(item, due.isoformat())]
    assert {d["day"]: d["workday"] for d in told["days"] if d["day"] in off} == dict.fromkeys(off, False)
    assert any("5月1日" in doubt for doubt in told["doubts"])
    hidden = office.post("admin", "/calendar/preview", notice)
    assert (hidden["moved"], hidden["hidden"], hidden["deadlines"]) == (1, 1, [])
    assert head() == before
    assert office.post("admin", "/calendar", notice)["moved"] == 1
    assert office.row(item).due.isoformat() == told["deadlines"][0]["after"]
    (kept,) = office.get("admin", f"/calendar/years/{year}")
    assert (kept["seq"] > before[0], kept["holidays"], kept["source"]) == (True, off, "放假通知")
    assert refused(office, "lead", "post", "/calendar/preview", notice) == (403, "not-allowed")


def test_the_burden_of_a_unit_is_told_thing_by_thing_page_by_page(office: Callers):
    by, town = office.people["supervisor"], office.units["town"]
    items = [office.at("working") for _ in range(2)]
    for item in items:
        issue_slip(item, "整改反馈单", by, timezone.now(), despite="两件事")
    address = f"/units/{town}/burden"
    slips, after, counts = [], "", {}
    while True:
        told = office.get("supervisor", f"{address}?what=slips&size=1&after={after}")
        slips += told["rows"]
        after, counts = told["next"], told["counts"]
        if not after:
            break
    assert len(slips) == counts["slips"] >= 2
    assert len({slip["number"] for slip in slips}) == len(slips)
    burden = office.get("supervisor", f"/campaigns/{office.campaign}/overview/more")["burden"]
    (own,) = [unit for unit in burden if unit["unit"] == town]
    assert {name: own[name] for name in counts} == counts
    asked = office.get("supervisor", f"{address}?what=items")
    assert len(asked["rows"]) == counts["items"]


def test_the_burden_of_other_units_and_what_is_kept_from_somebody_stays_hidden(office: Callers):
    people, town, at = office.people, office.units["town"], timezone.now()
    called = Call("专题会", at, "一号会议室", people["lead"].person, [people["head"].person])
    meeting = call_meeting(people["supervisor"], at, office.units["office"], called).meeting
    for name in ("other_handler", "admin"):
        assert refused(office, name, "get", f"/units/{town}/burden") == (403, "not-allowed")
    assert refused(office, "head", "get", "/units/999999/burden") == (403, "not-allowed")
    told = {
        name: office.get(name, f"/units/{town}/burden?what=meetings")["rows"] for name in ("head", "handler")
    }
    assert [(row["id"], row["title"]) for row in told["head"]] == [(meeting, "专题会")]
    assert told["handler"] == [{"id": 0, "number": "", "title": "", "at": None}]


def test_the_seals_are_listed_page_by_page_and_their_file_is_handed_out(office: Callers, settings, tmp_path):
    settings.SEAL_FILE = tmp_path / "seals.jsonl"
    assert refused(office, "audit", "get", "/ledger/seals/file") == (404, "not-found")
    for _ in range(3):
        office.register()
        make_seal(timezone.now())
    first = office.get("audit", "/ledger/seals?size=2")
    rest = office.get("audit", f"/ledger/seals?size=2&after={first['next']}")
    texts = [row["text"] for row in (*first["rows"], *rest["rows"])]
    assert texts == list(Seal.objects.order_by("-count").values_list("text", flat=True))
    file = office.call("audit", "get", "/ledger/seals/file").getvalue().decode()
    assert file.splitlines() == [text.strip() for text in reversed(texts)]
    assert answered(office.call("handler", "get", "/ledger/seals"), 403)["code"] == "not-allowed"
