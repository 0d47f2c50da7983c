"""What an entry changed, in words: for each field of an event its name and its value as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bihuan.actions.amend import AMENDABLE
from bihuan.actions.measures import MEASURE_STATES
from bihuan.ledger.facts import Fact
from bihuan.models import Item
from bihuan.queries.item import Moment
from bihuan.rules.clocked import CHINA
from bihuan.rules.events import Json
from bihuan.rules.procedure_types import COLOURS, CYCLES, Procedure
from bihuan.rules.signs import SIGN_NAMES
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import words_meeting
from bihuan.web.dates import day_words, left_words
from bihuan.web.words_slip import SLIP_FIELDS

#: Not shown: they are told by another field, by the entry itself, or mean nothing to a person.
HIDDEN = frozenset(
    {
        "register",
        "no",
        "series",
        "level",
        "last",
        "digest",
        "media",
        "due_text",
        "provisional",
        "ongoing",
        "cycle",
        "meeting",
        "answerable",
        "answers",
    }
    | {"rule", "late", "overdue"}
)


@dataclass(frozen=True)
class Names:
    """What ids stand for: units by id, item numbers by id, and the procedure's own words."""

    units: Mapping[int, str]
    procedure: Procedure
    items: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """One line: what, and its value."""

    label: str
    text: str


def said(moment: Moment, names: Names) -> list[Said]:
    """Return the lines of an entry of a timeline."""
    return said_of(moment.fact, names)


def said_of(fact: Fact, names: Names) -> list[Said]:
    """Return the lines of an entry."""
    data = fact.event.to_data()
    if fact.kind.startswith("slip."):
        return _said_of_slip(data, names)
    if fact.kind.startswith(("request.", "meeting.")):
        return [Said(label, text) for label, text in words_meeting.lines(data, names.units, names.items)]
    lines: list[Said] = []
    for name, value in data.items():
        if name in HIDDEN or (fact.kind, name) in SILENT:
            continue
        make = SPECIAL.get((fact.kind, name)) or FIELDS.get(name) or _plain(name)
        lines += [line for line in make(value, data, names) if line.text]
    if "due" not in data and data.get("ongoing"):
        lines.append(Said("时限", due_words("", data)))
    return lines


def _said_of_slip(data: Json, names: Names) -> list[Said]:
    lines = _unit("发往")(data["unit"], data, names) if "unit" in data else []
    for name, (label, words) in SLIP_FIELDS.items():
        if name in data and (text := words(data[name])):
            lines.append(Said(label, text))
    return lines


Make = Callable[[Any, Json, Names], list[Said]]


def _plain(label: str) -> Make:
    return lambda value, _data, _names: [Said(label, str(value))]


def _unit(label: str) -> Make:
    return lambda value, _data, names: [Said(label, names.units.get(value, f"单位{value}") if value else "")]


def _units(value: list[int], _data: Json, names: Names) -> list[Said]:
    return [Said("配合单位", "、".join(names.units.get(u, f"单位{u}") for u in value) or "无")]


def due_words(day: str, data: Json) -> str:
    """Return a deadline as an event carries it: its date, what it goes on with, and the words it was written in."""
    parts = [day_words(date.fromisoformat(day))] if day else []
    if data.get("ongoing"):
        cycle = CYCLES.get(data.get("cycle", ""), "")
        parts.append(f"长期坚持{f'，{cycle}反馈' if cycle else ''}")
    text = "，并".join(parts)
    original = data.get("due_text", "")
    noted = [f"原文“{original}”"] if original and original != day else []
    noted += ["暂定，当年放假安排未公布"] if data.get("provisional") else []
    return f"{text}（{'；'.join(noted)}）" if noted else text


def remaining(item: Item, on: date) -> str:
    """Return how long an item has left at ``on``; "" for what is closed, and for ongoing work whose date has passed."""
    if item.closed_at is not None or (item.due is not None and item.due < on and not item.overdue):
        return ""
    return left_words(item.due, on)


def _due(label: str) -> Make:
    return lambda value, data, _names: [Said(label, due_words(value, data))]


def _state(value: str, _data: Json, names: Names) -> list[Said]:
    return [Said("状态", names.procedure.state_labels.get(value) or STATE_NAMES[value])]


def _truth(label: str, yes: str, no: str) -> Make:
    return lambda value, _data, _names: [Said(label, yes if value else no)]


def _moment(label: str) -> Make:
    def make(value: str, _data: Json, _names: Names) -> list[Said]:
        return [Said(label, f"{datetime.fromisoformat(value).astimezone(CHINA):%Y-%m-%d %H:%M}")]

    return make


def _list(label: str) -> Make:
    return lambda value, _data, _names: [Said(label, "、".join(map(str, value)))]


def _item(label: str) -> Make:
    return lambda value, _data, names: [Said(label, names.items.get(value, f"事项{value}"))]


def _quantity(value: Json, _data: Json, _names: Names) -> list[Said]:
    unit = value.get("unit", "")
    steps = [
        f"{day_words(date.fromisoformat(m['due']))}前{m['amount']}{unit}" for m in value.get("milestones", ())
    ]
    target = value.get("target")
    lines = [Said("目标数量", "未定" if target is None else f"{target}{unit}")]
    return lines + ([Said("阶段目标", "；".join(steps))] if steps else [])


def _milestones(value: list[Json], _data: Json, _names: Names) -> list[Said]:
    return [
        Said(
            "阶段目标顺延",
            "；".join(f"{day_words(date.fromisoformat(m['due']))}前{m['amount']}" for m in value),
        )
    ]


def _new_measures(value: list[Json], _data: Json, _names: Names) -> list[Said]:
    lines = []
    for measure in value:
        notes = [measure.get("owner", ""), due_words(measure.get("due", ""), measure)]
        notes += [MEASURE_STATES[measure["state"]]] if measure.get("state", "open") != "open" else []
        noted = "，".join(n for n in notes if n)
        lines.append(f"{measure['text']}{f'（{noted}）' if noted else ''}")
    return [Said("措施", "\n".join(lines))]


_MEASURE_FIELDS = {
    "text": "内容",
    "target": "目标",
    "owner": "责任人",
    "due": "时限",
    "due_text": "时限原文",
} | {
    "state": "状态",
    "progress": "进展",
    "reason": "理由",
}


def _measure_value(name: str, value: Any) -> str:
    if name == "state":
        return MEASURE_STATES[value]
    return day_words(date.fromisoformat(value)) if name == "due" and value else str(value or "无")


def _of_measures(value: dict[str, Json], _data: Json, _names: Names) -> list[Said]:
    return [
        Said(
            f"措施{no}",
            "；".join(f"{_MEASURE_FIELDS[n]}：{_measure_value(n, v)}" for n, v in new.items() if v),
        )
        for no, new in sorted(value.items(), key=lambda pair: int(pair[0]))
    ]


def _amended_measures(value: dict[str, dict[str, list[Any]]], _data: Json, _names: Names) -> list[Said]:
    return [
        Said(
            f"措施{no}",
            "；".join(
                f"{_MEASURE_FIELDS[n]}由“{_measure_value(n, old)}”改为“{_measure_value(n, new)}”"
                for n, (old, new) in changes.items()
            ),
        )
        for no, changes in sorted(value.items(), key=lambda pair: int(pair[0]))
    ]


def _amended(value: dict[str, list[Any]], _data: Json, names: Names) -> list[Said]:
    lines = []
    for name, (old, new) in value.items():
        lines.append(Said(_AMENDED[name], f"由“{_value(name, old, names)}”改为“{_value(name, new, names)}”"))
    return lines


def _value(name: str, value: Any, names: Names) -> str:
    """Return a corrected value as a person reads it."""
    if value in (None, "", [], {}):
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if name in _STRUCTURED:
        return "；".join(f"{line.label}：{line.text}" for line in FIELDS[name](value, {}, names))
    if name in {"due", "owner", "helpers"}:
        return FIELDS[name](value, {}, names)[0].text
    return CYCLES.get(value, str(value)) if name == "cycle" else str(value)


_STRUCTURED = frozenset({"quantity", "extra"})


def _extra(value: Json, _data: Json, names: Names) -> list[Said]:
    columns = {c.field: c.label for c in names.procedure.columns}
    return [Said(columns.get(name, name), str(content)) for name, content in value.items()]


def _origin(value: Json, _data: Json, _names: Names) -> list[Said]:
    sheet, row = value.get("sheet", ""), value.get("row", 0)
    return [Said("来自台账文件", f"工作表“{sheet}”第{row}行" if row else "")]


def _colour(value: str, data: Json, names: Names) -> list[Said]:
    return [Said("亮灯", f"{COLOURS[value]}：{colour_reason(value, data.get('rule', ''), names.procedure)}")]


def colour_reason(colour: str, rule: str, procedure: Procedure) -> str:
    """Return why an item has ``colour``, by the rule of its procedure that gave it."""
    found = (r.reason for r in procedure.colours.rules if (r.kind, r.colour) == (rule, colour))
    return next(found, "不计时" if colour == "none" else "正常推进")


def _size(value: int, _data: Json, _names: Names) -> list[Said]:
    return [Said("大小", f"{value / 1024:.0f} KB" if value >= 1024 else f"{value} B")]


_LABELS = {
    "title": "事项内容",
    "klass": "类别",
    "source": "来源",
    "channel": "渠道",
    "target": "目标",
    "lead": "牵头领导",
    "owner": "责任单位",
    "handler": "责任人",
    "number": "编号",
}
_AMENDED = {
    **_LABELS,
    "percent": "完成比例",
    "progress": "进展",
    "claimed": "表中写明",
    "provisional": "时限暂定",
    **AMENDABLE,
}
FIELDS: dict[str, Make] = {
    **{name: _plain(label) for name, label in _LABELS.items()},
    "state": _state,
    "owner": _unit("责任单位"),
    "unit": _unit("提级到"),
    "helpers": _units,
    "due": _due("时限"),
    "until": _due("预计恢复"),
    "percent": lambda value, _data, _names: [Said("完成比例", f"{value}%")],
    "progress": _plain("进展"),
    "claimed": _plain("表中写明"),
    "measures": _of_measures,
    "changed": _of_measures,
    "cancelled": lambda value, _data, _names: [Said(f"取消措施{no}", why) for no, why in value.items()],
    "added": _new_measures,
    "quantity": _quantity,
    "milestones": _milestones,
    "extra": _extra,
    "origin": _origin,
    "opinion": _plain("意见"),
    "note": _plain("说明"),
    "reason": _plain("理由"),
    "ground": _plain("依据"),
    "text": _plain("内容"),
    "unchanged": _truth("进展", "暂无新进展", ""),
    "amount": _plain("已完成数量"),
    "difficulty": _plain("困难"),
    "name": _plain("文件"),
    "size": _size,
    "evidence": _plain("材料类别"),
    "measure": _plain("证明措施"),
    "passed": _truth("结论", "通过", "退回修改"),
    "rating": _plain("成效评价"),
    "affirmed": _list("已确认"),
    "held": _truth("结论", "成果巩固", "出现回潮"),
    "into": _item("并入"),
    "absorbed": _item("并入本事项的"),
    "changes": _amended,
    "colour": _colour,
    "what": lambda value, _data, _names: [Said("到点", WAITING_NAMES[value])],
    "detail": _plain("具体"),
}
SPECIAL: dict[tuple[str, str], Make] = {
    ("item.registered", "measures"): _new_measures,
    ("item.planned", "measures"): _new_measures,
    ("item.amended", "measures"): _amended_measures,
    ("item.reviewed", "name"): _plain("级别"),
    ("item.extended", "due"): _due("新的时限"),
    ("item.handed_back", "unit"): _unit("交回"),
    ("item.responded", "text"): _plain("回应"),
    ("item.rescheduled", "due"): _due("新的时限"),
    ("item.migrated", "version"): lambda value, _data, _names: [Said("规程", f"改用第{value}版")],
    ("item.assigned", "note"): _plain("交办要求"),
    ("item.submitted", "text"): _plain("完成情况"),
    ("item.progressed", "text"): _plain("进展"),
    ("item.chosen", "sample"): _plain("抽样编号"),
    ("item.chosen", "due"): _due("回头看期限"),
    ("item.sign_dismissed", "sign"): lambda value, _data, _names: [Said("迹象", SIGN_NAMES[value])],
    ("institution.caused", "title"): _plain("制度"),
    ("inspection.found", "unit"): _unit("所在单位"),
    ("inspection.found", "content"): _plain("督查内容"),
    ("inspection.found", "text"): _plain("发现的问题"),
    ("inspection.found", "category"): _plain("问题类别"),
    ("inspection.found", "happened_at"): _moment("发现时间"),
    ("inspection.found", "registered"): _truth("处理", "立为本事项", "并入本事项"),
}
#: Told by the kind of the entry.
SILENT = frozenset(
    {
        ("item.assigned", "state"),
        ("item.transferred", "state"),
        ("item.sign_dismissed", "key"),
        ("institution.caused", "institution"),
        ("item.resumed", "state"),
        ("item.migrated", "procedure"),
        ("inspection.found", "inspection"),
    }
)
