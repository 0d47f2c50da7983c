"""Requests on the web: a task for who decides, and a page on which it is done."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from bihuan.models import Request
from bihuan.queries.tasks import NOW, SOON
from bihuan.queries.todo import todo
from tests.web.markup import faults
from tests.web.office import Office, in_days, notice_of, text_of


def asked(office: Office, **wanted: str) -> tuple[int, int]:
    item = office.at("working", due=in_days(30), title="修好东街的路")
    return item, office.ask("extension", item, reason="汛期停工。", **{"due": in_days(60), **wanted})


def act(office: Office, who: str, request: int, action: str, opinion: str = ""):
    return office.as_(who).post(
        reverse("requests-step", args=[request, action]), {"opinion": opinion}, follow=True
    )


def test_it_is_a_task_of_who_decides_alone_until_it_is_decided(office: Office):
    item, request = asked(office)
    page = reverse("requests-one", args=[request])
    home = office.as_("lead").get("/")
    assert f'href="{page}#step"' in home.content.decode()
    assert "批复延期申请" in text_of(home)
    assert "汛期停工；逾期未批" in text_of(home)
    for who in ("supervisor", "handler", "head"):
        assert page not in office.as_(who).get("/").content.decode()
    assert page in office.as_("handler").get(reverse("items-one", args=[item])).content.decode()
    seen = office.as_("lead").get(page)
    assert faults(seen.content.decode()) == []
    assert all(w in text_of(seen) for w in ("待批复", "汛期停工", "新的时限", "东镇", "handler"))
    done = act(office, "lead", request, "approve", "同意")
    assert "已批准，并已办理" in notice_of(done)
    assert office.row(item).due.isoformat() == in_days(60)
    assert page not in office.as_("lead").get("/").content.decode()


def test_one_that_is_late_comes_first(office: Office):
    _, request = asked(office)
    limit = Request.objects.get(pk=request).decide_due
    found = []
    for now in (limit - timedelta(minutes=1), limit):
        task = next(t for t in todo(office.people["lead"], now).tasks if t.request)
        found.append((task.request.pk, task.urgency, task.due))
    assert found == [(request, SOON, limit), (request, NOW, limit)]


def test_a_refusal_needs_a_reason_and_who_may_not_decide_is_refused(office: Office):
    _, request = asked(office)
    page = act(office, "lead", request, "refuse")
    assert page.status_code == 422
    assert "不批准申请还缺：理由" in text_of(page)
    page = act(office, "supervisor", request, "approve")
    assert page.status_code == 403
    assert "延期须由牵头领导批准" in text_of(page)
    assert "意见" not in text_of(office.as_("supervisor").get(reverse("requests-one", args=[request])))
    act(office, "lead", request, "refuse", "按期完成")
    found = Request.objects.get(pk=request)
    assert (found.state, found.opinion) == ("refused", "按期完成")
    seen = text_of(office.as_("handler").get(reverse("requests-one", args=[request])))
    assert "未批准 lead" in seen
    assert "按期完成" in seen


def test_who_asked_may_take_it_back_and_strangers_see_nothing(office: Office):
    _, request = asked(office)
    address = reverse("requests-one", args=[request])
    assert office.as_("other_handler").get(address).status_code == 404
    assert office.as_("lead").post(reverse("requests-step", args=[request, "eat"])).status_code == 404
    assert "撤回申请" in text_of(office.as_("handler").get(address))
    assert "申请已撤回" in notice_of(act(office, "handler", request, "withdraw"))
    assert Request.objects.get(pk=request).state == "withdrawn"


def ask(office: Office, who: str, item: int, kind: str, **values: str):
    return office.as_(who).post(reverse("items-ask", args=[item, kind]), values)


def test_what_somebody_else_approves_is_asked_for_from_the_item(office: Office):
    item = office.at("working", due=in_days(30))
    one = office.as_("handler").get(reverse("items-one", args=[item])).content.decode()
    form = reverse("items-ask", args=[item, "extension"])
    assert form in one
    assert form not in office.as_("lead").get(reverse("items-one", args=[item])).content.decode()
    page = office.as_("handler").get(form)
    assert faults(page.content.decode()) == []
    assert "由督查室的牵头领导批复，3个工作日内答复" in text_of(page)
    assert "按规程最多延期 2 次，每次最长 3个月" in text_of(page)
    bad = ask(office, "handler", item, "extension", due=in_days(20), reason="汛期<停工>")
    assert bad.status_code == 422
    assert "新的时限应晚于原时限" in notice_of(bad)
    assert "汛期&lt;停工&gt;" in bad.content.decode()
    done = ask(office, "handler", item, "extension", due=in_days(60), reason="汛期停工")
    made = Request.objects.get()
    assert done["Location"] == reverse("requests-one", args=[made.pk])
    assert (made.kind, made.wanted) == ("extension", {"due": in_days(60)})
    assert form not in office.as_("handler").get(reverse("items-one", args=[item])).content.decode()
    assert ask(office, "handler", item, "extension", due=in_days(70), reason="再延").status_code == 422


def test_each_kind_is_asked_for_with_its_own_values(office: Office):
    item, other = office.at("working"), office.at("working")
    asked = {
        "transfer": {"owner": "西乡", "helpers": "东镇", "reason": "职责在西乡"},
        "suspension": {"until": in_days(20), "reason": "待批复"},
        "merge": {"into": office.row(other).number, "reason": "同一处"},
        "escalation": {"unit": "某县", "lead": "张三", "helpers": "", "reason": "跨部门"},
    }
    for kind, values in asked.items():
        page = office.as_("handler").get(reverse("items-ask", args=[item, kind]))
        assert faults(page.content.decode()) == []
        assert ask(office, "handler", item, kind, **values).status_code == 302
    wanted = dict(Request.objects.values_list("kind", "wanted"))
    village, town, county = (office.units[u] for u in ("village", "town", "county"))
    assert wanted == {
        "transfer": {"owner": village, "helpers": [town]},
        "suspension": {"until": in_days(20)},
        "merge": {"into": other},
        "escalation": {"unit": county, "lead": "张三"},
    }
    home = text_of(office.as_("supervisor").get("/requests/"))
    assert all(name in home for name in ("转办申请", "挂起申请", "并案申请", "提级申请"))
    assert "没有“已批准”的申请" in text_of(office.as_("supervisor").get("/requests/", {"state": "approved"}))
    assert office.as_("supervisor").get("/requests/", {"state": "x"}).status_code == 422
    assert "没有申请" in text_of(office.as_("other_handler").get("/requests/"))


def test_a_return_that_nobody_has_to_approve_is_no_request_and_one_that_somebody_has_is(office: Office):
    plain, guarded = office.at("working"), office.at("working", "livelihood")
    assert ask(office, "handler", plain, "return", reason="x").status_code == 422
    late = ask(office, "handler", guarded, "return", reason="非本级职责", ground="三定")
    assert "退回须在交办后3个工作日内提出，现已超过" in notice_of(late)
    assert "三定" in late.content.decode()
    for who, status in (("auditor", 422), ("other_handler", 403), ("lead", 422)):
        assert ask(office, who, plain, "suspension", reason="x").status_code == status
    assert ask(office, "handler", plain, "eat", reason="x").status_code == 404
    assert not Request.objects.exists()
