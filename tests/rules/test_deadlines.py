import math
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.rules.calendar import Calendar
from bihuan.rules.deadlines import Deadline, Doubt, parse
from tests.support.depth import often

CALENDAR = Calendar({year: notice for year, notice in Calendar.builtin().years.items() if year <= 2026})
BASE = date(2024, 9, 10)  # a Tuesday


def read(wording, base=BASE, calendar=CALENDAR):
    return parse(wording, base=base, calendar=calendar)


def due(wording, base=BASE):
    return read(wording, base).due


def codes(wording, base=BASE):
    return [doubt.code for doubt in read(wording, base).doubts]


D = date


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("2024年12月底前", Deadline(due=D(2024, 12, 31))),
        ("2024年底前，并长期坚持", Deadline(due=D(2024, 12, 31), ongoing=True)),
        ("立行立改", Deadline(immediate=True)),
        ("即知即改", Deadline(immediate=True)),
        ("即改", Deadline(immediate=True)),
        ("边查边改", Deadline(immediate=True)),
        ("立行立改，长期坚持", Deadline(ongoing=True, immediate=True)),
        ("立行立改，2024年12月完成", Deadline(due=D(2024, 12, 31), immediate=True)),
        ("即时", Deadline(immediate=True)),
        ("马上", Deadline(immediate=True)),
        ("立即整改", Deadline(immediate=True)),
        ("立刻", Deadline(immediate=True)),
        ("即日起", Deadline(immediate=True)),
        ("第一时间整改", Deadline(immediate=True)),
        ("即日起至2024年12月31日", Deadline(due=D(2024, 12, 31))),
        ("长期", Deadline(ongoing=True)),
        ("长期坚持", Deadline(ongoing=True)),
        ("持续推进", Deadline(ongoing=True)),
        ("持续整改", Deadline(ongoing=True)),
        ("常态化推进", Deadline(ongoing=True)),
        ("常抓不懈", Deadline(ongoing=True)),
        ("一直坚持", Deadline(ongoing=True)),
        ("全程推进", Deadline(ongoing=True)),
        ("无固定期限", Deadline(ongoing=True)),
        ("2024年12月底前（长期）", Deadline(due=D(2024, 12, 31), ongoing=True)),
        ("长期（2024年12月底前取得阶段性成效）", Deadline(due=D(2024, 12, 31), ongoing=True)),
        ("2024年底前形成制度，常态长效", Deadline(due=D(2024, 12, 31), ongoing=True)),
        ("2024年底前建立常态化机制", Deadline(due=D(2024, 12, 31))),
        ("建立长效机制，2024年底前", Deadline(due=D(2024, 12, 31))),
        ("持续整改至2025年6月", Deadline(due=D(2025, 6, 30))),
        ("持续整改到位，2025年6月", Deadline(due=D(2025, 6, 30), ongoing=True)),
        ("2024年10月起，长期坚持", Deadline(ongoing=True)),
        ("持续整改，每季度调度", Deadline(ongoing=True, cycle="quarter")),
        ("长期坚持（每半年一次）", Deadline(ongoing=True, cycle="half-year")),
        ("每天", Deadline(ongoing=True, cycle="day")),
        ("每周", Deadline(ongoing=True, cycle="week")),
        ("每月", Deadline(ongoing=True, cycle="month")),
        ("每季度", Deadline(ongoing=True, cycle="quarter")),
        ("每3个月", Deadline(ongoing=True, cycle="quarter")),
        ("每六个月", Deadline(ongoing=True, cycle="half-year")),
        ("每年", Deadline(ongoing=True, cycle="year")),
        ("每年汛期前", Deadline(ongoing=True, cycle="year")),
        ("半年一次", Deadline(ongoing=True, cycle="half-year")),
        ("一年两次", Deadline(ongoing=True, cycle="half-year")),
        ("三个月一次", Deadline(ongoing=True, cycle="quarter")),
        ("一周一次", Deadline(ongoing=True, cycle="week")),
        ("每年4次", Deadline(ongoing=True, cycle="quarter")),
        ("逐月", Deadline(ongoing=True, cycle="month")),
        ("按季度报送", Deadline(ongoing=True, cycle="quarter")),
        ("月调度", Deadline(ongoing=True, cycle="month")),
        ("季度", Deadline(ongoing=True, cycle="quarter")),
        ("年年", Deadline(ongoing=True, cycle="year")),
        ("每周调度，每月通报", Deadline(ongoing=True, cycle="week")),
        ("2025年底前完成，每季度报告一次", Deadline(due=D(2025, 12, 31), cycle="quarter")),
        ("2024年12月调度", Deadline(due=D(2024, 12, 31))),
        ("", Deadline()),
        ("  \n", Deadline()),
        ("——", Deadline()),
        ("一", Deadline()),
        ("N/A", Deadline()),
        ("不涉及", Deadline()),
    ],
)
def test_a_wording_says_due_ongoing_cycle_and_immediate(wording, expected):
    found = read(wording)
    assert (found.due, found.ongoing, found.cycle, found.immediate, found.doubts) == (
        expected.due,
        expected.ongoing,
        expected.cycle,
        expected.immediate,
        (),
    )


@pytest.mark.parametrize(
    ("wording", "day"),
    [
        ("10月中旬", D(2024, 10, 20)),
        ("10月上旬前", D(2024, 10, 10)),
        ("11月下旬", D(2024, 11, 30)),
        ("10月上中旬", D(2024, 10, 20)),
        ("今年年底前", D(2024, 12, 31)),
        ("明年6月底", D(2025, 6, 30)),
        ("来年3月", D(2025, 3, 31)),
        ("2024年度内", D(2024, 12, 31)),
        ("2024年全年", D(2024, 12, 31)),
        ("岁末", D(2024, 12, 31)),
        ("第三季度", D(2024, 9, 30)),
        ("三季度末", D(2024, 9, 30)),
        ("2025年一季度", D(2025, 3, 31)),
        ("2025年第一、二季度", D(2025, 6, 30)),
        ("2025年前三季度", D(2025, 9, 30)),
        ("25年四季度", D(2025, 12, 31)),
        ("2025年Q4", D(2025, 12, 31)),
        ("２０２５Ｑ１", D(2025, 3, 31)),
        ("下季度末", D(2024, 12, 31)),
        ("下半年", D(2024, 12, 31)),
        ("“十四五”末", D(2025, 12, 31)),
        ("2024年12月31日24时前", D(2024, 12, 31)),
        ("2024年12月31日下午5点前", D(2024, 12, 31)),
        ("2024年12月31日23:59:59", D(2024, 12, 31)),
        ("2024-12-31T08:00:00Z", D(2024, 12, 31)),
        ("2024年\n12月底", D(2024, 12, 31)),
        ("2024年的12月31日", D(2024, 12, 31)),
        ("（2024年12月31日）", D(2024, 12, 31)),
        ("2024年12.31前", D(2024, 12, 31)),
        ("24-12-31", D(2024, 12, 31)),
        ("2024.12.31.", D(2024, 12, 31)),
        ("2024 12", D(2024, 12, 31)),
        ("31-Dec-24", D(2024, 12, 31)),
        ("2024年12月份底前", D(2024, 12, 31)),
        ("2024年12月月底", D(2024, 12, 31)),
        ("元月底前完成", D(2025, 1, 31)),
        ("廿五日前", D(2024, 9, 25)),
        ("月底前", D(2024, 9, 30)),
        ("季末前", D(2024, 9, 30)),
        ("次月10日前", D(2024, 10, 10)),
        ("下月", D(2024, 10, 31)),
        ("周五前", D(2024, 9, 13)),
        ("本周内", D(2024, 9, 15)),
        ("本周末", D(2024, 9, 15)),
        ("次日", D(2024, 9, 11)),
        ("后天", D(2024, 9, 12)),
        ("不晚于2024年12月31日", D(2024, 12, 31)),
        ("国办发〔2024〕15号文要求2024年底前", D(2024, 12, 31)),
        ("三年行动2026年底前", D(2026, 12, 31)),
        ("2024年12月底前（分三年实施）", D(2024, 12, 31)),
        ("百日攻坚，2024年12月底前", D(2024, 12, 31)),
        ("整改时限：2024年12月31日", D(2024, 12, 31)),
        ("2025年中秋节前", D(2025, 9, 30)),
        ("2025年清明前", D(2025, 4, 3)),
        ("2025年端午节前", D(2025, 5, 30)),
        ("2025年春节前", D(2025, 1, 27)),
        ("2025年元旦前", D(2024, 12, 31)),
        ("2025年教师节前", D(2025, 9, 9)),
        ("2024年9月一12月", D(2024, 12, 31)),
        ("10月8日—12月31日", D(2024, 12, 31)),
        ("2024年9—2025年3月", D(2025, 3, 31)),
        ("20241001-20250331", D(2025, 3, 31)),
        ("2024-10-01至2025-03-31", D(2025, 3, 31)),
        ("2024.10.8-30", D(2024, 10, 30)),
        ("2024-2026", D(2026, 12, 31)),
        ("2024年12月25日至10日", D(2025, 1, 10)),
        ("10月—次年3月", D(2025, 3, 31)),
        ("9.20-9.30", D(2024, 9, 30)),
        ("2024年12月底前（原2025年6月）", D(2024, 12, 31)),
        ("2024年底延期至2025年6月", D(2025, 6, 30)),
        ("2025年6月底，提前至2024年12月底", D(2024, 12, 31)),
        ("2024年9月底前，延期3个月", D(2024, 12, 31)),
        ("2024年9月20日（延长10天）", D(2024, 9, 30)),
        ("2023年度问题2024年底前整改", D(2024, 12, 31)),
        ("针对2025年巡察反馈问题，2024年12月底前", D(2024, 12, 31)),
        ("2024年12月底前完成第3批任务", D(2024, 12, 31)),
        ("2024年前11个月", D(2024, 11, 30)),
        ("下下个月", D(2024, 11, 30)),
        ("下下周五", D(2024, 9, 27)),
        ("12月31日前（含当日）", D(2024, 12, 31)),
        ("2024年12月31日前（含）", D(2024, 12, 31)),
        ("2024q4", D(2024, 12, 31)),
    ],
)
def test_a_date_is_read_without_doubt(wording, day):
    assert (due(wording), [code for code in codes(wording) if code != "year-guessed"]) == (day, [])


@pytest.mark.parametrize(
    ("wording", "day"),
    [
        ("接到交办后15个工作日内", D(2024, 10, 8)),  # 中秋 and 国庆, with 09-14, 09-29 and 10-12 worked
        ("十个工作日", D(2024, 9, 25)),
        ("自印发之日起30日内", D(2024, 10, 10)),
        ("三个月之内", D(2024, 12, 10)),
        ("60日内", D(2024, 11, 11)),  # 11-09 is a Saturday
        ("60日", D(2024, 11, 11)),
        ("一个半月", D(2024, 10, 25)),
        ("2个季度内", D(2025, 3, 10)),
        ("3-6个月", D(2025, 3, 10)),
        ("半年内", D(2025, 3, 10)),
        ("两年内", D(2026, 9, 10)),
        ("百日内", D(2024, 12, 19)),
        ("60日内办结，可延长30日", D(2024, 11, 11)),
        ("自2024年10月8日起15个工作日内", D(2024, 10, 28)),
        ("2024年10月起3个月内", D(2024, 12, 31)),
        ("2024年10月8日后5日内", D(2024, 10, 14)),
        ("即日起3个工作日内", D(2024, 9, 13)),
    ],
)
def test_a_period_counts_on_the_calendar_from_the_base_or_the_date_given(wording, day):
    found = read(wording)
    assert (found.due, found.doubts, found.provisional) == (day, (), False)


def test_a_period_into_an_unpublished_year_is_provisional():
    found = parse("30个工作日内", base=date(2026, 12, 1), calendar=CALENDAR)
    assert (found.due, found.provisional) == (date(2027, 1, 13), True)


def test_a_fixed_date_in_an_unpublished_year_is_certain_and_does_not_roll():
    found = parse("2027年10月1日前", base=date(2026, 12, 1), calendar=CALENDAR)
    assert (found.due, found.provisional) == (date(2027, 10, 1), False)


def test_the_calendar_decides_not_a_cached_earlier_reading():
    notice = CALENDAR.years[2024]
    longer = type(notice)(2024, notice.holidays | {date(2024, 9, 11)}, notice.workdays, "测试通知")
    changed = CALENDAR.with_year(longer)
    assert read("1个工作日内").due == date(2024, 9, 11)
    assert read("1个工作日内", calendar=changed).due == date(2024, 9, 12)


@pytest.mark.parametrize(
    ("wording", "milestones"),
    [
        (
            "2024年底前完成50%，2025年底前全部完成",
            ((D(2024, 12, 31), "完成50%"), (D(2025, 12, 31), "全部完成")),
        ),
        (
            "①2024年10月底前出台方案；②2025年6月底前完成建设，长期坚持",
            ((D(2024, 10, 31), "出台方案"), (D(2025, 6, 30), "完成建设,长期坚持")),
        ),
        (
            "方案：2024年12月底；实施：2025年6月底",
            ((D(2024, 12, 31), "方案"), (D(2025, 6, 30), "实施")),
        ),
        (
            "方案12月底，实施2025年6月底",
            ((D(2024, 12, 31), "方案"), (D(2025, 6, 30), "实施")),
        ),
        (
            "2024年底前,完成50%;2025年底前,全部完成",
            ((D(2024, 12, 31), "完成50%"), (D(2025, 12, 31), "全部完成")),
        ),
        (
            "第一阶段（2024年10月—12月）摸底；第二阶段（2025年1月—6月）整改",
            ((D(2024, 12, 31), "摸底"), (D(2025, 6, 30), "整改")),
        ),
        (
            "收到交办单之日起5个工作日内反馈，15个工作日内办结",
            ((D(2024, 9, 18), "反馈"), (D(2024, 10, 8), "办结")),
        ),
        (
            "2024年12月底前完成，3月底前验收",
            ((D(2024, 12, 31), "完成"), (D(2025, 3, 31), "验收")),
        ),
        ("2024年6月30日和2024年12月31日", ((D(2024, 6, 30), ""), (D(2024, 12, 31), ""))),
        ("2024年10、11月", ((D(2024, 10, 31), ""), (D(2024, 11, 30), ""))),
        ("每月底前", ((D(2024, 9, 30), "每月底"),)),
        ("每月5日、20日前", ((D(2024, 10, 5), "每月5日"), (D(2024, 9, 20), "每月20日"))),
        ("每年6月、12月底前", ((D(2025, 6, 30), "每年6月"), (D(2024, 12, 31), "每年12月底"))),
        ("每季度末月25日前", ((D(2024, 9, 25), "每季度末月25日"),)),
        ("每周五前", ((D(2024, 9, 13), "每周五"),)),
        ("每周一", ((D(2024, 9, 16), "每周一"),)),
        ("每年3月31日前", ((D(2025, 3, 31), "每年3月31日"),)),
        ("2024年12月31日，12月31日", ()),
        ("2024年10月—12月", ()),
        ("2024年12月底前", ()),
    ],
)
def test_stages_and_next_dates_are_kept_as_milestones(wording, milestones):
    assert read(wording).milestones == milestones


def test_the_last_day_of_a_month_recurs_on_the_last_day():
    assert read("每季度末", base=date(2024, 10, 1)).milestones == ((date(2024, 12, 31), "每季度末"),)
    assert read("每月底", base=date(2024, 2, 5)).milestones == ((date(2024, 2, 29), "每月底"),)
    assert read("每年2月底前", base=date(2024, 3, 1)).milestones == ((date(2025, 2, 28), "每年2月底"),)


@pytest.mark.parametrize(
    ("base", "wording", "day", "guessed"),
    [
        ("2026-11-23", "12月底前", "2026-12-31", False),
        ("2026-11-23", "6月底", "2026-06-30", False),  # five months ago: overdue, not next year's
        ("2026-11-23", "5月22日", "2027-05-22", True),
        ("2026-11-23", "5月23日", "2026-05-23", False),
        ("2026-01-10", "12月底前", "2026-12-31", False),
        ("2026-11-23", "一季度", "2027-03-31", True),
        ("2026-11-23", "2026年12月—3月", "2027-03-31", True),
        ("2026-11-23", "2026年12月底前（10月底前完成初稿）", "2026-12-31", False),
    ],
)
def test_a_missing_year_is_the_bases_or_the_next_when_that_lies_half_a_year_back(base, wording, day, guessed):
    base = date.fromisoformat(base)
    assert due(wording, base) == date.fromisoformat(day)
    assert ("year-guessed" in codes(wording, base)) == guessed


@pytest.mark.parametrize(
    ("wording", "doubt"),
    [
        (
            "2025年2月30日",
            Doubt("impossible-date", "“2025年2月30日”不存在，按2025年2月28日（当月最后一天）计，请核对。"),
        ),
        ("3月", Doubt("year-guessed", "“3月”没有写年份，按2027年3月31日计，请核对。")),
        ("15日前", Doubt("month-guessed", "“15日”没有写月份，按2026年12月15日计，请核对。")),
        ("周日前后", Doubt("approximate", "“周日”没有具体日期，按2026年11月29日计，请核对。")),
        ("年初", Doubt("approximate", "“年初”没有具体日期，按2026年1月31日计，请核对。")),
        (
            "2027年春季学期",
            Doubt("approximate", "“2027年春季学期”没有具体日期，按2027年12月31日计，请核对。"),
        ),
        (
            "2027年国庆期间",
            Doubt("approximate", "“2027年国庆期间”没有具体日期，按2027年12月31日计，请核对。"),
        ),
        ("2027年二季度初", Doubt("approximate", "“2027年2季度初”没有具体日期，按2027年4月30日计，请核对。")),
        (
            "12月前",
            Doubt("open-before", "“12月前”按2026年12月31日计；如指2026年12月1日以前，请写明具体日期。"),
        ),
        ("12/31/24", Doubt("order", "“12/31/24”的年月日顺序不合习惯，按2024年12月31日计，请核对。")),
        ("31/12/2026", Doubt("order", "“31/12/2026”的年月日顺序不合习惯，按2026年12月31日计，请核对。")),
        ("10日", Doubt("days", "“10日”按10天内计；如指几号，请写明月份。")),
        ("60日前", Doubt("days", "“60日”按60天内计；如指几号，请写明月份。")),
        ("2小时内", Doubt("hours", "“2小时”以小时计，时限只记到日，按2026年11月23日计。")),
        ("90分钟内", Doubt("hours", "“90分钟”以小时计，时限只记到日，按2026年11月23日计。")),
        (
            "资金到位后10天",
            Doubt(
                "unknown-start", "“10天”从“资金到位”起算，不知道是哪一天，暂从2026年11月23日起算，请核对。"
            ),
        ),
        ("2026年底，审批3个月内", Doubt("date-over-span", "既写了日期又写了期限“3个月”，按日期计，请核对。")),
        ("每两周", Doubt("cycle", "没有“每2周”这样的周期，按每周检查，请核对。")),
        ("已完成", Doubt("done", "“已完成”写的是完成情况，不能据此销号；请在进展或状态栏填写。")),
        (
            "已于9月30日办结",
            Doubt("done", "“已于9月30日办结”写的是完成情况，不能据此销号；请在进展或状态栏填写。"),
        ),
        ("已立行立改", Doubt("done", "“已立行立改”写的是完成情况，不能据此销号；请在进展或状态栏填写。")),
        ("完成80%", Doubt("state", "“完成80%”写的是进展，不是时限，请补写时限。")),
        (
            "2024年巡察反馈问题",
            Doubt("approximate", "“2024年巡察反馈问题”没有具体日期，按2024年12月31日计，请核对。"),
        ),
        ("1年1月", Doubt("unread-part", "“1年”没有读懂，请核对。")),
        ("未完成", Doubt("state", "“未完成”写的是进展，不是时限，请补写时限。")),
        ("尽快", Doubt("vague", "“尽快”没有具体日期，请补写时限。")),
        (
            "2026年12月启动",
            Doubt("start-only", "“2026年12月启动”只写了开始时间，按没有截止时间的长期事项处理，请核对。"),
        ),
        ("2099年12月", Doubt("odd-year", "2099年12月31日与2026年11月23日相差十年以上，请核对年份。")),
        ("10月底", Doubt("past", "2026年10月31日早于2026年11月23日。", "info")),
        (
            "2024.1",
            Doubt("lost-zero", "“2024.1”按2024年1月31日计；如原为“2024.10”，表格会去掉末尾的 0，请核对。"),
        ),
        ("204年12月底前", Doubt("unread-part", "“204年”没有读懂，请核对。")),
        ("同上", Doubt("ditto", "时限“同上”没有随行带出上一行的时限，请写明。", "error")),
        ("农历年底", Doubt("unread", "农历日期不能换算，请写公历日期。", "error")),
        (
            "2027年春节前",
            Doubt("unread", "2027年春节的放假安排没有公布，不能推算日期，请写明具体日期。", "error"),
        ),
        (
            "元旦、春节前",
            Doubt("unread-part", "2027年春节的放假安排没有公布，不能推算日期，请写明具体日期。"),
        ),
        (
            "胡说八道",
            Doubt(
                "unread",
                "读不懂时限“胡说八道”，请写成 2026年12月31日前、12月底前、立行立改、长期坚持 等。",
                "error",
            ),
        ),
    ],
)
def test_an_assumption_is_told_in_plain_words(wording, doubt):
    doubts = read(wording, base=date(2026, 11, 23)).doubts
    assert [found for found in doubts if found.code == doubt.code] == [doubt]


@pytest.mark.parametrize(
    "wording",
    [
        "13月",
        "2024年13月",
        "2024年00月",
        "0日前",
        "2024-13-01",
        "20241331",
        "2206年12月",
        "12底前",
        "第3次",
        "会议召开前3日",
        "①",
        "（1）",
        "99.99",
        "3.5.7",
        "100",
        "0",
        "-1",
        "√",
        "是",
        "2024年15日",
        "2024年12月0日",
        "９９９９年",
        "999年内",
        "999999个工作日内",
        "9" * 50 + "个月内",
        "9" * 400 + "天内",
    ],
)
def test_what_cannot_be_read_is_an_error_with_the_text_and_no_date(wording):
    found = read(wording)
    assert (found.due, found.ongoing, found.cycle, found.immediate) == (None, False, None, False)
    assert [(doubt.code, doubt.severity) for doubt in found.doubts] == [("unread", "error")]
    assert f"“{wording[:60]}" in found.doubts[0].message


@pytest.mark.parametrize(
    "wording",
    [
        "待定",
        "按期整改",
        "限期整改",
        "视情况而定",
        "换届前完成",
        "任期内",
        "报批后实施",
        "春节后",
        "不定期",
        "根据实际",
    ],
)
def test_a_wording_without_a_date_is_a_warning(wording):
    found = read(wording)
    assert (found.due, [(doubt.code, doubt.severity) for doubt in found.doubts]) == (
        None,
        [("vague", "warning")],
    )


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2024, 12, 31), D(2024, 12, 31)),
        (datetime(2024, 12, 31, 17, 30, tzinfo=UTC), D(2024, 12, 31)),
        (45657, D(2024, 12, 31)),
        (45657.0, D(2024, 12, 31)),
        (45657.75, D(2024, 12, 31)),
        ("45657", D(2024, 12, 31)),
        ("４５６５７", D(2024, 12, 31)),
        ("45657.0", D(2024, 12, 31)),
        (20241231, D(2024, 12, 31)),
        (202412, D(2024, 12, 31)),
        (2024, D(2024, 12, 31)),
        (2024.12, D(2024, 12, 31)),
        (12.31, D(2024, 12, 31)),
        ("10.20", D(2024, 10, 20)),
    ],
)
def test_dates_serials_and_figures_are_read(value, day):
    found = read(value)
    assert (found.due, found.doubts) == (day, ())


@pytest.mark.parametrize("value", [0, 7, -45657, 10**9, 3.75, math.inf, -math.inf, 1e300, True, time(9)])
def test_other_numbers_and_values_are_errors(value):
    found = read(value)
    assert (found.due, [doubt.severity for doubt in found.doubts]) == (None, ["error"])


def test_a_zero_that_a_spreadsheet_cut_off_is_doubted():
    assert (due(2024.1), codes(2024.1)) == (date(2024, 1, 31), ["past", "lost-zero"])
    assert (due(12.3), codes(12.3)) == (date(2024, 12, 3), ["lost-zero"])
    assert (due("12.30"), codes("12.30")) == (date(2024, 12, 30), [])


@pytest.mark.parametrize("value", [None, math.nan, "", "　", "无", "/"])
def test_an_empty_value_is_a_doubt_only_when_one_is_required(value):
    assert read(value).doubts == ()
    required = parse(value, base=BASE, calendar=CALENDAR, required=True)
    assert [(doubt.code, doubt.severity) for doubt in required.doubts] == [("empty", "warning")]


@pytest.mark.parametrize("value", ["2024年底前", "长期坚持", "立行立改", "每季度", "胡说"])
def test_a_value_that_says_something_is_not_missing(value):
    assert parse(value, base=BASE, calendar=CALENDAR, required=True) == read(value)


def test_the_text_is_kept_as_it_was_written():
    assert read(" ２０２４年底前，\n并长期坚持 ").text == "２０２４年底前，\n并长期坚持"
    assert (read(45657).text, read(date(2024, 12, 31)).text) == ("45657", "2024-12-31")


def test_a_cell_of_a_whole_essay_is_refused_quickly_and_kept():
    essay = "2024年12月底前完成整改，" * 2500
    found = read(essay)
    assert (found.text, found.due, [doubt.code for doubt in found.doubts]) == (essay, None, ["too-long"])
    assert len(found.doubts[0].message) < 150


STYLES = [
    "{y}年{m}月{d}日前",
    "{y}年{m:02}月{d:02}日",
    "{y}.{m}.{d}",
    "{y}-{m:02}-{d:02}",
    "{y}/{m}/{d}",
    "{y}/{m}/{d} 0:00:00",
    "{y}{m:02}{d:02}",
    "{s:02}年{m}月{d}号前",
    "截至 {y} 年 {m} 月 {d} 日",
    "（{y}年{m}月{d}日前完成，长期坚持）",
    "立行立改，{y}年{m}月{d}日前",
    "1．{y}年{m}月{d}日前；",
    "2019年1月—{y}年{m}月{d}日",
]


@given(st.dates(date(2020, 1, 1), date(2034, 12, 31)), st.sampled_from(STYLES))
def test_any_date_in_any_style_is_read_back(day, style):
    wording = style.format(y=day.year, s=day.year % 100, m=day.month, d=day.day)
    assert due(wording) == day


@given(st.dates(date(2020, 1, 1), date(2034, 12, 31)))
def test_any_date_in_chinese_numerals_is_read_back(day):
    digits, tens = "〇一二三四五六七八九", ["", "十", "二十", "三十"]
    year = "".join(digits[int(char)] for char in str(day.year))
    month, number = ((tens[n // 10] + digits[n % 10]).removesuffix("〇") for n in (day.month, day.day))
    assert due(f"{year}年{month}月{number}日") == day


@given(st.dates(date(2000, 1, 1), date(2098, 12, 31)))
def test_any_excel_serial_is_read_back(day):
    serial = (day - date(1899, 12, 30)).days
    assert due(serial) == due(str(serial)) == day


@given(st.integers(1, 200), st.dates(date(2024, 1, 1), date(2025, 6, 1)))
def test_working_days_follow_the_calendar(n, base):
    assert due(f"接到交办后{n}个工作日内", base) == CALENDAR.add_workdays(base, n).date


@given(st.dates(date(2020, 1, 1), date(2033, 12, 1)), st.integers(1, 400))
def test_a_range_gives_its_end_however_it_is_written(start, length):
    end = start + timedelta(days=length)
    for dash in ("-", "—", "——", "~", "～", "至", "到", " - "):
        assert (
            due(f"{start.year}年{start.month}月{start.day}日{dash}{end.year}年{end.month}月{end.day}日")
            == end
        )


PIECES = st.sampled_from(
    """2024年 24年 12月 2月 31日 30日 底 前 内 起 至 - — 、 ， ； 。 （ ） 十四五 末 中旬 上旬 初 季度 一 三 第 Q3 上半年 今年
    明年 次 年 月 日 周五 个工作日 个月 天 小时 半 每 一次 两次 长期 坚持 持续 推进 立行立改 已 完成 尽快 国庆 春节 元旦 后 接到
    交办 自 之日 延期 原定 12.31 2024.10 2024-12-31 45657 99 0 . / 同上 农历 正月 调度 最后 末月 ① (1) 1. 全 本 下 上 周 %
    万元 号 〔2024〕 12:00 24时""".split()
)


@settings(max_examples=often(133, 1000))
@given(
    st.lists(PIECES | st.sampled_from(" \n\t"), max_size=12).map("".join),
    st.dates(date(1990, 1, 1), date(2100, 12, 31)),
)
def test_no_mixture_of_words_makes_it_raise_or_fall_silent(wording, base):
    found = read(wording, base)
    said = found.due or found.ongoing or found.immediate or found.cycle or found.doubts
    assert said or not any(char.isalnum() and char != "一" for char in wording)
    assert "\x00" not in "".join(label for _, label in found.milestones)
    assert found == read(wording, base)


@settings(max_examples=often(133, 1000))
@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text):
    assert read(text).text == text.strip()


@given(st.text(alphabet="0123456789年月日天个工作内每次季-./", max_size=500))
def test_no_figures_make_it_raise(text):
    assert read(text).text == text


def test_a_month_beyond_the_calendar_is_an_error():
    assert codes("下月底", date(2199, 12, 1)) == ["unread"]


@given(st.floats() | st.integers(-(10**12), 10**12) | st.dates() | st.datetimes())
def test_no_number_or_date_makes_it_raise(value):
    assert isinstance(read(value), Deadline)
