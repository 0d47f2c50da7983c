"""A form for each step of an item: its fields, filled in as far as known, and the values that the step takes.

The names of the values are those of ``bihuan.actions``; what is allowed is decided there, not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from bihuan.ledger.blobs import Upload
from bihuan.queries.item import Detail, find_item
from bihuan.queries.people import Directory
from bihuan.rules.errors import NotFound
from bihuan.web.forms import fields as f


@dataclass(frozen=True)
class About:
    """What a form needs to know: the item, and every unit's names."""

    detail: Detail
    units: Directory


class StepForm(forms.Form):
    """The form of one step. ``version`` is the version of the item that the person sees."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    #: Whether a list of the units is offered with the form.
    wants_units = False
    #: The entries that others made since the version this person saw.
    missed: Sequence[object] = ()

    def __init__(self, about: About, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"version": about.detail.item.version, **self.known(about)}
        self.about = about
        for name, field in self.fields_for(about).items():
            self.fields[name] = field

    def known(self, about: About) -> dict[str, Any]:
        """Return what is filled in already."""
        return {}

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """Return the fields that depend on the item."""
        return {}

    def refuse(self, why: str, version: int, missed: Sequence[object]) -> None:
        """Show ``why`` the step was refused and what was ``missed``; the next try is made on ``version``, now seen."""
        self.add_error(None, why)
        data: Any = self.data
        self.data = data.copy()
        self.data["version"] = str(version)  # type: ignore[index]
        self.missed = missed

    def values(self) -> dict[str, Any]:
        """Return the values for the action; an empty optional field says nothing."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {name: value for name, value in given.items() if value not in (None, "", [])}


class Approve(StepForm):
    """The form of 审定."""

    opinion = f.text("审定意见", rows=2)


class Assign(StepForm):
    """The form of 交办."""

    wants_units = True

    def known(self, about: About) -> dict[str, Any]:
        """Whom and when the register already names."""
        item, names = about.detail.item, about.units.labels
        return {
            "owner": names.get(item.owner_id, ""),
            "helpers": "、".join(about.detail.helpers),
            "lead": item.lead,
            "handler": item.handler,
        }

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """Who answers for it, and by when."""
        item = about.detail.item
        known = item.due_text or (item.due.isoformat() if item.due else "")
        help_text = f"不填则按原定“{known}”。" if known else f"不填则按规程的默认时限。{f.DEADLINE_HELP}"
        return {
            "owner": f.UnitField(about.units, "责任单位", required=True),
            "helpers": f.UnitsField(about.units, "配合单位", help_text="多个单位用顿号隔开。"),
            "lead": f.line("牵头领导"),
            "handler": f.line("责任人"),
            "due": f.line("办结时限", help_text=help_text),
            "note": f.text("交办要求", rows=2),
        }

    def values(self) -> dict[str, Any]:
        """Also say that there are no helpers any more where the field was emptied."""
        return super().values() | {"helpers": self.cleaned_data["helpers"]}


class Accept(StepForm):
    """The form of 签收."""

    handler = f.line("具体承办人", help_text="可不填。")


class Return(StepForm):
    """The form of 退回."""

    reason = f.text("退回理由", required=True, rows=2)
    ground = f.line("依据", help_text="如三定规定、职责清单的条款，可不填。")


class Submit(StepForm):
    """The form of 申请销号."""

    text = f.text(
        "完成情况", required=True, rows=4, help_text="简要写明做了什么、结果怎样；材料在“佐证”里，不必重复。"
    )

    def known(self, about: About) -> dict[str, Any]:
        """Begin with the last report: nothing is written twice."""
        return {"text": about.detail.item.progress}

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """What the procedure asks to be vouched for."""
        stated = _statements(about, "submit")
        return {"affirmed": f.Ticks("我确认", stated)} if stated else {}


def _statements(about: About, at: str) -> list[tuple[str, str]]:
    return [(c.name, c.name) for c in about.detail.procedure.conditions(at) if c.kind == "statement"]


class Review(StepForm):
    """The form of 审核."""

    passed = f.Radios("审核结论", [("1", "通过"), ("0", "退回修改")])
    opinion = f.text("审核意见", rows=2, help_text="退回修改的须写明理由。")

    def values(self) -> dict[str, Any]:
        """Give the conclusion as a truth value."""
        return {"passed": self.cleaned_data["passed"] == "1", "opinion": self.cleaned_data["opinion"]}


class Close(StepForm):
    """The form of 销号."""

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """What the procedure asks for at closure."""
        wanted: dict[str, forms.Field] = {}
        if stated := _statements(about, "close"):
            wanted["affirmed"] = f.Ticks("我确认", stated)
        if any(c.kind == "rating" for c in about.detail.procedure.closing):
            wanted["rating"] = f.line("办理成效评价", help_text="受益群众或来源单位怎么评价。")
        return wanted | {"note": f.text("备注", rows=2)}


class LookBack(StepForm):
    """The form of 回头看."""

    held = f.Radios("成果是否巩固", [("1", "已巩固"), ("0", "出现回潮，按原编号重办")])
    text = f.text("核查情况", required=True)
    due = f.line("重办的新时限", help_text="出现回潮时填写；不填则按规程的默认时限。")

    def values(self) -> dict[str, Any]:
        """Give the finding as a truth value."""
        return {**super().values(), "held": self.cleaned_data["held"] == "1"}


class Reopen(StepForm):
    """The form of 回潮重办."""

    reason = f.text("重办理由", required=True, rows=2)
    due = f.line("新的时限", help_text=f.DEADLINE_HELP)


class Extend(StepForm):
    """The form of 延期."""

    due = f.line("新的时限", required=True, help_text=f.DEADLINE_HELP)
    reason = f.text("延期理由", required=True, rows=2)


class Transfer(StepForm):
    """The form of 转办."""

    wants_units = True

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """The new owner, and why."""
        return {
            "owner": f.UnitField(about.units, "新的责任单位", required=True),
            "helpers": f.UnitsField(about.units, "配合单位", help_text="不填则不变；多个单位用顿号隔开。"),
            "handler": f.line("责任人"),
            "reason": f.text("转办理由", required=True, rows=2),
        }


class Suspend(StepForm):
    """The form of 挂起."""

    reason = f.text("挂起理由", required=True, rows=2, help_text="挂起期间不计时、不亮灯。")
    until = f.line("预计恢复日期", help_text="可不填。")


class Resume(StepForm):
    """The form of 恢复办理."""

    note = f.text("说明", rows=2, help_text="时限按挂起的工作日顺延。")


class Merge(StepForm):
    """The form of 并案."""

    into = f.line(
        "并入哪一事项", required=True, help_text="填写同一清单里另一事项的编号，如 问改〔2026〕12号。"
    )
    reason = f.text("并案理由", required=True, rows=2)

    def clean_into(self) -> int:
        """Find the item by its number within the same register."""
        try:
            found = find_item(self.cleaned_data["into"])
        except NotFound as error:
            raise forms.ValidationError(error.message) from None
        if found.register_id != self.about.detail.item.register_id:
            raise forms.ValidationError("只能并入同一清单的另一事项。")
        return found.pk


class Escalate(StepForm):
    """The form of 提级."""

    wants_units = True

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """To whom, and why."""
        return {
            "unit": f.UnitField(
                about.units, "提级到的单位", required=True, help_text=f"须是{about.detail.office}的上级单位。"
            ),
            "lead": f.line("牵头领导"),
            "helpers": f.UnitsField(
                about.units, "召集哪些单位配合", help_text="不填则不变；多个单位用顿号隔开。"
            ),
            "reason": f.text("提级理由", required=True, rows=2),
        }


class Respond(StepForm):
    """The form of 提级回应."""

    text = f.text("回应内容", required=True, rows=2, help_text="上级承担什么，原单位继续做什么。")
    lead = f.line("牵头领导")


class HandBack(StepForm):
    """The form of 交回原级."""

    reason = f.text("交回理由", required=True, rows=2)


class Cancel(StepForm):
    """The form of 撤销."""

    reason = f.text("撤销理由", required=True, rows=2, help_text="撤销后编号不再使用，留痕保留。")


class Comment(StepForm):
    """The form of 批注."""

    text = f.text("批注内容", required=True, rows=2)


class Attach(StepForm):
    """The form of 上传佐证: each file becomes an entry of its own."""

    def fields_for(self, about: About) -> dict[str, forms.Field]:
        """The files, and what they prove."""
        found = about.detail
        kinds = [("", "（不分类）"), *((k, k) for k in found.procedure.evidence)]
        measures = [("", "整个事项"), *((str(m.no), f"措施{m.no}：{m.text[:30]}") for m in found.measures)]
        return {
            "files": f.ManyFiles(
                "文件", "可一次选多个。照片、PDF、Office 文档、压缩包、视频均可；同一文件只存一份。"
            ),
            "evidence": f.choice("材料类别", kinds),
            "measure": f.choice("证明哪一条", measures),
            "note": f.line("说明"),
        }

    def values(self) -> dict[str, Any]:
        """Return what holds for every file."""
        given = self.cleaned_data
        return {"evidence": given["evidence"], "measure": int(given["measure"] or 0), "note": given["note"]}

    def uploads(self) -> list[Upload]:
        """Return the files."""
        return [Upload(file.name, file.file) for file in self.cleaned_data["files"]]
