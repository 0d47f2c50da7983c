"""The ladder of slips of a procedure: which numbered paper is due to whom, when."""

from __future__ import annotations

from bihuan.rules.procedure_clock import RULES
from bihuan.rules.procedure_reader import HOURS, Reader
from bihuan.rules.procedure_types import ColourScheme, Flow, SlipRule

KINDS = {
    "notice": "通知单",
    "prompt": "提示单",
    "feedback": "反馈单",
    "warning": "预警单",
    "interview": "约谈单",
}
"""Kind of slip → what people call it."""

CAUSES = ("assigned", "accept-overdue", "plan-overdue", *RULES, "unanswered")
RECIPIENTS = ("handler", "unit_head", "lead", "supervisor")
SIGNERS = ("unit_head", "lead", "supervisor")


def slips(parent: Reader, flow: Flow, colours: ColourScheme) -> tuple[SlipRule, ...]:
    """Read the tables ``[[slips]]``, from the mildest rung to the hardest."""
    found: list[SlipRule] = []
    for reader in parent.tables("slips"):
        slip = _slip(reader)
        if slip.name and slip.name in (other.name for other in found):
            reader.complain("name", f"两种单据都叫“{slip.name}”。")
        if slip.number and slip.number in (parent.values.get("number"), *(other.number for other in found)):
            reader.complain("number", f"编号样式“{slip.number}”已用于事项或前面的单据，编号会重复。")
        _check_cause(reader, slip, flow, colours)
        _check_ladder(reader, slip, found)
        found.append(slip)
    return tuple(found)


def _slip(reader: Reader) -> SlipRule:
    kind = reader.choice("kind", tuple(KINDS))
    slip = SlipRule(
        kind=kind,
        name=reader.text("name", KINDS.get(kind, "")),
        number=reader.number("number"),
        on=reader.choice("on", CAUSES),
        of=reader.text("of", ""),
        after=reader.span("after", HOURS),
        to=reader.texts("to", RECIPIENTS, required=True),
        copy=reader.texts("copy", RECIPIENTS),
        answer=reader.span("answer", HOURS),
        approver=reader.choice("approver", SIGNERS, ""),
    )
    reader.done()
    both = [role for role in slip.copy if role in slip.to]
    if both:
        reader.complain("copy", f"{'、'.join(both)} 已是主送，不必再抄送。")
    if kind == "interview" and not slip.approver:
        reader.complain("", "约谈须经批准，请用 approver 写明由谁签批。")
    return slip


def _check_cause(reader: Reader, slip: SlipRule, flow: Flow, colours: ColourScheme) -> None:
    """A slip on something that this procedure never sees would silently never be sent."""
    if slip.on in RULES and slip.on not in (rule.kind for rule in colours.rules):
        reader.complain("on", f"[colours] 没有 {slip.on} 规则，这张单据永远不会发出。")
    if slip.on == "accept-overdue" and flow.accept_limit is None:
        reader.complain("on", "[flow] 没有 accept_limit，这张单据永远不会发出。")
    if slip.on == "plan-overdue" and flow.plan_limit is None:
        reader.complain("on", "[flow] 没有 plan_limit，这张单据永远不会发出。")


def _check_ladder(reader: Reader, slip: SlipRule, before: list[SlipRule]) -> None:
    """``of`` names an earlier rung that asks for an answer."""
    if slip.on != "unanswered":
        if slip.of:
            reader.complain("of", 'of 只在 on = "unanswered" 时才写。')
        return
    asked = [other.name for other in before if other.answer]
    if not slip.of:
        reader.complain("", 'on = "unanswered" 时要用 of 写明是哪张单据没有答复。')
    elif slip.of not in asked:
        known = f"可以写：{'、'.join(asked)}。" if asked else ""
        reader.complain("of", f"前面没有要求答复（answer）的“{slip.of}”。", known)
