"""Planning, reporting, attaching, submitting."""

from datetime import date

import pytest

from bihuan.ledger.blobs import evidence_storage, intact, path_of
from bihuan.models import Evidence, Measure
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed
from tests.actions.county import upload


def measures(item):
    return [(m.no, m.text, m.state) for m in Measure.objects.filter(item_id=item).order_by("no")]


def test_new_measures_are_numbered_on_from_the_last(county):
    item = county.at("working")
    county.do(
        "plan", item, "head", measures=["装路灯", {"text": "划线", "due": "2026年9月底前", "owner": "交警"}]
    )
    assert measures(item) == [
        (1, "修路", "open"),
        (2, "绿化", "open"),
        (3, "装路灯", "open"),
        (4, "划线", "open"),
    ]
    last = Measure.objects.get(item_id=item, no=4)
    assert (last.due, last.due_text, last.owner) == (date(2026, 9, 30), "2026年9月底前", "交警")
    row = county.row(item)
    assert (row.measures, row.measures_done, row.planned_at) == (4, 0, county.now)


def test_measures_that_stand_are_changed_without_adding_any(county):
    item = county.at("working")
    county.do(
        "plan",
        item,
        "handler",
        changed={"2": {"text": " 补绿 ", "target": "十亩", "due": "6月底前"}, 1: {"due": ""}},
    )
    changed = Measure.objects.get(item_id=item, no=2)
    assert (changed.text, changed.target, changed.due, changed.due_text) == (
        "补绿",
        "十亩",
        date(2026, 6, 30),
        "6月底前",
    )
    assert county.row(item).measures == 2
    county.do("plan", item, "handler", changed={"2": {"due": ""}})
    changed.refresh_from_db()
    assert (changed.due, changed.due_text) == (None, "")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "制定措施还缺：措施。"),
        ({"measures": [], "changed": {}}, "制定措施还缺：措施。"),
        ({"changed": {"1": {}}}, "制定措施还缺：措施。"),
        ({"measures": ["  "]}, "措施还缺：内容。"),
        ({"changed": {"1": {"text": " "}}}, "措施还缺：内容。"),
        ({"changed": {"3": {"text": "x"}}}, "没有第 3 条措施，这一事项共有 2 条。"),
        ({"changed": {"²": {"text": "x"}}}, "没有第 ² 条措施，这一事项共有 2 条。"),
        ({"changed": {"-1": {"text": "x"}}}, "没有第 -1 条措施，这一事项共有 2 条。"),
        ({"changed": {"1": {"state": "done"}}}, "措施没有这些内容：state。"),
        ({"changed": {"1": {"due": "2026-13-45"}}}, "措施时限“2026-13-45”读不懂。"),
        ({"changed": {"1": "x"}}, "措施应是一组名称和文字，给的是 'x'。"),
        ({"measures": "修路"}, "制定措施的 measures 应是一列内容，给的是 '修路'。"),
        ({"steps": ["x"]}, "制定措施没有这些内容：steps。"),
    ],
)
def test_a_plan_that_says_nothing_or_nonsense_is_refused(county, values, said):
    item = county.at("working")
    with pytest.raises((Invalid, Needs)) as caught:
        county.do("plan", item, "handler", **values)
    assert caught.value.message == said
    assert county.row(item).planned_at == county.row(item).registered_at


def test_items_registered_with_measures_are_planned_and_others_are_not(county):
    assert county.row(county.register()).planned_at is not None
    assert county.row(county.register(measures=[])).planned_at is None


def test_a_report_keeps_what_it_says_and_nothing_else(county):
    item = county.at("working")
    county.do(
        "report",
        item,
        "handler",
        text=" 已动工 ",
        percent=40,
        difficulty="资金",
        measures={"1": {"state": "done"}},
    )
    row = county.row(item)
    assert (row.progress, row.percent, row.difficulty, row.measures_done) == ("已动工", 40, "资金", 1)
    assert row.progressed_at == county.now
    county.do("report", item, "other_handler" if row.helpers else "supervisor", percent=0)
    row = county.row(item)
    assert (row.progress, row.percent, row.difficulty, row.measures_done) == ("已动工", 0, "", 1)
    assert measures(item) == [(1, "修路", "done"), (2, "绿化", "open")]


def test_a_report_that_nothing_has_moved_takes_one_step_and_no_words(county):
    item = county.at("working")
    county.do("report", item, "handler", unchanged=True)
    row = county.row(item)
    assert (row.progress, row.percent, row.progressed_at) == ("", 0, county.now)
    assert county.last(item) == ev.ItemProgressed(unchanged=True)


def test_a_measure_is_done_waived_with_a_reason_and_taken_up_again(county):
    item = county.at("working")
    county.do(
        "report", item, "handler", measures={"1": {"state": "waived", "reason": " 已拆除 ", "progress": "无"}}
    )
    first = Measure.objects.get(item_id=item, no=1)
    assert (first.state, first.reason, first.progress, first.ended_at) == (
        "waived",
        "已拆除",
        "无",
        county.now,
    )
    waived = county.now
    county.do("report", item, "handler", measures={"1": {"state": "done"}})
    first.refresh_from_db()
    assert (first.state, first.ended_at, county.row(item).measures_done) == ("done", waived, 1)
    county.do("report", item, "handler", measures={"1": {"state": "open"}})
    first.refresh_from_db()
    assert (first.state, first.ended_at, county.row(item).measures_done) == ("open", None, 0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "反馈进展还缺：进展情况。"),
        ({"text": " ", "difficulty": "\n", "measures": {}}, "反馈进展还缺：进展情况。"),
        ({"percent": 101}, "完成比例应在 0 到 100 之间，填的是 101。"),
        ({"percent": -1}, "完成比例应在 0 到 100 之间，填的是 -1。"),
        ({"percent": 50.5}, "反馈进展的 percent 应是整数，给的是 50.5。"),
        ({"percent": "50"}, "反馈进展的 percent 应是整数，给的是 '50'。"),
        ({"amount": 5}, "完成数量不能为负，且只有设了目标数量的事项才能填。"),
        ({"measures": {"1": {"state": "waived"}}}, "措施免办还缺：理由。"),
        ({"measures": {"1": {"state": "waived", "reason": " "}}}, "措施免办还缺：理由。"),
        ({"measures": {"1": {"state": "half"}}}, "措施状态“half”不认识。"),
        ({"measures": {"1": {"text": "x"}}}, "措施没有这些内容：text。"),
        ({"measures": {"1": {"progress": None}}}, "措施应是一组名称和文字，给的是 {'progress': None}。"),
        ({"measures": {"9": {"state": "done"}}}, "没有第 9 条措施，这一事项共有 2 条。"),
        ({"measures": ["done"]}, "反馈进展的 measures 应是一组名称和内容，给的是 ['done']。"),
        ({"unchanged": "是"}, "反馈进展的 unchanged 应是是或否，给的是 '是'。"),
        ({"text": "x", "score": 5}, "反馈进展没有这些内容：score。"),
    ],
)
def test_a_report_that_says_nothing_or_nonsense_is_refused(county, values, said):
    item = county.at("working")
    with pytest.raises((Invalid, Needs)) as caught:
        county.do("report", item, "handler", **values)
    assert caught.value.message == said
    assert county.row(item).progressed_at is None


def test_the_amount_counts_toward_the_target_and_is_never_negative(county):
    item = county.at("working", procedure="livelihood")
    county.do("report", item, "handler", amount=400)
    assert county.row(item).amount == 400
    with pytest.raises(Invalid, match="完成数量不能为负"):
        county.do("report", item, "handler", amount=-1)


def test_a_helping_unit_plans_reports_and_attaches_but_does_not_submit(county):
    item = county.at("working", helpers=[county.units["village"]])
    county.do("plan", item, "other_head", measures=["配合宣传"])
    county.do("report", item, "other_handler", text="已配合")
    county.do("attach", item, "other_handler", file=upload())
    with pytest.raises(NotAllowed, match="申请销号须由责任单位的"):
        county.submit(item, by="other_handler")


def test_evidence_is_stored_by_its_content_and_named_by_the_entry(county):
    item = county.at("working")
    county.do(
        "attach",
        item,
        "handler",
        file=upload("照片".encode(), "C:\\桌面\\照片.txt"),
        evidence="整改报告",
        measure=2,
        note="竣工",
    )
    kept = Evidence.objects.get(item_id=item)
    assert (kept.name, kept.size, kept.media, kept.kind, kept.measure, kept.note, kept.life) == (
        "照片.txt",
        6,
        "text/plain",
        "整改报告",
        2,
        "竣工",
        0,
    )
    assert (kept.actor_id, kept.at, county.row(item).evidence) == (
        county.people["handler"].person,
        county.now,
        1,
    )
    assert intact(kept.digest)


def test_the_same_content_is_stored_once_and_counted_twice(county):
    item = county.at("working")
    for _ in range(2):
        county.do("attach", item, "handler", file=upload())
    assert (county.row(item).evidence, Evidence.objects.values("digest").distinct().count()) == (2, 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"evidence": "照片"}, "佐证类别“照片”不在规程中。"),
        ({"measure": 7}, "没有第 7 条措施，这一事项共有 2 条。"),
        ({"file": upload(b"")}, "文件是空的。"),
        ({"file": upload(b"MZ\x90", "a.exe")}, "这个文件不能作为佐证。"),
        ({"file": "a.txt"}, "上传佐证的 file 应是文件，给的是 'a.txt'。"),
    ],
)
def test_evidence_that_cannot_be_is_refused_and_nothing_is_stored(county, values, said):
    item = county.at("working")
    with pytest.raises(Invalid) as caught:
        county.do("attach", item, "handler", **{"file": upload(), **values})
    assert caught.value.message == said
    assert not Evidence.objects.exists()
    assert not evidence_storage().exists(path_of("0" * 64)[:2])


def test_submitting_starts_a_round_of_review_and_keeps_the_summary(county):
    item = county.at("working")
    county.prove(item)
    county.do("submit", item, "head", text=" 已完成整改 ")
    row = county.row(item)
    assert (row.state, row.level, row.round, row.submitted_at, row.progress) == (
        "reviewing",
        1,
        1,
        county.now,
        "已完成整改",
    )


def test_whoever_plans_reports_proves_or_submits_has_handled_the_item_and_others_have_not(county):
    item = county.at("working", helpers=[county.units["village"]])
    county.do("attach", item, "checker", file=upload())
    county.do("comment", item, "lead", text="抓紧")
    assert county.row(item).handled_by == []
    county.do("report", item, "other_head", unchanged=True)
    county.do("attach", item, "other_handler", file=upload())
    county.do("plan", item, "supervisor", measures=["x"])
    county.prove(item)
    county.submit(item)
    names = ["other_head", "other_handler", "supervisor", "handler"]
    assert county.row(item).handled_by == [county.people[name].person for name in names]
