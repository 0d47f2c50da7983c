"""Requests on the web: a task for who decides, and a page on which it is done."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from bihuan.models import Request
from bihuan.queries.todo import NOW, SOON, todo
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
