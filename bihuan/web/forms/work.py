"""The forms with a part for each measure (plan, report), and the correction of values."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.actions.amend import AMENDABLE
from bihuan.actions.measures import MEASURE_STATES
from bihuan.models import Measure
from bihuan.web.forms import fields as f
from bihuan.web.forms.steps import About, StepForm


class Plan(StepForm):
    """The form of 制定措施: new measures one a line, and those that stand."""

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """New measures first."""
        found: dict[str, forms.Field] = {
            "added": f.text("新增措施", help_text="每行一条。", rows=4),
            "added_due": f.line("新增措施的时限", help_text="对上面各条都适用，可不填。"),
        }
        for m in about.detail.measures:
            found[f"m{m.no}_text"] = f.text(f"措施{m.no}", rows=2)
            found[f"m{m.no}_due"] = f.line(f"措施{m.no}的时限")
        return found

    def known(self, about: About) -> dict[str, Any]:
        """The measures as they stand."""
        return {
            k: v
            for m in about.detail.measures
            for k, v in ((f"m{m.no}_text", m.text), (f"m{m.no}_due", _due_text(m)))
        }

    def values(self) -> dict[str, Any]:
        """Return the new measures and what changed of the others."""
        given = self.cleaned_data
        lines = [line.strip() for line in given["added"].splitlines() if line.strip()]
        due = {"due": given["added_due"]} if given["added_due"] else {}
        new: list[Any] = [{"text": line, **due} for line in lines]
        changed: dict[str, dict[str, str]] = {}
        for name in self.changed_data:
            if name.startswith("m"):
                no, _, field = name[1:].partition("_")
                changed.setdefault(no, {})[field] = given[name]
        return {"measures": new, "changed": changed}


def _due_text(measure: Measure) -> str:
    return measure.due_text or (measure.due.isoformat() if measure.due else "")


class Report(StepForm):
    """The form of 反馈进展."""

    text = f.text("进展情况", rows=3, help_text="写新的进展即可，不必重复以前写过的。")

    def known(self, about: About) -> dict[str, Any]:
        """What was reported last."""
        item = about.detail.item
        states = {f"m{m.no}": [m.state, ""] for m in about.detail.measures}
        amount = item.amount if item.quantity else None
        return {"percent": item.percent, "amount": amount, **states}

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """Percent, amount, and the state of each measure."""
        found: dict[str, forms.Field] = {"percent": f.number("完成比例", most=100, unit="%")}
        if quantity := about.detail.item.quantity:
            found["amount"] = f.number(
                "已完成数量",
                unit=quantity.get("unit", ""),
                help_text=f"目标 {quantity.get('target', '未定')}",
            )
        for m in about.detail.measures:
            label = f"措施{m.no}：{m.text[:60]}"
            found[f"m{m.no}"] = f.MeasureField(label, list(MEASURE_STATES.items()), "进展；免办的写理由")
        return found | {"difficulty": f.line("困难和需要协调的事", help_text="没有可不填。")}

    def values(self) -> dict[str, Any]:
        """Return only what is new."""
        given, changed = self.cleaned_data, set(self.changed_data)
        values = {name: given[name] for name in ("text", "difficulty")}
        values |= {n: given[n] for n in ("percent", "amount") if n in changed and given.get(n) is not None}
        values["measures"] = self._measures()
        return values

    def _measures(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for m in self.about.detail.measures:
            state, note = self.cleaned_data[f"m{m.no}"]
            new = {"state": state} if state and state != m.state else {}
            if note:
                new["reason" if (state or m.state) == "waived" else "progress"] = note
            if new:
                found[str(m.no)] = new
        return found


class Unchanged(StepForm):
    """One click for 暂无进展: nothing to fill in."""

    def values(self) -> dict[str, Any]:
        """Say that nothing has moved."""
        return {"unchanged": True}


class MeasureDone(StepForm):
    """One measure is done: its button says which."""

    done = forms.IntegerField()

    def values(self) -> dict[str, Any]:
        """Say which measure is done."""
        return {"measures": {str(self.cleaned_data["done"]): {"state": "done"}}}


class Amend(StepForm):
    """The form of 更正: the values as they stand, to be written over."""

    wants_units = True
    _TEXTS = ("klass", "source", "target", "lead", "handler")

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """Every value that may be corrected, under the procedure's own name for it."""
        procedure = about.detail.procedure
        found: dict[str, forms.Field] = {"title": f.text(_label(about, "title"), required=True, rows=2)}
        for name in self._TEXTS:
            found[name] = (
                f.text(_label(about, name), rows=2) if name == "target" else f.line(_label(about, name))
            )
        found["helpers"] = f.UnitsField(
            about.units, _label(about, "helpers"), help_text="多个单位用顿号隔开。"
        )
        found["due"] = f.line(_label(about, "due"), help_text=f"{f.DEADLINE_HELP}延期请用“延期”。")
        own = {c.field: c.label for c in procedure.columns if c.extra}
        for name in dict.fromkeys((*own, *about.detail.item.extra)):
            found[f"x_{name}"] = f.line(own.get(name, name), most=20_000)
        return found | {"reason": f.text("更正理由", rows=2)}

    def known(self, about: About) -> dict[str, Any]:
        """The values as they stand."""
        item = about.detail.item
        found: dict[str, Any] = {name: getattr(item, name) for name in ("title", *self._TEXTS)}
        found["helpers"] = "、".join(about.detail.helpers)
        found["due"] = item.due_text or (item.due.isoformat() if item.due else "")
        return found | {f"x_{k}": v for k, v in item.extra.items()}

    def values(self) -> dict[str, Any]:
        """Return what was changed, and why."""
        changed, given = set(self.changed_data), self.cleaned_data
        changes = {n: given[n] for n in ("title", *self._TEXTS, "helpers", "due") if n in changed}
        own = {n.removeprefix("x_"): given[n] for n in changed if n.startswith("x_")}
        if own:
            extra = {**self.about.detail.item.extra, **own}
            changes["extra"] = {name: value for name, value in extra.items() if value}
        return {"changes": changes, "reason": given["reason"]}


def _label(about: About, name: str) -> str:
    """Return what the procedure calls a value; a procedure's column is named by the fields of a ledger's row."""
    column = about.detail.procedure.column("class" if name == "klass" else name)
    return column.label if column else AMENDABLE[name]
