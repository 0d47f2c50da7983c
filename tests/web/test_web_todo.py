"""The home page: each task with the button that does it, and back again."""

from datetime import timedelta

from django.urls import reverse

from bihuan.actions.meeting import Call, attend, call_meeting, confirm_minutes, set_agenda
from bihuan.actions.slip import issue_slip
from bihuan.models import Receipt, Slip
from tests.web.markup import Markup, faults
from tests.web.office import Office, text_of


def buttons(html: str) -> set[str]:
    """The addresses to which the buttons of a page send."""
    return {form["action"] for form in Markup(html).all("form") if "/items/" in form.get("action", "")}


def test_accepting_takes_one_tap_and_leads_back_to_the_tasks(office: Office):
    item = office.at("assigned", title="修好东街的路")
    html = office.as_("handler").get("/").content.decode()
    assert "修好东街的路" in html
    assert buttons(html) == {f"/items/{item}/accept/"}
    response = office.step("handler", item, "accept", back="todo")
    assert response["Location"] == "/"
    assert office.row(item).state == "working"


def test_nothing_new_is_said_in_one_tap(office: Office):
    item = office.at("working")
    assert f"/items/{item}/report/" in buttons(office.as_("handler").get("/").content.decode())
    assert office.step("handler", item, "report", back="todo", unchanged=1)["Location"] == "/"
    assert office.last(item).kind == "item.progressed"


def test_a_slip_that_wants_no_answer_is_signed_for_in_one_tap(office: Office):
    office.at("working")
    slip = Slip.objects.get()
    office.as_("handler").get("/")
    response = office.as_("handler").post(
        reverse("slips-step", args=[slip.pk, "acknowledge"]), {"back": "todo"}
    )
    assert response["Location"] == "/"
    assert Receipt.objects.filter(slip_id=slip.pk, step="acknowledge").count() == 1


def test_a_late_answer_stands_first_and_says_so(office: Office):
    item = office.at("working")
    issue_slip(item, "整改反馈单", office.people["supervisor"], office.later(days=5))
    html = office.as_("head").get("/").content.decode()
    assert "答复已超期" in text_of(office.as_("head").get("/"))
    assert html.index("马上办") < html.index("答复整改反馈单") < html.index("反馈整改进展")


def test_nothing_to_do_is_a_good_state(office: Office):
    office.at("working")
    response = office.as_("reviewer").get("/")
    assert "现在没有要您办的事" in text_of(response)
    assert faults(response.content.decode()) == []


def test_an_auditor_begins_with_the_overview(office: Office):
    assert office.as_("auditor").get("/")["Location"] == "/overview/"


def test_a_refused_tap_shows_the_item_and_what_changed_meanwhile(office: Office):
    item = office.at("assigned")
    seen = office.row(item).version
    office.step("head", item, "accept")
    response = office.step("handler", item, "accept", version=seen, back="todo")
    assert response.status_code == 409
    assert "您打开页面之后" in text_of(response)


def test_ongoing_work_whose_date_has_passed_is_not_called_overdue(office: Office):
    due = (office.now + timedelta(days=20)).date()
    office.at("working", due=f"{due.year}年{due.month}月{due.day}日前，并长期坚持")
    text = text_of(office.as_("handler").get("/items/"))
    assert "已超期" not in text
    assert "长期坚持" in text


def test_an_escalation_is_a_task_of_the_higher_unit_until_it_responds(office: Office):
    item = office.at("working", title="跨界河道")
    office.do("escalate", item, "lead", unit=office.units["county"], reason="跨部门")
    for person in ("supervisor", "lead", "handler"):
        assert "提级回应" not in text_of(office.as_(person).get("/"))
    home = office.as_("chief").get("/")
    assert "提级回应" in text_of(home)
    assert f'href="{reverse("items-step", args=[item, "respond"])}#step"' in home.content.decode()
    office.step("chief", item, "respond", text="县里牵头", lead="")
    assert "现在没有要您办的事" in text_of(office.as_("chief").get("/"))


def test_an_item_waits_for_a_meeting_and_the_meeting_for_those_who_hold_it(office: Office):
    item = office.at("reviewing", "tough", title="打通断头路")
    while not office.procedure(item).levels[office.row(item).level - 1].meeting:
        office.review(item)
    home = office.as_("supervisor").get("/").content.decode()
    assert f'href="{reverse("meetings-new")}?id={item}"' in home
    assert "列入会议" not in text_of(office.as_("lead").get("/"))
    call = Call("专题会", office.now, "一号会议室", office.people["lead"].person)
    meeting = call_meeting(
        office.people["supervisor"], office.later(minutes=1), office.units["office"], call
    ).meeting
    set_agenda(meeting, office.people["supervisor"], office.now, [{"item": item}])
    home = office.as_("supervisor").get("/").content.decode()
    assert "列入会议" not in home
    assert f'href="{reverse("meetings-one", args=[meeting])}?do=attend#step"' in home
    attend(meeting, office.people["supervisor"], office.later(minutes=1), [])
    assert "登记到会情况" not in text_of(office.as_("supervisor").get("/"))
    assert "确认纪要" in text_of(office.as_("lead").get("/"))
    confirm_minutes(meeting, office.people["lead"], office.later(minutes=1))
    assert "确认纪要" not in text_of(office.as_("lead").get("/"))


def test_no_slip_and_no_request_is_left_out_unsaid(office: Office, monkeypatch):
    monkeypatch.setattr("bihuan.queries.todo.MOST", 1)
    for _ in range(2):
        office.ask("extension", office.at("working"), due="2027-04-01")
    home = office.as_("head").get("/")
    assert "没有了结的单据：共 2 件" in text_of(home)
    assert 'href="/slips/?state=live"' in home.content.decode()
    home = office.as_("lead").get("/")
    assert "批复申请：共 2 件" in text_of(home)
    assert 'href="/requests/?state=asked"' in home.content.decode()


def test_no_item_that_waits_for_a_meeting_is_left_out_unsaid(office: Office, monkeypatch):
    monkeypatch.setattr("bihuan.queries.todo_office.MOST", 1)
    for _ in range(2):
        item = office.at("reviewing", "tough")
        while not office.procedure(item).levels[office.row(item).level - 1].meeting:
            office.review(item)
    home = office.as_("supervisor").get("/")
    assert "列入会议：共 2 件" in text_of(home)
    assert 'href="/meetings/"' in home.content.decode()
