"""When digests go out, what they say, and where they can go."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import apprise
import pytest

from bihuan.rules.calendar import Calendar, CalendarYear
from bihuan.rules.clocked import CHINA
from bihuan.rules.digest_words import Line, digest
from bihuan.rules.digests import RETRIES, Hours, HoursInvalid, retry_after
from bihuan.rules.outlets import LIMITS, OUTLETS, OutletInvalid, apprise_url, check

CALENDAR = Calendar.builtin()
HOURS = Hours()


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "next_one"),
    [
        ("2026-03-05 08:59", "2026-03-05 09:00"),
        ("2026-03-05 09:00", "2026-03-05 09:00"),
        ("2026-03-05 09:01", "2026-03-05 15:00"),
        ("2026-03-05 15:01", "2026-03-06 09:00"),
        ("2026-03-06 23:30", "2026-03-09 09:00"),  # Friday night
        ("2026-02-13 20:00", "2026-02-14 09:00"),  # a Saturday that is worked
        ("2026-02-14 16:00", "2026-02-24 09:00"),  # then the Spring Festival
    ],
)
def test_a_digest_waits_for_the_next_time_on_a_working_day(at, next_one):
    assert HOURS.next(china(at), CALENDAR) == china(next_one)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-03-05 08:29", False), ("2026-03-05 08:30", True), ("2026-03-05 17:59", True), ("2026-03-05 18:00", False),
        ("2026-03-07 10:00", False), ("2026-02-14 10:00", True), ("2026-10-01 10:00", False),
    ],
)  # fmt: skip
def test_nothing_ordinary_goes_out_at_night_or_on_days_off(at, is_open):
    assert HOURS.open(china(at), CALENDAR) is is_open


def test_a_day_off_that_a_notice_gives_is_kept():
    calendar = CALENDAR.with_year(CalendarYear(2027, frozenset({date(2027, 3, 1)}), frozenset(), "通知"))
    assert HOURS.next(china("2027-03-01 08:00"), calendar) == china("2027-03-02 09:00")


def test_times_are_read_as_they_are_set():
    assert Hours.read("15:30, 9:00,15:30", "8:00-20:00") == Hours((time(9), time(15, 30)), time(8), time(20))


@pytest.mark.parametrize(
    ("times", "hours"),
    [("", "08:30-18:00"), ("9", "08:30-18:00"), ("25:00", "08:30-18:00"), ("09:00", "08:30"), ("09:00", "9-10-11"),
     ("20:00", "08:30-18:00"), ("18:00", "08:30-18:00"), ("09:00", "18:00-08:30")],
)  # fmt: skip
def test_times_that_make_no_sense_are_refused(times, hours):
    with pytest.raises(HoursInvalid):
        Hours.read(times, hours)


def test_each_failure_is_followed_by_a_longer_wait_until_it_is_given_up():
    waits = [retry_after(n) for n in range(1, len(RETRIES) + 2)]
    assert waits[:-1] == sorted(RETRIES)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] is None


LINES = [
    Line("问改〔2026〕1号", "修路", "已交由你单位办理"),
    Line("问改〔2026〕2号", "治水", "已销号"),
    Line("问改〔2026〕1号", "修路", "收到督办单", doubtful=True),
    Line("", "暗访方案", "督查方案待您批准"),
]


def test_a_digest_tells_each_item_once_with_all_that_happened_to_it():
    found = digest(LINES, titles=True, limit=1000, link="https://b.gov.cn/inbox/")
    assert found.subject == "闭环督办提醒（4条）"
    assert found.body.split("\n") == [
        "问改〔2026〕1号“修路”：已交由你单位办理；收到督办单（此前可能已送达）。",
        "问改〔2026〕2号“治水”：已销号。",
        "“暗访方案”：督查方案待您批准。",
        "请登录办理：https://b.gov.cn/inbox/",
    ]


def test_without_titles_the_number_alone_leaves_the_house():
    body = digest(LINES[:2], titles=False, limit=1000).body
    assert body == "问改〔2026〕1号：已交由你单位办理。\n问改〔2026〕2号：已销号。\n请登录闭环办理。"


def test_an_urgent_line_makes_an_urgent_digest():
    assert (
        digest([Line("1", "a", "b", urgent=True)], titles=True, limit=500).subject
        == "【紧急】闭环督办提醒（1条）"
    )


@pytest.mark.parametrize("limit", [80, 120, 200, 601, 5000])
def test_what_does_not_fit_is_counted_and_the_limit_is_kept(limit):
    lines = [Line(f"问改〔2026〕{n}号", "修路" * (n % 40), "已交由你单位办理") for n in range(60)]
    body = digest(lines, titles=True, limit=limit).body
    told = body.split("\n")
    assert len(body) <= limit
    listed = sum(line.startswith("问改") for line in told)
    rest = [line for line in told if line.startswith("另有")]
    assert rest == ([f"另有{60 - listed}件，请登录查看。"] if listed < 60 else [])


def test_one_line_that_is_too_long_is_cut_visibly():
    body = digest([Line("1号", "字" * 500, "办")], titles=True, limit=100).body
    assert len(body) <= 100
    assert body.split("\n")[0].endswith("字…")


ADDRESSES = [
    ("mail", "li@example.gov.cn", "li@example.gov.cn"),
    ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4", "693a91f6-7xxx-4bc4"),
    ("wecom", "693a91f6-7xxx-4bc4", "693a91f6-7xxx-4bc4"),
    ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abcdef0123", "abcdef0123"),
    ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abcdef0123 SECabc01234", "abcdef0123 SECabc01234"),
    ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/0f1e2d3c-aaaa", "0f1e2d3c-aaaa"),
    ("gateway", "https://msg.gov.cn/api?k=1", "https://msg.gov.cn/api?k=1"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "kept"), ADDRESSES)
def test_what_a_robots_page_shows_is_taken_as_it_is_copied(kind, given, kept):
    assert check(kind, f" {given} ") == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [("mail", "li"), ("mail", "a@b.c d"), ("mail", "a@b.c?to=x@y.z"), ("wecom", "https://qyapi.weixin.qq.com/x"),
     ("wecom", "k"), ("dingtalk", "abcdef0123 x/y"), ("feishu", "https://open.feishu.cn/elsewhere"), ("gateway", "ftp://x/"),
     ("gateway", "https://"), ("telegram", "x")],
)  # fmt: skip
def test_what_is_no_address_of_its_kind_is_refused_with_an_example(kind, given):
    with pytest.raises(OutletInvalid) as refused:
        check(kind, given)
    assert refused.value.hint


def test_every_kind_has_a_limit():
    assert LIMITS.keys() == OUTLETS.keys()


def built(kind: str, secret: str, server: str = "") -> object:
    return apprise.Apprise.instantiate(apprise_url(kind, secret, server), suppress_exceptions=False)


def test_the_addresses_lead_apprise_to_the_robots_themselves():
    wecom = built("wecom", "693a91f6-7xxx-4bc4")
    assert (type(wecom).__name__, wecom.key) == ("NotifyWeComBot", "693a91f6-7xxx-4bc4")
    assert "qyapi.weixin.qq.com" in wecom.notify_url
    ding = built("dingtalk", "abcdef0123 SECabc01234")
    assert (type(ding).__name__, ding.token, ding.secret) == ("NotifyDingTalk", "abcdef0123", "SECabc01234")
    assert built("dingtalk", "abcdef0123").token == "abcdef0123"
    feishu = built("feishu", "0f1e2d3c-aaaa")
    assert (type(feishu).__name__, feishu.token) == ("NotifyFeishu", "0f1e2d3c-aaaa")
    assert [o.socket_connect_timeout for o in (wecom, ding, feishu)] == [5.0, 5.0, 5.0]


def test_a_gateway_gets_json_and_a_mail_goes_to_its_one_reader():
    gateway = built("gateway", "http://127.0.0.1:8000/in?k=1")
    assert (type(gateway).__name__, gateway.host, gateway.port, gateway.secure) == (
        "NotifyJSON",
        "127.0.0.1",
        8000,
        False,
    )
    assert built("gateway", "https://msg.gov.cn/in").secure
    mail = built("mail", "li@example.gov.cn", "mailtos://u:p@smtp.example.gov.cn:465?from=d@example.gov.cn")
    assert [address for _, address in mail.targets] == ["li@example.gov.cn"]
    assert (mail.smtp_host, mail.port, mail.from_addr[1]) == ("smtp.example.gov.cn", 465, "d@example.gov.cn")


def test_mail_needs_a_server():
    with pytest.raises(OutletInvalid, match="邮件服务器"):
        apprise_url("mail", "li@example.gov.cn", "smtp.example.gov.cn")
