"""The forms of inspections: the plan, each step with one, findings and the steps of walk-throughs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from bihuan.actions.finding import MINUTES
from bihuan.actions.inspection import Plan
from bihuan.models import Inspection, Register, Sample
from bihuan.queries.people import Directory
from bihuan.rules.clocked import CHINA
from bihuan.rules.inspection import MODE_NAMES, InspectionMode
from bihuan.web.forms import fields as f
from bihuan.web.forms.people import PeopleField, PersonField

PLAN_HELP = "没有批准的方案不能检查；检查不能超出方案。"


class PlanForm(forms.Form):
    """A plan, to be approved."""

    mode = f.choice("方式", list(MODE_NAMES.items()), required=True)
    name = f.line("名称", required=True, most=200)
    contents = f.text("督查内容", required=True, rows=3, help_text="每行一项。登记问题时只能选这里写的。")
    objects = f.line("督查对象", required=True, help_text="如“各乡镇和县直有关部门”。")
    scope = f.line("督查范围", required=True, help_text="如“2026年上半年交办的整改事项”。")

    def __init__(
        self, units: Directory, samples: list[Sample], people: dict[str, int], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"] = f.UnitsField(
            units, "被督查单位", help_text="含它们的下级单位；多个用顿号隔开。随机抽查由抽样决定，不必填。"
        )
        self.fields["starts"], self.fields["ends"] = (
            f.day("从哪天起", required=True),
            f.day("到哪天止", required=True),
        )
        self.fields["leader"] = PersonField(people, "组长", required=True)
        self.fields["members"] = PeopleField(
            people, "组员", help_text="多人用顿号隔开；本单位的人不查本单位。"
        )
        drawn = [("", "不按抽样"), *((str(s.pk), f"{s.pk}号抽样：{s.purpose[:40]}") for s in samples)]
        self.fields["sample"] = f.choice("按哪次抽样", drawn, help_text="随机抽查时必选。")

    def plan(self) -> Plan:
        """Return the plan."""
        given = self.cleaned_data
        same = {k: given[k] for k in ("name", "mode", "objects", "scope", "units", "starts", "ends")}
        lines = [line.strip() for line in given["contents"].splitlines() if line.strip()]
        return Plan(
            **same, contents=lines, leader=given["leader"], members=given["members"],
            sample=int(given["sample"] or 0),
        )  # fmt: skip


class AmendForm(PlanForm):
    """A plan to be changed, and why; how it is inspected and by which sample stays."""

    def __init__(
        self, found: Inspection, units: Directory, people: dict[str, int], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(units, [], people, *args, **kwargs)
        del self.fields["mode"], self.fields["sample"]
        self.fields["reason"] = f.line("调整理由", required=True)
        names = {pk: name for name, pk in people.items()}
        if found.sample_id:
            del self.fields["units"]
        self.initial = {
            "name": found.name, "contents": "\n".join(found.contents), "objects": found.objects_text, "scope": found.scope,
            "units": "、".join(units.labels[u] for u in found.units), "starts": found.starts, "ends": found.ends,
            "leader": names.get(found.leader_id, ""), "members": "、".join(names.get(m, "") for m in found.members),
        }  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """Return what was changed, for ``amend_inspection``."""
        given = {name: self.cleaned_data[name] for name in self.changed_data if name != "reason"}
        if "contents" in given:
            given["contents"] = [line.strip() for line in given["contents"].splitlines() if line.strip()]
        return given


class ApproveForm(forms.Form):
    """Approve a plan; one that meets another asks why."""

    opinion = f.line("意见", help_text="可不填。")

    def __init__(self, overlapping: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if overlapping:
            help_text = "同一单位同一时段已有督查。能并入、能错开的，请先并入或错开。"
            self.fields["despite"] = f.line("仍要进行的理由", required=True, help_text=help_text)


class FinishForm(forms.Form):
    """End it."""

    conclusion = f.text("结论", required=True, rows=4, help_text="反馈给被督查单位。")


class CancelForm(forms.Form):
    """Call it off."""

    reason = f.line("取消理由", required=True)


class _RecordForm(forms.Form):
    """What both records begin with: at which unit, and when."""

    def __init__(self, places: dict[int, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(str(pk), name) for pk, name in places.items()]
        first = [] if len(units) == 1 else [("", "请选择")]
        self.fields["unit"] = f.choice("所在单位", first + units, required=True)
        self.order_fields(["unit"])
        widget = forms.DateTimeInput(attrs={"class": "form-control", "type": "datetime-local"})
        self.fields["happened_at"] = forms.DateTimeField(
            label="发现时间",
            required=False,
            widget=widget,
            help_text="不填为现在；照纸质记录补录的，写当时的时间。",
        )

    def clean_unit(self) -> int:
        """Return the unit's id."""
        return int(self.cleaned_data["unit"])

    def clean_happened_at(self) -> datetime | None:
        """Read the time as of China."""
        given: datetime | None = self.cleaned_data["happened_at"]
        return given.astimezone(CHINA) if given else None


class FindingForm(_RecordForm):
    """A finding: it becomes an item of a register, or is tied to one that there is."""

    text = f.text("发现的问题", required=True, rows=4, help_text="时间、地点、事实，一句话能说清就一句话。")

    def __init__(
        self, found: Inspection, places: dict[int, str], registers: list[Register], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(places, *args, **kwargs)
        if len(found.contents) > 1:
            self.fields["content"] = f.Radios("属于哪一项内容", [(c, c) for c in found.contents])
        self.fields["category"] = f.line("问题类别", most=200)
        choices = [(str(r.pk), f"登记到“{r.name}”") for r in registers] + [("0", "并入已有事项")]
        self.fields["register"] = f.choice(
            "怎样处理", choices, required=True, help_text="每个问题都要有下文。"
        )
        self.fields["item"] = f.line("已有事项的编号", help_text="并入已有事项时填写。")
        self.fields["due"] = f.line("整改时限", help_text=f"登记为新事项时填写，可不填。{f.DEADLINE_HELP}")
        self.fields["klass"] = f.line("事项类别", help_text="清单要求分类的须填，如“立行立改”。")
        self.fields["item"].only_when = "register:0"  # type: ignore[attr-defined]
        self.order_fields(["unit", "text", "content", "category", "register", "item", "due", "klass"])


class WalkForm(_RecordForm):
    """One step of a walk-through."""

    service = f.line("办理的事", required=True, most=200, help_text="如“办理医保报销”。")
    what = f.text("这一步做了什么", required=True, rows=2)
    minutes = f.number("用时", most=MINUTES[-1], unit="分钟")
    obstacle = f.text("堵点", rows=2, help_text="卡在哪里、为什么；顺利可不填。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].required = True


def is_walk(found: Inspection) -> bool:
    """Whether steps are recorded in it."""
    return found.mode == InspectionMode.WALK
