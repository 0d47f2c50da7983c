"""What a meeting decides of one item: the forms of the steps it can decide, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from bihuan.actions.decide import Resolution
from bihuan.rules.meeting import REASONS
from bihuan.web.forms import fields as f
from bihuan.web.forms import steps, work
from bihuan.web.forms.steps import About, StepForm


class Plan(work.Plan):
    """调整措施: new ones, those that stand, those that are dropped."""

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """Also which measures are dropped, and why all this."""
        found = super().fields_for(about)
        still = [
            (str(m.no), f"措施{m.no}：{m.text[:40]}") for m in about.detail.measures if m.state == "open"
        ]
        if still:
            found["cancelled"] = f.Ticks("取消哪些措施", still)
        return found | {"reason": f.line("理由", help_text="取消措施的须写明。")}

    def values(self) -> dict[str, Any]:
        """Say why each is dropped: for the reason of the decision."""
        given = self.cleaned_data
        dropped = dict.fromkeys(given.get("cancelled") or (), given["reason"])
        return super().values() | {"cancelled": dropped, "reason": given["reason"]}


class Amend(StepForm):
    """调整目标、时限: the target, and an earlier deadline; a later one is an extension."""

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """The two that a meeting changes."""
        return {
            "target": f.text("目标", rows=2),
            "due": f.line("时限", help_text=f"只能提前；推后请按“延期”决定。{f.DEADLINE_HELP}"),
            "reason": f.line("理由", required=True),
        }

    def known(self, about: About) -> dict[str, Any]:
        """As they stand."""
        item = about.detail.item
        return {"target": item.target, "due": item.due_text or (item.due.isoformat() if item.due else "")}

    def values(self) -> dict[str, Any]:
        """Return what was changed, and why."""
        changed = {n: self.cleaned_data[n] for n in self.changed_data if n in {"target", "due"}}
        return {"changes": changed, "reason": self.cleaned_data["reason"]}


class Comment(steps.Comment):
    """议定意见."""

    text = f.text("议定意见", required=True, rows=2, help_text="写进会议纪要，并记在事项里。")


#: In the order in which they are offered.
DECISIONS: dict[str, type[StepForm]] = {
    "review": steps.Review,
    "plan": Plan,
    "extend": steps.Extend,
    "amend": Amend,
    "transfer": steps.Transfer,
    "suspend": steps.Suspend,
    "resume": steps.Resume,
    "escalate": steps.Escalate,
    "comment": Comment,
}


def decision_form(step: str, about: About, chairs: Mapping[int, str], data: Any = None) -> StepForm:
    """Return the form of ``step`` for an item; ``chairs`` are those of whom one has to chair in place of the meeting's chair."""
    form = DECISIONS[step](about, data, prefix=f"i{about.detail.item.pk}")
    del form.fields["version"]
    if chairs:
        choices = [("", "请选择"), *((str(pk), name) for pk, name in chairs.items())]
        help_text = "会议主持人办理过这一事项，应当回避。"
        form.fields["presider"] = f.choice("这一项由谁主持", choices, required=True, help_text=help_text)
    return form


def resolution(step: str, form: StepForm) -> Resolution:
    """Return what a valid ``form`` decides."""
    values = form.values()
    presider = int(values.pop("presider", None) or form.cleaned_data.get("presider") or 0)
    reason = str(values.pop(REASONS.get(step, "reason"), "") or "")
    return Resolution(form.about.detail.item.pk, step, values, reason, presider)
