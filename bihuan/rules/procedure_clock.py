"""The parts of a procedure that time acts on: deadlines, colours and look-backs."""

from __future__ import annotations

from bihuan.rules.procedure_reader import DAYS, HOURS, Reader
from bihuan.rules.procedure_types import (
    CYCLES,
    SCHEMES,
    ColourRule,
    ColourScheme,
    Column,
    Deadlines,
    DefaultLimit,
    LookBacks,
    Quantity,
    Recurring,
    Span,
)

RULES = {
    "overdue": ("超期", "已过办理时限"),
    "near": ("临期", "临近办理时限"),
    "behind": ("滞后", "进度落后于序时要求"),
    "milestone": ("节点未达", "到期的阶段目标没有完成"),
    "stale": ("久无进展", "较长时间没有反馈进展"),
    "check-in": ("未按期反馈", "长期坚持事项没有按周期反馈"),
    "poor": ("反馈质量差", "反馈被退回，还没有重新反馈"),
}
"""Kind of colour rule → its default name and reason."""

LOOK_BACK_ROLES = ("supervisor", "checker", "reviewer")


def deadlines(reader: Reader, columns: tuple[Column, ...]) -> Deadlines:
    """Read the table ``[deadlines]``."""
    found = Deadlines(
        required=reader.flag("required"),
        roll=reader.flag("roll"),
        immediate=reader.span("immediate", DAYS, required=True) or Span(1, "day"),
        cycle=reader.choice("cycle", tuple(CYCLES)),
        defaults=_defaults(reader, columns),
    )
    reader.done()
    return found


def _defaults(parent: Reader, columns: tuple[Column, ...]) -> tuple[DefaultLimit, ...]:
    found: list[DefaultLimit] = []
    for reader in parent.tables("defaults"):
        row = DefaultLimit(
            item_class=reader.text("class", ""),
            urgency=reader.text("urgency", ""),
            limit=reader.span("limit", DAYS, required=True) or Span(1, "day"),
        )
        reader.done()
        _check_value(reader, "class", row.item_class, columns)
        _check_value(reader, "urgency", row.urgency, columns)
        if any(_covers(earlier, row) for earlier in found):
            reader.complain(
                "", "这一条默认时限永远用不到，前面已有条件相同或更宽的一条。", "请把条件窄的写在前面。"
            )
        found.append(row)
    return tuple(found)


def _check_value(reader: Reader, key: str, value: str, columns: tuple[Column, ...]) -> None:
    column = next((column for column in columns if column.field == key), None)
    if value and column is None:
        reader.complain(key, f"清单没有 {key} 列，不能按它定时限。")
    elif column is not None and not column.allows(value):
        reader.complain(key, f"{key} 列没有“{value}”。", f"可以写：{'、'.join(column.choices)}。")


def _covers(earlier: DefaultLimit, later: DefaultLimit) -> bool:
    return earlier.item_class in ("", later.item_class) and earlier.urgency in ("", later.urgency)


def colours(reader: Reader, quantity: Quantity | None) -> ColourScheme:
    """Read the table ``[colours]``."""
    scheme = reader.choice("scheme", tuple(SCHEMES))
    palette = SCHEMES.get(scheme, SCHEMES["green-yellow-red"])
    rules: list[ColourRule] = []
    for part in reader.tables("rules", required=True):
        rule = _rule(part, palette)
        _check_rule(part, rule, rules, quantity)
        rules.append(rule)
    reader.done()
    if "rules" in reader and [rule.kind for rule in rules].count("overdue") != 1:
        reader.complain("rules", '要有且只有一条 kind = "overdue" 的规则。')
    return ColourScheme(scheme, tuple(rules))


def _rule(reader: Reader, palette: tuple[str, ...]) -> ColourRule:
    kind = reader.choice("kind", tuple(RULES))
    name, reason = RULES.get(kind, ("", ""))
    rule = ColourRule(
        kind=kind,
        name=reader.text("name", name),
        colour=reader.choice("colour", palette[1:], palette[-1] if kind == "overdue" else palette[1]),
        reason=reader.text("reason", reason),
        span=_span(reader, kind),
        share=reader.whole("share", 1, 100, 100) if kind == "near" else 0,
        points=reader.whole("points", 1, 99) if kind == "behind" else 0,
    )
    if kind in RULES:
        reader.done()
    return rule


def _span(reader: Reader, kind: str) -> Span | None:
    if kind == "near":
        return reader.span("within", ("workday", "day", "hour"), required=True) or Span(1, "day")
    if kind == "stale":
        return reader.span("after", HOURS, required=True) or Span(1, "day")
    return reader.span("after", HOURS) if kind == "poor" else None


def _check_rule(
    reader: Reader, rule: ColourRule, before: list[ColourRule], quantity: Quantity | None
) -> None:
    if any((rule.kind, rule.colour) == (other.kind, other.colour) for other in before):
        reader.complain("kind", f"规则 {rule.kind} 写了两次，灯色也相同。")
    elif rule.name and rule.name in (other.name for other in before):
        reader.complain(
            "name" if "name" in reader else "kind", f"两条规则都叫“{rule.name}”。", "请用 name 区分。"
        )
    if rule.kind == "milestone" and not (quantity and quantity.milestones):
        reader.complain("kind", "规则 milestone 需要 [quantity] 表写明 milestones = true。")


def look_back(reader: Reader) -> LookBacks:
    """Read the table ``[look_back]``."""
    found = LookBacks(
        after=reader.spans("after", DAYS),
        sample=reader.whole("sample", 1, 100, 100),
        role=reader.choice("role", LOOK_BACK_ROLES, "supervisor"),
    )
    reader.done()
    if list(found.after) != sorted(found.after, key=_rough_days):
        reader.complain("after", "after 要从短到长写，都从销号之日算起。")
    return found


def recurring(reader: Reader, columns: tuple[Column, ...]) -> Recurring:
    """Read the table ``[recurring]``; every key has a default."""
    extra = tuple(column.field for column in columns if column.extra)
    found = Recurring(
        within=reader.span("within", ("day", "month")) or Span(12, "month"),
        times=reader.whole("times", 2, 999, 3),
        units=reader.whole("units", 2, 999, 3),
        by=reader.choice("by", ("class", *extra), "class"),
    )
    reader.done()
    return found


def _rough_days(span: Span) -> float:
    return span.count * {"day": 1, "workday": 7 / 5, "month": 30.4}[span.unit]
