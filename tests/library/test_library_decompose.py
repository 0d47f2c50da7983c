"""From a text to tasks: what commits, who does it, by when, how much."""

from datetime import date

import pytest

from bihuan.library.tasks import decompose
from bihuan.rules.calendar import Calendar

BASE = date(2025, 3, 10)


def read(text):
    found = decompose(text, base=BASE, calendar=Calendar.builtin())
    assert [text[task.start : task.end] for task in found] == [task.text for task in found]
    return found


def told(task):
    due = task.due.isoformat() if task.due else None
    return task.owner, list(task.helpers), due, task.ongoing, task.target.text if task.target else None


@pytest.mark.parametrize(
    ("sentence", "owner", "helpers", "due", "ongoing", "target"),
    [
        ("新开工亿元以上项目30个。（责任单位：县发改局、县住建局；完成时限：2025年12月底）", "县发改局", ["县住建局"], "2025-12-31", False, "30个"),
        ("由县住建局牵头，县财政局、各乡镇（街道）配合，6月底前新建改造1300户。", "县住建局", ["县财政局", "各乡镇（街道）"], "2025-06-30", False, "1300户"),
        ("各乡镇（街道）要在5月20日前完成汛前排查，建立隐患台账。", "各乡镇（街道）", [], "2025-05-20", False, None),
        ("县应急管理局负责每季度开展一次应急演练，长期坚持。", "县应急管理局", [], None, True, None),
        ("规模以上工业增加值增长6%以上。（牵头单位：县工信局；配合单位：县统计局、县税务局）", "县工信局", ["县统计局", "县税务局"], None, False, "6%以上"),
        ("加快推进城北水厂建设，年底前建成投用。", "", [], "2025-12-31", False, None),
        ("确保全年完成投资50亿元。", "", [], None, False, "50亿元"),
        ("县教育局要会同县公安局在15个工作日内完成校园周边环境整治。", "县教育局", ["县公安局"], "2025-03-31", False, None),
        ("县农业农村局牵头制定高标准农田建设方案，新建高标准农田5.2万亩。", "县农业农村局", [], None, False, "5.2万亩"),
        ("二是健全问题整改台账，实行清单管理、销号管理。", "", [], None, False, None),
        ("力争到2025年底，新培育高新技术企业十二家。", "", [], "2025-12-31", False, "十二家"),
        ("持续推进农村人居环境整治，每月通报一次。（县农业农村局牵头，各乡镇配合）", "县农业农村局", ["各乡镇"], None, True, None),
        ("对排查出的风险隐患，各部门要建立清单，立即整改。", "各部门", [], None, False, None),
        ("市卫生健康委负责，2025年9月底前改扩建乡镇卫生院8所。", "市卫生健康委", [], "2025-09-30", False, "8所"),
        ("县水利局要在汛期前把病险水库11座全部除险加固到位。", "县水利局", [], None, False, "11座"),
        ("县市场监管局要对全县186家药店逐一检查，5月底前完成。", "县市场监管局", [], "2025-05-31", False, "186家"),
        ("9月底前，科创园三期6万平方米全部交付使用。", "", [], "2025-09-30", False, "6万平方米"),
        ("县委督查室每月调度、每季度通报，结果纳入年度考核。", "县委督查室", [], None, True, None),
        ("各乡镇主要负责同志要在4月底前逐村研判一次。", "各乡镇", [], "2025-04-30", False, None),
    ],
)  # fmt: skip
def test_a_commitment_is_a_task_with_what_it_says(sentence, owner, helpers, due, ongoing, target):
    assert [told(task) for task in read(sentence)] == [(owner, helpers, due, ongoing, target)]


@pytest.mark.parametrize(
    "sentence",
    [
        "去年，全县完成固定资产投资86亿元，同比增长8.2%。",
        "今年以来，我们累计新建农村公路120公里。",
        "有的干部作风不实，项目储备不足。",
        "项目建设是经济发展的关键抓手。",
        "要提高政治站位，切实增强责任感和紧迫感。",
        "同志们，让我们真抓实干，为全面建设现代化而努力奋斗！",
        "今天我们召开这次会议，主要任务是安排部署今年重点工作。",
        "当前，我县正处于转型发展的关键时期，机遇与挑战并存。",
        "2024年，新增城镇就业3200人。",
        "根据会议安排，下面我讲三点意见。",
        "成绩的取得，离不开全县干部群众的共同努力。",
        "基层治理能力还不强，服务群众的水平有待提高。",
        "为深入贯彻落实省、市部署，结合我县实际，制定本方案。",
        "截至目前，已整改销号问题46个。",
        "为把《政府工作报告》各项任务落到实处，现将重点任务分解如下：",
        "各责任单位要提高政治站位，加强组织领导，压实工作责任。",
        "各乡镇党政主要负责同志要亲自抓，分管同志具体抓。",
        "一要抓好森林防火。三月以来，全县未发生火情。",
        "二、压实责任，确保各项措施落到实处\n同志们，任务十分艰巨。",
    ],
)
def test_what_is_past_background_or_appeal_is_no_task(sentence):
    assert read(sentence) == []


def test_a_bracket_behind_a_paragraph_speaks_for_all_its_sentences():
    found = read("1.抓招商。新签约项目20个。6月底前到位资金3亿元。（责任单位：县商务局、县投资促进局）")
    assert [(t.text, t.owner) for t in found] == [
        ("新签约项目20个。", "县商务局"),
        ("6月底前到位资金3亿元。（责任单位：县商务局、县投资促进局）", "县商务局"),
    ]


def test_a_report_goes_on_until_something_is_demanded():
    found = read("一年来，成效明显。新建农村公路120公里。下一步，要新建农村公路80公里。")
    assert [task.text for task in found] == ["下一步，要新建农村公路80公里。"]


def test_the_section_tells_a_report_from_a_plan():
    text = (
        "一、主要工作成效\n完成投资50亿元，新建道路12条。\n二、下一步工作打算\n完成投资60亿元，新建道路15条。"
    )
    assert [task.text for task in read(text)] == ["完成投资60亿元，新建道路15条。"]


def test_a_task_is_printed_with_nulls_for_what_is_absent():
    (task,) = read("要加快推进城北水厂建设工程。")
    assert task.to_data() == {
        "text": "要加快推进城北水厂建设工程。", "start": 0, "end": 14, "owner": None, "helpers": [], "due": None, "ongoing": False,
        "due_text": None, "target": None, "headings": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "1.新建改造老旧小区1300户。\n责任单位：县住建局\n配合单位：县财政局、各乡镇\n完成时限：2025年10月底前",
        "1.新建改造老旧小区1300户\n责任单位：县住建局；配合单位：县财政局、各乡镇；完成时限：2025年10月底前",
        "1.新建改造老旧小区1300户。责任单位：县住建局；配合单位：县财政局、各乡镇；完成时限：2025年10月底前。",
        "1.新建改造老旧小区1300户。（责任单位：县住建局，配合单位：县财政局、各乡镇，完成时限：2025年10月底前）",
    ],
    ids=["lines", "no stop", "same paragraph", "bracket"],
)  # fmt: skip
def test_labels_speak_of_the_paragraph_before_them(text):
    assert [told(task) for task in read(text)] == [
        ("县住建局", ["县财政局", "各乡镇"], "2025-10-31", False, "1300户")
    ]


@pytest.mark.parametrize(
    ("assigned", "owner", "helpers", "due", "ongoing"),
    [
        (
            "由县商务局牵头，县财政局、县投资促进局配合。",
            "县商务局",
            ["县财政局", "县投资促进局"],
            None,
            False,
        ),
        ("县商务局牵头，县财政局配合，持续推进。", "县商务局", ["县财政局"], None, True),
        ("由县商务局负责，县财政局配合，9月底前完成。", "县商务局", ["县财政局"], "2025-09-30", False),
        ("县商务局、县财政局按职责分工负责。", "县商务局", ["县财政局"], None, False),
    ],
)
def test_a_sentence_that_only_says_who_speaks_of_what_stands_before_it(
    assigned, owner, helpers, due, ongoing
):
    found = read(f"2.新签约亿元以上项目30个以上。{assigned}")
    assert [(task.text, *told(task)) for task in found] == [
        ("新签约亿元以上项目30个以上。", owner, helpers, due, ongoing, "30个以上")
    ]


def test_the_subject_goes_on_behind_a_semicolon():
    found = read("县教育局要在8月底前新增学位1200个；会同县人社局招聘教师80名。扩建幼儿园3所。")
    assert [(task.owner, task.helpers) for task in found] == [
        ("县教育局", ()), ("县教育局", ("县人社局",)), ("", ())
    ]  # fmt: skip


def test_a_topic_is_no_task_where_its_tasks_stand_behind_it():
    found = read("三要抓好建筑施工安全。县住建局要在4月底前开展一次拉网式检查。")
    assert [task.text for task in found] == ["县住建局要在4月底前开展一次拉网式检查。"]


TABLE = """2025年重点任务分解表
序号 重点任务 牵头单位 配合单位 完成时限
1 新建高标准农田3.5万亩 县农业农村局 县财政局、县水利局 2025年12月底
2 完成老旧小区改造28个 县住建局  10月底前
3 推进“一网通办”，实现高频事项100%网上可办 县审批局 县大数据中心 县直各部门 长期坚持
 开展进社区活动 每月不少于2次  县民政局
二、民生保障
4 新增城镇就业4500人 县人社局 各乡镇（街道） 11月底前
备注：各牵头单位要在每月25日前报送进展情况。"""


def test_the_rows_of_a_table_are_tasks_by_its_columns():
    found = read(TABLE)
    assert [(task.text, *told(task)) for task in found] == [
        ("新建高标准农田3.5万亩", "县农业农村局", ["县财政局", "县水利局"], "2025-12-31", False, "3.5万亩"),
        ("完成老旧小区改造28个", "县住建局", [], "2025-10-31", False, "28个"),
        ("推进“一网通办”，实现高频事项100%网上可办", "县审批局", ["县大数据中心", "县直各部门"], None, True, "100%"),
        ("开展进社区活动 每月不少于2次", "县审批局", ["县民政局"], None, True, "2次"),
        ("新增城镇就业4500人", "县人社局", ["各乡镇（街道）"], "2025-11-30", False, "4500人"),
        ("备注：各牵头单位要在每月25日前报送进展情况。", "各牵头单位", [], None, True, None),
    ]  # fmt: skip
    assert [task.headings for task in found[3:5]] == [(), ("二、民生保障",)]


def test_a_table_that_names_no_tasks_is_read_as_any_text():
    assert read("序号 姓名 单位 电话\n1 张三 县住建局 123\n2 李四 县水利局 456") == []


def test_the_end_of_a_row_is_not_lost_where_a_cell_has_a_blank_in_it():
    (task,) = read(
        "序号 重点任务 牵头单位 配合单位 完成时限\n1 整治河道12公里 县水利局 各乡镇 2025年 11月底前"
    )
    assert told(task) == ("县水利局", ["各乡镇"], "2025-11-30", False, "12公里")
