"""The sentences of the stage report."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.reports import sentences
from bihuan.reports.context import SENTENCE_FIGURES, Cut, DueGroup, DueItem, OpenItem
from bihuan.reports.marks import MARKED, plain
from tests.reports.samples import (
    CHINA,
    UNITS,
    done_item,
    empty,
    figure,
    open_item,
    rich,
    sentence_figures,
    table,
)


def said(paragraphs: tuple[str, ...]) -> list[str]:
    return [plain(text) for text in paragraphs]


def test_overview_of_a_full_report_says_everything_in_whole_sentences() -> None:
    assert said(sentences.overview(rich())) == [
        "截至2026年11月23日，共登记事项128项（其中需长期坚持6项），制定措施356条。已销号96项，销号率75.0%；"
        "已完成措施300条，措施完成率84.3%。另有并案2项、撤销1项，不计入登记事项。",
        "在办32项，其中红灯4项、黄灯8项、绿灯20项。逾期3项；正在审核5项、挂起1项、报称完成待核实2项。",
        "共发出单据9份，其中通知单6份、预警单3份；要求答复7份，已答复6份，其中按时答复5份，按时答复率71.4%。",
        "各级审核通过310次、退回修改14次；召开会审3次，议定事项21项；收到延期、转办等申请9次，其中批准6次、未批准2次。",
        "开展督查3次，其中专项督查2次、走流程1次；督查发现问题12个，其中立为新事项10项；走流程发现堵点4个；被督查单位提出异议1次。",
        "销号后开展回头看12次，发现问题反弹1次；按抽样安排回头看5项；回潮重办1次，按原编号继续办理；批准延期4次；"
        "因事项建章立制，印发制度2项、修订制度1次。",
    ]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"reviews_passed": "3"}, "各级审核通过3次。"),
        (
            {"reviews_sent_back": "1", "meetings": "1", "meeting_items": "2"},
            "各级退回修改1次；召开会审1次，议定事项2项。",
        ),
        ({"requests": "2"}, "收到延期、转办等申请2次。"),
        ({"requests": "2", "requests_refused": "1"}, "收到延期、转办等申请2次，其中未批准1次。"),
    ],
)
def test_what_reviews_meetings_and_approvers_decided_is_told_where_there_is_any(values, told) -> None:
    figures = sentence_figures(registered="5", open="5", **values)
    assert said(sentences.overview(empty(figures=figures)))[2] == told


def test_overview_of_nothing_says_so_and_no_more() -> None:
    assert said(sentences.overview(empty())) == ["截至2026年11月23日，尚未登记事项。"]


def test_overview_leaves_out_what_is_nothing() -> None:
    figures = sentence_figures(registered="5", open="5", finishing_rate="0.0%")
    ctx = empty(figures=figures)
    assert said(sentences.overview(ctx)) == [
        "截至2026年11月23日，共登记事项5项。尚无事项销号。",
        "在办5项。没有逾期事项。",
    ]


def test_overview_with_measures_of_which_none_is_done() -> None:
    figures = sentence_figures(registered="5", open="5", measures="9", measures_rate="0.0%")
    assert said(sentences.overview(empty(figures=figures)))[0] == (
        "截至2026年11月23日，共登记事项5项，制定措施9条。尚无事项销号；尚无措施完成。"
    )


def test_overview_when_everything_is_closed_has_no_paragraph_on_work_in_progress() -> None:
    figures = sentence_figures(registered="7", finished="7", finishing_rate="100.0%", looked_back="3")
    assert said(sentences.overview(empty(figures=figures))) == [
        "截至2026年11月23日，共登记事项7项。已全部销号，共7项，销号率100.0%。",
        "销号后开展回头看3次，未发现问题反弹。",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"slips": "3"}, "共发出单据3份。"),
        (
            {"slips": "3", "slips_asked": "2", "slips_in_time_rate": "0.0%"},
            "共发出单据3份；要求答复2份，尚无答复。",
        ),
        (
            {"slips": "3", "slips_asked": "2", "slips_answered": "1"},
            "共发出单据3份；要求答复2份，已答复1份。",
        ),
        ({"inspections": "1"}, "开展督查1次。"),
        ({"findings": "2"}, "督查发现问题2个。"),
        ({"obstacles": "2", "objections": "1"}, "走流程发现堵点2个；被督查单位提出异议1次。"),
        ({"institutions_revised": "1"}, "因事项建章立制，修订制度1次。"),
    ],
)
def test_the_work_around_the_items_is_told_as_far_as_there_is_any(
    values: dict[str, str], expected: str
) -> None:
    figures = sentence_figures(registered="5", open="5", **values)
    assert said(sentences.overview(empty(figures=figures)))[2:] == [expected]


def test_slips_of_one_kind_are_all_of_that_kind() -> None:
    figures = sentence_figures(registered="5", open="5", slips="3")
    kinds = table(figures, "kind", "slips", {"notice": ("通知单", "3")})
    assert said(sentences.overview(empty(figures=figures, by_slip=kinds)))[2:] == [
        "共发出单据3份，均为通知单。"
    ]


def test_the_burden_of_units_is_a_table_in_their_own_order_or_nothing() -> None:
    text = sentences.burden(rich())
    assert text is not None
    assert (text.first, text.columns, [label for label, _ in text.rows]) == (
        "单位",
        ("发出单据",),
        list(UNITS[:3]),
    )
    assert (
        text.sentence
        == "2026年9月1日以来，各单位收到单据、接受督查和所办事项上会的次数，按单位顺序排列，不作排名。"
    )
    assert sentences.burden(empty()) is None


@pytest.mark.parametrize(
    ("colour", "count", "expected"),
    [
        ("绿灯", "5", "在办5项，均亮绿灯。"),
        ("不亮灯", "5", "在办5项，均不亮灯。"),
        ("绿灯", "4", "在办5项，其中绿灯4项。"),
    ],
)
def test_one_colour_is_said_of_all_only_when_it_is_that_of_all(
    colour: str, count: str, expected: str
) -> None:
    figures = sentence_figures(registered="5", open="5")
    figures["open[colour=x]"] = figure("open[colour=green]", count)
    ctx = empty(figures=figures, colours=(Cut(colour, "open[colour=x]"),))
    assert said(sentences.overview(ctx))[1].startswith(expected)


@given(st.dictionaries(st.sampled_from(SENTENCE_FIGURES), st.integers(0, 10**9).map(str)))
def test_every_count_in_the_overview_is_a_figure(values: dict[str, str]) -> None:
    ctx = empty(figures=sentence_figures(**values))
    for text in (*sentences.overview(ctx), sentences.remaining_intro(ctx)):
        assert re.findall(r"\d+", MARKED.sub("", text).replace("2026年11月23日", "")) == []
        for ref, value in MARKED.findall(text):
            assert value == ctx.figures[ref].value


@given(st.dictionaries(st.sampled_from(SENTENCE_FIGURES), st.sampled_from(["0", "1", "37"])))
def test_no_sentence_counts_nothing_and_every_paragraph_ends(values: dict[str, str]) -> None:
    for text in said(sentences.overview(empty(figures=sentence_figures(**values)))):
        assert text.endswith("。")
        assert not re.search(r"(?<!\d)0[项条次]|[，；、。][，；、。]|—", text)


def test_breakdowns_are_numbered_without_gaps_when_one_is_empty() -> None:
    ctx = rich(by_unit=empty().by_unit)
    assert [(b.heading, b.caption) for b in sentences.breakdowns(ctx)] == [
        ("分清单情况", "表1　分清单进展情况"),
        ("分类别情况", "表2　分类别进展情况"),
    ]


def test_a_breakdown_cell_without_figure_is_a_dash() -> None:
    ctx = rich()
    row = replace(ctx.by_class.rows[0], cells={})
    ctx = replace(ctx, by_class=replace(ctx.by_class, rows=(row,)))
    assert sentences.breakdowns(ctx)[2].rows == (("基础设施", ("—",) * 6),)


def test_done_item_says_what_was_done_on_one_line_with_one_full_stop() -> None:
    assert sentences.done(empty(done=(done_item(0),))) == (
        "老旧小区供水管网改造进度滞后（市发展和改革委员会，编号WT-2026-0001，2026年11月20日销号）。"
        "更换主管网12.6公里，完成23个小区二次供水设施改造，建立水质月检制度并向居民公示结果。组织回访136户。",
    )


def test_done_item_without_words_says_that_they_are_missing() -> None:
    item = replace(done_item(0), done="  \n")
    assert sentences.done(empty(done=(item,)))[0].endswith("销号）。台账中未填写办理情况。")


def test_done_items_come_latest_first() -> None:
    items = tuple(done_item(n) for n in (3, 1, 2))
    assert [text[:4] for text in sentences.done(empty(done=items))] == ["城东片区", "农村饮水", "部分政务"]


def test_long_lists_refer_to_the_annex_and_say_so() -> None:
    ctx = rich(done=tuple(done_item(n) for n in range(16)), open_items=tuple(open_item(n) for n in range(26)))
    assert (len(sentences.done(ctx)), sentences.done_rest(ctx)) == (15, "其余已销号事项见附件。")
    assert (len(sentences.remaining(ctx)), sentences.remaining_rest(ctx)) == (
        25,
        "其余未销号事项的进展和原因见附件。",
    )


def test_long_lists_are_whole_when_there_is_no_annex() -> None:
    ctx = rich(
        annex=0,
        done=tuple(done_item(n) for n in range(16)),
        open_items=tuple(open_item(n) for n in range(26)),
    )
    assert (len(sentences.done(ctx)), sentences.done_rest(ctx)) == (16, "")
    assert (len(sentences.remaining(ctx)), sentences.remaining_rest(ctx)) == (26, "")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (open_item(0), "（市发展和改革委员会，编号WT-2026-0040）。办结时限为2026年9月30日，已逾期，目前办理中，亮红灯。"
                       "未销号原因：征地拆迁涉及12户未签约，施工许可尚未办理；已列入专题会议研究。"),
        (open_item(9), "（城东区人民政府，编号WT-2026-0049）。时限要求为长期坚持，目前办理中，亮绿灯。"),
        (replace(open_item(0), reason=""), "（市发展和改革委员会，编号WT-2026-0040）。办结时限为2026年9月30日，已逾期，"
                                           "目前办理中，亮红灯。责任单位尚未填报原因。"),
        (OpenItem("", "甲", "", "", "不亮灯", "待审定", False, ""), "（）。尚未确定办结时限，目前待审定，不亮灯。"),
    ],
)  # fmt: skip
def test_open_item_names_its_deadline_state_colour_and_reason(item: OpenItem, expected: str) -> None:
    assert sentences.remaining(empty(open_items=(item,)))[0] == item.title + expected.replace("（）", "")


def test_overdue_items_come_first() -> None:
    items = (open_item(5), open_item(1), open_item(6))
    assert [text[:4] for text in sentences.remaining(empty(open_items=items))] == [
        "部分政务",
        "乡镇卫生",
        "农村饮水",
    ]


def test_remaining_intro_mentions_overdue_only_when_there_is_any() -> None:
    assert plain(sentences.remaining_intro(rich())) == "尚有32项未销号，其中逾期3项，具体事项及原因如下。"
    ctx = empty(figures=sentence_figures(open="2", registered="2"))
    assert plain(sentences.remaining_intro(ctx)) == "尚有2项未销号，具体事项及原因如下。"


def test_next_steps_name_who_does_what_by_when_with_quotes_nested() -> None:
    assert sentences.next_steps(rich()) == (
        "2026年11月30日前，由市教育局办结“城东片区中小学学位供给不足”；由市住房和城乡建设局完成“农村饮水安全工程管护责任不落实”的"
        "措施“完成‘清零行动’第二阶段排查”。",
        "2026年12月31日前，由市交通运输局办结“部分政务服务事项仍需线下重复提交材料”。",
    )


def test_next_steps_come_in_the_order_of_their_days() -> None:
    groups = tuple(DueGroup(date(2026, 12, day), (DueItem("1", "甲", ""),)) for day in (9, 1))
    assert sentences.next_steps(empty(next_steps=groups)) == (
        "2026年12月1日前，办结“甲”。",
        "2026年12月9日前，办结“甲”。",
    )


def test_next_steps_say_that_nothing_falls_due_only_when_something_is_open() -> None:
    figures = sentence_figures(registered="2", open="2")
    ctx = empty(figures=figures, next_until=date(2026, 12, 31))
    assert sentences.next_steps(ctx) == ("2026年12月31日以前没有到期的事项，未销号事项按各自时限继续办理。",)
    assert sentences.next_steps(empty(figures=figures))[0].startswith("近期没有到期的事项")
    assert sentences.next_steps(empty()) == ()


def test_done_intro_names_the_period_when_there_is_one() -> None:
    assert sentences.done_intro(rich()) == "2026年9月1日以来，已销号事项的办理情况如下。"
    assert sentences.done_intro(empty()) == "已销号事项的办理情况如下。"


def test_data_note_names_the_seal_or_says_that_there_is_none() -> None:
    assert plain(sentences.data_note(rich())) == (
        "注：本报告数据由台账生成，数据时点为2026年11月23日18时30分。写报告时台账共有留痕1834条，末条哈希值"
        f"{'ab12' * 16}；最近一次封存（2026年11月23日2时）涵盖1800条，根值{'cd34' * 16}。"
        "各项数据可用 bihuan verify-report 逐项复核。"
    )
    assert "；尚未封存。" in plain(sentences.data_note(empty()))


def test_chinese_dates_have_no_leading_zeros() -> None:
    assert sentences.chinese_date(date(2026, 1, 5)) == "2026年1月5日"
    assert sentences.chinese_time(datetime(2026, 1, 5, 0, 7, tzinfo=CHINA)) == "2026年1月5日0时7分"
    last = datetime(2026, 1, 5, 23, 59, 59, 999_999, tzinfo=CHINA)
    assert sentences.chinese_time(last) == "2026年1月5日24时"
