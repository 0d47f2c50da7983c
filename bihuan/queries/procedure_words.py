"""A procedure in a clerk's words: what it asks for, part by part; and what one version says otherwise than another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bihuan.rules.permissions import ROLE_NAMES, Role
from bihuan.rules.procedure import DERIVED
from bihuan.rules.procedure_clock import RULES
from bihuan.rules.procedure_slips import KINDS
from bihuan.rules.procedure_types import (
    COLOURS,
    CYCLES,
    SCHEMES,
    ColourRule,
    Column,
    Condition,
    Level,
    Permit,
    Procedure,
    SlipRule,
    Span,
)
from bihuan.rules.workflow import STATE_NAMES, STEPS


class Row(NamedTuple):
    """One thing that a procedure says: its name, and what is said of it."""

    name: str
    text: str


class Part(NamedTuple):
    """A part of a procedure."""

    title: str
    rows: list[Row]


class Difference(NamedTuple):
    """What two versions say of one thing; "" where a version does not have it."""

    part: str
    name: str
    before: str
    after: str


_TYPES = {"text": "文字", "date": "日期", "number": "数字", "choice": "选项"}
_SCOPES = {"owner": "责任单位一侧", "register": "督办单位一侧"}
_CONDITIONS = {
    "measures": "措施", "progress": "进展", "evidence": "佐证", "percent": "完成进度", "target": "目标数量",
    "rating": "评价", "statement": "确认事项",
}  # fmt: skip
_MOMENTS = {"submit": "申请销号时核对", "close": "销号时核对"}
_SPANS = {"near": "到期前{}起", "stale": "满{}没有进展起", "poor": "退回{}后起"}
_CAUSES = {
    "assigned": "交办时",
    "accept-overdue": "逾期未签收",
    "plan-overdue": "逾期未定措施",
    "unanswered": "未按时答复",
}


def parts(procedure: Procedure) -> list[Part]:
    """Return everything that ``procedure`` says, in the order in which an item meets it."""
    found = [
        Part("概况", _about(procedure)),
        Part("台账栏目", [_column(c) for c in procedure.columns]),
        Part("办理环节", list(_flow(procedure))),
        Part("审核", [_level(n, level) for n, level in enumerate(procedure.levels, 1)]),
        Part("销号条件", [_condition(c) for c in procedure.closing]),
        Part("办理时限", list(_deadlines(procedure))),
        Part("亮灯", [_scheme(procedure), *map(_rule, procedure.colours.rules)]),
        Part("单据", [_slip(s) for s in procedure.slips]),
        Part("销号以后", list(_after(procedure))),
        Part("叫法", _labels(procedure)),
    ]
    return [part for part in found if part.rows]


def differences(old: Procedure, new: Procedure) -> list[Difference]:
    """Return what ``new`` says otherwise than ``old``, in the order of the parts."""
    before, after = (dict(_said(p)) for p in (old, new))
    return [
        Difference(*place, before.get(place, ""), after.get(place, ""))
        for place in dict.fromkeys([*before, *after])
        if before.get(place) != after.get(place) and place != ("概况", "版本")
    ]


def _said(procedure: Procedure) -> Iterator[tuple[tuple[str, str], str]]:
    for part in parts(procedure):
        for row in part.rows:
            yield (part.title, row.name), row.text


def _about(p: Procedure) -> list[Row]:
    numbers = f"如“{p.number_text(2026, 1, '清单名称')}”"
    rows = [
        Row("名称", p.name),
        Row("代码", p.code),
        Row("版本", f"第{p.version}版"),
        Row("编号样式", numbers),
    ]
    if p.description:
        rows.append(Row("说明", p.description))
    if p.evidence:
        rows.append(Row("佐证分类", "、".join(p.evidence)))
    if p.quantity:
        must = "必填" if p.quantity.required else "可不填"
        stages = "，分阶段" if p.quantity.milestones else ""
        rows.append(Row(p.quantity.label, f"以{p.quantity.unit}计，{must}{stages}"))
    return rows


def _column(c: Column) -> Row:
    if c.field in DERIVED:
        return Row(c.label, "系统生成")
    said = ["必填"] if c.required else []
    said += [_TYPES[c.type]] if c.extra and not c.choices else []
    said += [f"可选：{'、'.join(c.choices)}{'，也可另填' if c.open else ''}"] if c.choices else []
    return Row(c.label, "，".join(said) or "选填")


def _flow(p: Procedure) -> Iterator[Row]:
    flow = p.flow
    yield Row("审定", "登记后先审定，再交办" if flow.approval else "登记后直接交办")
    yield Row("签收", _needed(flow.acceptance, flow.accept_limit))
    yield Row("制定措施", _needed(flow.plan, flow.plan_limit))
    ways = {
        "退回": flow.returns, "延期": flow.extensions, "转办": flow.transfers, "挂起": flow.suspensions,
        "并案": flow.merges, "提级": flow.escalations,
    }  # fmt: skip
    yield from (Row(name, _permit(permit)) for name, permit in ways.items())


def _needed(needed: bool, limit: Span | None) -> str:
    return f"{'需要' if needed else '不需要'}{f'，限{limit}' if needed and limit else ''}"


def _permit(permit: Permit) -> str:
    if permit.times == 0:
        return "不允许"
    said = [f"最多{permit.times}次" if permit.times else "次数不限"]
    said += [f"每次最多{permit.length}"] if permit.length else []
    said += [f"交办后{permit.within}内提出"] if permit.within else []
    said += [f"至少在到期前{permit.notice}提出"] if permit.notice else []
    said += [f"由{_roles([permit.approver])}批准"] if permit.approver else []
    said += [f"{permit.decide}内批复"] if permit.decide else []
    said += [f"上级{permit.respond}内回应"] if permit.respond else []
    return "，".join(said)


def _roles(roles: Iterable[str]) -> str:
    return "、".join(ROLE_NAMES[Role(role)] for role in roles)


def _level(number: int, level: Level) -> Row:
    how = "上会议定，由" if level.meeting else "由"
    text = f"{level.name}：{how}{_SCOPES[level.scope]}的{_roles([level.role])}{'主持' if level.meeting else '审核'}"
    return Row(f"第{number}级", f"{text}{f'，限{level.limit}' if level.limit else ''}")


def _condition(c: Condition) -> Row:
    kind = _CONDITIONS[c.kind]
    said = [f"至少{c.count}份{'，限于' + '、'.join(c.of) if c.of else ''}"] if c.kind == "evidence" else []
    said += [f"依据：{c.basis}"] if c.basis else []
    said += [f"不满足时提示：{c.reason}", _MOMENTS[c.at]]
    return Row(f"{kind}：{c.name}" if c.name else kind, "；".join(part.rstrip("。；") for part in said))


def _deadlines(p: Procedure) -> Iterator[Row]:
    d = p.deadlines
    yield Row("时限", "交办前必须写明时限，或注明长期坚持" if d.required else "可以不写时限")
    yield Row("遇节假日", "最后一天是休息日的，顺延到下一个工作日" if d.roll else "不顺延")
    yield Row("立行立改", f"指{d.immediate}")
    yield Row("长期坚持的", f"{CYCLES[d.cycle]}反馈一次进展")
    for row in d.defaults:
        named = "、".join(part for part in (row.item_class, row.urgency) if part)
        yield Row(f"默认时限：{named or '其余'}", str(row.limit))


def _scheme(p: Procedure) -> Row:
    return Row("颜色", "、".join(COLOURS[name] for name in SCHEMES[p.colours.scheme]))


def _rule(rule: ColourRule) -> Row:
    said = [f"亮{COLOURS[rule.colour]}"]
    said += [_SPANS[rule.kind].format(rule.span)] if rule.span else []
    said += [f"但最早在全部时间只剩{rule.share}%时"] if rule.kind == "near" and rule.share < 100 else []
    said += [f"落后{rule.points}个百分点"] if rule.points else []
    said += [f"原因：{rule.reason}"]
    return Row(rule.name, "，".join(said))


def _slip(s: SlipRule) -> Row:
    cause = f"{s.of}{_CAUSES[s.on]}" if s.on == "unanswered" else _CAUSES.get(s.on) or RULES[s.on][0]
    said = [KINDS[s.kind]] if s.name != KINDS[s.kind] else []
    said += [f"{cause}{f'{s.after}后' if s.after else ''}发出", f"主送{_roles(s.to)}"]
    said += [f"抄送{_roles(s.copy)}"] if s.copy else []
    said += [f"限{s.answer}答复"] if s.answer else []
    said += [f"由{_roles([s.approver])}签批"] if s.approver else []
    return Row(s.name, "，".join(said))


def _after(p: Procedure) -> Iterator[Row]:
    if p.look_back:
        when = "、".join(map(str, p.look_back.after))
        share = "全部" if p.look_back.sample == 100 else f"抽{p.look_back.sample}%"
        yield Row("回头看", f"销号后{when}，{share}，由{_roles([p.look_back.role])}办理")
    r = p.recurring
    by = next((c.label for c in p.columns if c.field == r.by), "类别")
    yield Row(
        "建章立制", f"{r.within}内，同一{by}在一个单位出现{r.times}次，或在{r.units}个单位出现，建议立规"
    )
    if p.urgent.always or p.urgent.values:
        which = "所有事项" if p.urgent.always else f"紧急程度为{'、'.join(p.urgent.values)}的"
        yield Row("紧急消息", f"{which}随时发送，不分昼夜")


def _labels(p: Procedure) -> list[Row]:
    rows = [Row(f"状态“{STATE_NAMES[state]}”", f"叫“{word}”") for state, word in p.state_labels.items()]
    return rows + [Row(f"步骤“{STEPS[a].name}”", f"叫“{word}”") for a, word in p.action_labels.items()]
