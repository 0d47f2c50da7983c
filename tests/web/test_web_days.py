"""The working calendar from the browser: a year with its versions, and a new one with what it moves."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.models import Entry
from bihuan.queries.calendar import calendar_now
from bihuan.web.dates import today
from bihuan.web.forms.days import read_days, words_of
from tests.web.markup import faults
from tests.web.office import Office, text_of


def unpublished() -> int:
    return next(y for y in range(today().year, 2199) if not calendar_now().is_published(y))


def notice(**changes) -> dict[str, str]:
    year = unpublished()
    plain = {
        "year": str(year), "source": "国办发明电〔某年〕1号", "holidays": "1月1日至3日、5月1日至5日、10月1日至7日",
        "workdays": "",
    }  # fmt: skip
    return {**plain, **changes}


def weekday(year: int, month: int, day: int) -> date:
    """The first day from the given one on that is worked without a notice."""
    found = date(year, month, day)
    return found if found.weekday() < 5 else calendar_now().next_workday(found)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("10月1日至3日", [(10, 1), (10, 2), (10, 3)]),
        ("9月30日至10月1日", [(9, 30), (10, 1)]),
        ("1月1日（周五）放假".replace("放假", ""), [(1, 1)]),
        ("2027-01-02、1/3；1.4", [(1, 2), (1, 3), (1, 4)]),
        ("", []),
    ],
)
def test_days_are_read_as_a_notice_words_them(text, days):
    assert read_days(text, 2027) == [date(2027, *d) for d in days]


@pytest.mark.parametrize("text", ["国庆节", "13月1日", "2月30日", "5月3日至1日", "1月1日至12月31日"])
def test_what_is_no_day_is_named(text):
    from django.forms import ValidationError

    with pytest.raises(ValidationError):
        read_days(text, 2027)


def test_days_are_written_as_they_are_read():
    days = read_days("9月30日至10月7日、5月1日", 2027)
    assert words_of(frozenset(days)) == "5月1日、9月30日至10月7日"
    assert read_days(words_of(frozenset(days)), 2027) == sorted(days)


def test_a_year_is_shown_with_its_days_off_and_make_up_days(office: Office):
    response = office.as_("admin").get("/days/?year=2025")
    text = text_of(response)
    assert "2025年工作日历" in text
    assert "1 休" in text
    assert "26 班" in text, "2025年1月26日（周日）上班"
    assert "随系统附带" in text
    assert faults(response.content.decode()) == []


def test_a_year_without_a_notice_is_named_provisional(office: Office):
    text = text_of(office.as_("supervisor").get(f"/days/?year={unpublished()}"))
    assert "暂定。" in text
    assert "还没有录入" in text


def test_a_notice_is_looked_at_first_with_the_deadlines_that_it_moves_and_then_published(office: Office):
    year = unpublished()
    due = weekday(year, 6, 10)
    item = office.at("registered", due=f"{year - 1}-12-01", title="机密的事")
    before = Entry.objects.count()
    client = office.as_("supervisor")
    response = client.post(
        "/days/new/", notice(holidays=notice()["holidays"] + f"、{due.month}月{due.day}日")
    )
    text = text_of(response)
    assert response.status_code == 200
    assert "还没有发布，请核对" in text
    assert f"{due.year}年{due.month}月{due.day}日" in text
    assert "没有事项的时限要调整" in text
    assert faults(response.content.decode()) == []
    assert Entry.objects.count() == before
    assert office.row(item).provisional is False
    done = client.post("/days/new/", {**notice(), "do": "publish"}, follow=True)
    assert f"已发布{year}年放假安排" in text_of(done)
    assert "国办发明电〔某年〕1号 现在用的" in text_of(done)
    assert calendar_now().is_published(year)


def test_the_preview_names_the_deadlines_that_publishing_then_moves(office: Office):
    year = unpublished()
    item = office.register(due=f"{(date(year, 1, 20) - office.now.date()).days}日内", title="东街路灯")
    row = office.row(item)
    assert row.provisional, "it falls into a year that is not published"
    off = words_of(frozenset([row.due, calendar_now().next_workday(row.due)]))
    given = notice(holidays=f"{notice()['holidays']}、{off}")
    shown = text_of(office.as_("supervisor").post("/days/new/", given))
    assert "1 个事项的暂定时限会确定下来， 其中 1 个的日期会变" in shown
    assert "东街路灯" in shown
    hidden = text_of(office.as_("admin").post("/days/new/", given))
    assert "其中 1 个的日期会变" in hidden
    assert "东街路灯" not in hidden
    office.as_("admin").post("/days/new/", {**given, "do": "publish"})
    after = office.row(item)
    assert after.due > row.due
    assert f"{after.due.month}月{after.due.day}日" in shown


def test_a_table_is_read_in_and_shown_in_words(office: Office):
    year = unpublished()
    content = f"日期,类型\n{year}-01-01,放假\n5月1日,放假\n10月1日至3日,放假\n".encode("gb18030")
    response = office.as_("admin").post(
        "/days/new/", {**notice(holidays=""), "table": SimpleUploadedFile("d.csv", content)}
    )
    assert response.status_code == 200
    assert "1月1日、5月1日、10月1日至10月3日" in response.content.decode()
    assert "5月2日是法定节假日，但不在放假日中" in text_of(response)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holidays": "国庆"}, "“国庆”不是日期"),
        ({"source": ""}, "必填"),
        ({"workdays": "1月1日"}, "不"),
        ({"holidays": "2020-01-01"}, "不在"),
    ],
)
def test_a_notice_that_does_not_do_is_told_and_not_published(office: Office, changes, said):
    response = office.as_("admin").post("/days/new/", {**notice(**changes), "do": "publish"})
    assert response.status_code == 422
    assert said in text_of(response)
    assert not calendar_now().is_published(unpublished())


def test_a_line_of_a_table_that_says_nothing_is_named(office: Office):
    table = SimpleUploadedFile("d.csv", "1月1日,放假\n1月2日,也许\n".encode())
    response = office.as_("admin").post("/days/new/", {**notice(), "table": table})
    assert "第2行：应是“日期，放假”或“日期，上班”" in text_of(response)
