"""The inbox and the calendar: each person's own, without scripts, and the calendar's address for whoever has it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from bihuan.actions.feeds import MOST, make_feed, revoke_feed
from bihuan.actions.slip import answer_slip, issue_slip
from bihuan.models import Feed, Message
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotAllowed, NotFound
from tests.actions.test_actions_objection import finished
from tests.web.markup import faults
from tests.web.office import Office, notice_of, text_of


def get(office: Office, who: str, query: str = ""):
    return office.as_(who).get(reverse("inbox") + query)


def count(page) -> str:
    found = re.search(r'class="bell".*?</a>', page.content.decode(), re.DOTALL)
    return "".join(re.findall(r"<b>([0-9+]+)<", found[0]))


def test_the_inbox_shows_the_persons_own_messages_unread_ones_first(office: Office):
    first, second = office.at("assigned"), office.at("assigned")
    page = get(office, "handler")
    assert faults(page.content.decode()) == []
    assert text_of(page).index(office.row(second).number) < text_of(page).index(office.row(first).number)
    newest = Message.objects.filter(item_id=second, person_id=office.people["handler"].person).last()
    office.as_("handler").post(reverse("inbox-read"), {"message": newest.seq})
    whole = text_of(get(office, "handler"))
    assert whole.index(office.row(first).number) < whole.index(office.row(second).number)
    assert "没有未读消息" in text_of(get(office, "other_handler"))


def test_the_frame_counts_what_is_unread_and_reading_takes_it_away(office: Office):
    item = office.at("assigned")
    unread = Message.objects.filter(person_id=office.people["handler"].person).count()
    assert count(get(office, "handler")) == str(unread)
    message = Message.objects.filter(item_id=item, person_id=office.people["handler"].person).first()
    answer = office.as_("handler").post(reverse("inbox-read"), {"message": message.seq, "open": "1"})
    assert answer["Location"] == reverse("items-one", args=[item])
    assert count(get(office, "handler")) == (str(unread - 1) if unread > 1 else "")
    answer = office.as_("handler").post(reverse("inbox-read"), {"all": "1"}, follow=True)
    assert "标为已读" in notice_of(answer)
    assert count(answer) == ""


def test_a_conclusion_opens_the_inspection_and_a_call_the_meeting(office: Office):
    day = office.now.astimezone(CHINA).date()
    finished(office, starts=day, ends=day + timedelta(days=9))
    message = Message.objects.get(kind="inspection.told", person_id=office.people["head"].person)
    form = {"message": message.seq, "open": "1"}
    answer = office.as_("head").post(reverse("inbox-read"), form, follow=True)
    assert answer.request["PATH_INFO"] == reverse("inspections-one", args=[message.about_id])
    assert "东镇账目未公开" in text_of(answer)
    office.meet([office.at("working")], expected=["head"])
    message = Message.objects.get(kind="meeting.called", person_id=office.people["head"].person)
    page = get(office, "head")
    assert f"{message.number} 专题会" in text_of(page)
    form = {"message": message.seq, "open": "1"}
    answer = office.as_("head").post(reverse("inbox-read"), form, follow=True)
    assert answer.request["PATH_INFO"] == reverse("meetings-one", args=[message.about_id])
    assert "专题会" in text_of(answer)


def test_nobody_reads_or_marks_anothers_messages(office: Office):
    item = office.at("assigned")
    message = Message.objects.filter(item_id=item, person_id=office.people["handler"].person).first()
    for number in (str(message.seq), "x", ""):
        answer = office.as_("other_handler").post(reverse("inbox-read"), {"message": number})
        assert answer.status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_a_long_inbox_has_pages_and_can_show_the_unread_alone(office: Office):
    office.at("assigned")
    one = Message.objects.filter(person_id=office.people["handler"].person).first()
    values = {f.attname: getattr(one, f.attname) for f in Message._meta.concrete_fields if f.column}
    more = [{**values, "seq": one.seq + 1000 + n, "title": f"第{n}件"} for n in range(40)]
    Message.objects.bulk_create(Message(**row) for row in more)
    assert "第39件" in text_of(get(office, "handler"))
    assert "第1件" in text_of(get(office, "handler", "?page=2"))
    assert "第2页" in text_of(get(office, "handler", "?page=2"))
    office.as_("handler").post(reverse("inbox-read"), {"all": "1"})
    assert "没有未读消息" in text_of(get(office, "handler", "?show=unread"))


def feed_of(address: str, **headers):
    return Client().get(address, headers=headers)


def events(response) -> dict[str, object]:
    calendar = Calendar.from_ical(response.content)
    return {str(e["UID"]): e for e in calendar.walk("VEVENT")}


def subscribe(office: Office, who: str) -> str:
    page = office.as_(who).post(reverse("inbox-calendar"))
    assert faults(page.content.decode()) == []
    found = re.search(r"<code>http://[^/]+(/calendar/[^<]+)</code>", page.content.decode())
    assert found
    return found[1]


def test_a_calendar_has_the_deadlines_as_whole_days_that_keep_their_identity(office: Office):
    item = office.at("working")
    address = subscribe(office, "handler")
    before = events(feed_of(address))
    row = office.row(item)
    (uid, event), *_ = [(u, e) for u, e in before.items() if u.startswith(f"item-{item}@")]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (row.due, row.due + timedelta(days=1))
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == (
        f"办结时限：{row.number} {row.title}",
        "CONFIRMED",
    )
    office.do("extend", item, "lead", due=(row.due + timedelta(days=10)).isoformat(), reason="汛期")
    after = events(feed_of(address))[uid]
    assert after["DTSTART"].dt == row.due + timedelta(days=10)
    assert int(after["SEQUENCE"]) > int(event["SEQUENCE"])


def test_what_is_suspended_or_over_leaves_the_calendar_and_slips_to_answer_are_in_it(office: Office):
    address = subscribe(office, "handler")
    waits, asked = office.at("working"), office.at("working")
    office.at("closed")
    office.do("suspend", waits, "lead", reason="待批复")
    supervisor = office.people["supervisor"]
    slip = issue_slip(asked, "整改反馈单", supervisor, office.later(minutes=1), despite="急").slip

    def keys() -> set[str]:
        return {uid.partition("@")[0] for uid in events(feed_of(address))}

    assert keys() == {f"item-{asked}", f"slip-{slip}"}
    office.do("resume", waits, "lead")
    answer_slip(slip, office.people["handler"], office.later(minutes=1), text="已落实")
    assert keys() == {f"item-{asked}", f"item-{waits}"}


def test_ongoing_work_shows_its_next_report_and_a_guessed_day_is_tentative(office: Office):
    address = subscribe(office, "handler")
    ongoing = office.at("working", due="长期坚持")
    far = office.at("working", due="900个工作日内")
    found = {u.partition("@")[0]: e for u, e in events(feed_of(address)).items()}
    assert str(found[f"check-{ongoing}"]["SUMMARY"]).startswith("反馈进展")
    assert (str(found[f"item-{far}"]["STATUS"]), "（暂定）" in str(found[f"item-{far}"]["SUMMARY"])) == (
        "TENTATIVE",
        True,
    )


def test_an_unchanged_calendar_is_not_sent_twice(office: Office):
    office.at("working")
    address = subscribe(office, "handler")
    first = feed_of(address)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    again = feed_of(address, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    office.at("working")
    assert feed_of(address, if_none_match=first["ETag"]).status_code == 200


def test_an_address_that_was_taken_back_or_never_was_shows_nothing(office: Office):
    address = subscribe(office, "handler")
    assert "地址只显示这一次" not in text_of(office.as_("handler").get(reverse("inbox-calendar")))
    assert Feed.objects.get().digest not in address
    office.as_("handler").post(reverse("inbox-calendar"), {"revoke": str(Feed.objects.get().pk)})
    assert feed_of(address).status_code == 404
    assert feed_of(reverse("feed", args=["x" * 43])).status_code == 404


def test_a_calendar_of_a_unit_is_for_those_who_may_read_it(office: Office):
    town, now = office.units["town"], office.now
    item = office.at("working")
    feed, token = make_feed(office.people["chief"], now, unit=town)
    assert f"item-{item}" in {u.partition("@")[0] for u in events(feed_of(reverse("feed", args=[token])))}
    with pytest.raises(NotAllowed):
        make_feed(office.people["other_handler"], now, unit=town)
    with pytest.raises(NotFound):
        make_feed(office.people["chief"], now, unit=10**9)
    with pytest.raises(NotFound):
        revoke_feed(office.people["handler"], now, feed.pk)
    revoke_feed(office.people["admin"], now, feed.pk)
    assert feed_of(reverse("feed", args=[token])).status_code == 404


def test_a_calendar_ends_with_the_roles_of_whoever_made_it(office: Office):
    _, token = make_feed(office.people["chief"], office.now, unit=office.units["town"])
    from bihuan.actions.house import revoke_role
    from bihuan.rules.permissions import SYSTEM, Role

    for role in (Role.LEAD, Role.SUPERVISOR):
        revoke_role(
            SYSTEM, office.later(minutes=1), office.people["chief"].person, role, office.units["county"]
        )
    assert feed_of(reverse("feed", args=[token])).status_code == 404


def test_nobody_collects_calendars_without_end(office: Office):
    for _ in range(MOST):
        make_feed(office.people["handler"], office.now)
    with pytest.raises(NotAllowed, match="已有"):
        make_feed(office.people["handler"], office.now)
