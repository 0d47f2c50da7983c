"""The timeline in words: every field of every event is told or known to need no telling."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from bihuan.ledger.facts import Fact
from bihuan.queries.item import Moment
from bihuan.rules import events as ev
from bihuan.web import words
from bihuan.web.words import Names, Said

AT = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def names() -> Names:
    from bihuan.procedures import texts
    from bihuan.rules.procedure import load

    return Names({7: "东镇", 8: "西乡"}, load(texts()["rectification"], "x"), {5: "问改〔2026〕5号"})


def told(event: ev.Event, names: Names) -> list[Said]:
    fact = Fact(9, AT, AT, 1, 7, event.kind, 5, event)
    return words.said(Moment(9, AT, AT, event.kind, "", "", "", "", fact), names)


def test_every_field_of_every_event_of_an_item_is_told_or_hidden_on_purpose():
    unknown = {
        (kind, f.name)
        for kind, event in ev.EVENTS.items()
        if kind.startswith("item.") or kind in {"inspection.found", "institution.caused"}
        for f in fields(event)
        if f.name not in words.HIDDEN
        and (kind, f.name) not in words.SILENT
        and f.name not in words.FIELDS
        and (kind, f.name) not in words.SPECIAL
    }
    assert unknown == set()


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (ev.ItemAssigned(owner=7, helpers=[8], due="2026-12-31", due_text="2026年底前", note="抓紧"),
         [("责任单位", "东镇"), ("配合单位", "西乡"), ("时限", "2026年12月31日（周四）（原文“2026年底前”）"),
          ("交办要求", "抓紧")]),
        (ev.ItemAssigned(owner=7, ongoing=True, cycle="quarter"), [("责任单位", "东镇"), ("时限", "长期坚持，每季度反馈")]),
        (ev.ItemAssigned(owner=7, helpers=[], due="2027-01-04", provisional=True),
         [("责任单位", "东镇"), ("配合单位", "无"), ("时限", "2027年1月4日（周一）（暂定，当年放假安排未公布）")]),
        (ev.ItemProgressed(unchanged=True), [("进展", "暂无新进展")]),
        (ev.ItemProgressed(text="动工", percent=0,
                           measures={"10": {"state": "done"}, "2": {"state": "waived", "reason": "无必要"}}),
         [("进展", "动工"), ("完成比例", "0%"), ("措施2", "状态：免办；理由：无必要"), ("措施10", "状态：已完成")]),
        (ev.ItemPlanned(measures=[{"text": "修路", "due": "2026-05-01", "owner": "张三"}], changed={"1": {"text": "改"}}),
         [("措施", "修路（张三，2026年5月1日（周五））"), ("措施1", "内容：改")]),
        (ev.ItemResumed(due="2026-05-01", measures={"2": {"due": "2026-04-17"}}, milestones=[{"due": "2026-04-03", "amount": 400}]),
         [("时限", "2026年5月1日（周五）"), ("阶段目标顺延", "2026年4月3日（周五）前400"), ("措施2", "时限：2026年4月17日（周五）")]),
        (ev.ItemMigrated(procedure=7, version=2, reason="新办法施行"), [("规程", "改用第2版"), ("理由", "新办法施行")]),
        (ev.ItemReviewed(level=1, name="初审", passed=False, opinion="补材料"),
         [("级别", "初审"), ("结论", "退回修改"), ("意见", "补材料")]),
        (ev.ItemLookedBack(held=False, text="又堵了"), [("结论", "出现回潮"), ("内容", "又堵了")]),
        (ev.InspectionFound(inspection=3, unit=7, content="财务", text="账目未公开", happened_at="2026-03-05T01:00:00.000000Z",
                            category="公开", registered=True),
         [("所在单位", "东镇"), ("督查内容", "财务"), ("发现的问题", "账目未公开"), ("发现时间", "2026-03-05 09:00"),
          ("问题类别", "公开"), ("处理", "立为本事项")]),
        (ev.ItemChosen(sample=8, due="2026-06-30"), [("抽样编号", "8"), ("回头看期限", "2026年6月30日（周二）")]),
        (ev.ItemSignDismissed(sign="photo", key="a-1", reason="同一工程"), [("迹象", "照片重复使用"), ("理由", "同一工程")]),
        (ev.InstitutionCaused(institution=9, title="河道巡查办法"), [("制度", "河道巡查办法")]),
        (ev.ItemMerged(into=5, reason="重复"), [("并入", "问改〔2026〕5号"), ("理由", "重复")]),
        (ev.ItemAmended(changes={"lead": ["", "张三"], "due": ["2026-01-01", ""], "helpers": [[7], []], "ongoing": [False, True],
                                 "cycle": ["", "month"], "extra": [{}, {"checker": "督查组"}]}),
         [("牵头领导", "由“无”改为“张三”"), ("时限", "由“2026年1月1日（周四）”改为“无”"), ("配合单位", "由“东镇”改为“无”"),
          ("长期坚持", "由“否”改为“是”"), ("反馈周期", "由“无”改为“每月”"), ("其他内容", "由“无”改为“检查主体：督查组”")]),
        (ev.ItemAmended(changes={}, measures={"3": {"state": ["open", "done"]}}), [("措施3", "状态由“未完成”改为“已完成”")]),
        (ev.ItemColoured(colour="yellow", rule="near"), [("亮灯", "黄灯：临近办理时限")]),
        (ev.ItemColoured(colour="green", rule=""), [("亮灯", "绿灯：正常推进")]),
        (ev.ItemColoured(colour="none", rule=""), [("亮灯", "不亮灯：不计时")]),
    ],
)  # fmt: skip
def test_an_event_is_told_in_a_clerks_words(event, lines, names):
    assert [(line.label, line.text) for line in told(event, names)] == lines


def test_a_target_amount_with_its_milestones_is_told(names):
    quantity = {"target": 1300, "unit": "户", "milestones": [{"due": "2026-06-30", "amount": 400}]}
    event = ev.ItemRegistered(register=1, no=1, number="1号", series="s", title="改厕", quantity=quantity)
    assert ("目标数量", "1300户") in [(x.label, x.text) for x in told(event, names)]
    assert ("阶段目标", "2026年6月30日（周二）前400户") in [(x.label, x.text) for x in told(event, names)]


def test_a_unit_that_is_not_known_is_told_by_its_number(names):
    assert told(ev.ItemTransferred(owner=99, reason="x"), names)[0] == Said("责任单位", "单位99")
