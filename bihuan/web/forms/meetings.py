"""The forms of meetings: the call, the agenda, who came, and what was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from bihuan.actions.meeting import Call
from bihuan.models import Meeting
from bihuan.queries.meetings import MeetingDetail
from bihuan.rules.meeting import PRESENCE_NAMES, Presence
from bihuan.web.forms import fields as f
from bihuan.web.forms.people import PeopleField, PersonField

AGENDA_HELP = "每行一项：事项编号，冒号后写议什么。如“问改〔2026〕3号：是否延期”。"


def agenda_lines(places: Iterable[tuple[str, str]]) -> str:
    """Return an agenda as its field has it: number and matter of each item, one a line."""
    return "\n".join(f"{number}：{matter}" if matter else number for number, matter in places)


class AgendaField(forms.CharField):
    """An agenda, one item a line; gives the places for ``set_agenda``."""

    def __init__(self, *, required: bool, help_text: str = AGENDA_HELP) -> None:
        widget = forms.Textarea(attrs={"class": "form-control", "rows": 5})
        super().__init__(label="议程", required=required, help_text=help_text, widget=widget)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Return ``item`` and ``matter`` of each line."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return [_place(line) for line in lines]


def _place(line: str) -> dict[str, Any]:
    number, _, matter = line.replace(":", "：", 1).partition("：")
    return {"item": f.item_numbered(number.strip()), "matter": matter.strip()}


class CallForm(forms.Form):
    """Call a meeting."""

    title = f.line("会议名称", required=True, most=300, help_text="如“重点事项专题会”。")
    starts = forms.DateTimeField(
        label="时间",
        widget=forms.DateTimeInput(
            attrs={"class": "form-control", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    place = f.line("地点", required=True, most=200)

    def __init__(self, offices: Mapping[int, str], people: dict[str, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offices = offices
        if len(offices) > 1:
            choices = [(str(pk), name) for pk, name in offices.items()]
            self.fields["office"] = f.choice("召集单位", choices, required=True)
        self.fields["chair"] = PersonField(people, "主持人", required=True)
        self.fields["expected"] = PeopleField(people, "应到人员", help_text="主持人以外的；多人用顿号隔开。")
        self.fields["agenda"] = AgendaField(required=False, help_text=f"{AGENDA_HELP}可以召集后再定。")

    def office(self) -> int:
        """Return the unit that calls it."""
        return int(self.cleaned_data.get("office") or next(iter(self.offices)))

    def call(self) -> Call:
        """Return the call."""
        return Call(
            **{name: self.cleaned_data[name] for name in ("title", "starts", "place", "chair", "expected")}
        )


class AgendaForm(forms.Form):
    """The agenda as it stands, to be written anew; once the meeting is held, what is added."""

    def __init__(self, found: MeetingDetail, data: Any = None, more: str = "") -> None:
        standing = agenda_lines((p.item.number, p.agenda.matter) for p in found.places)
        self.adds = found.meeting.state != "called"
        first = more if self.adds else "\n".join(part for part in (standing, more) if part)
        super().__init__(data, initial={"agenda": first})
        help_text = f"会议已召开，只能增加，不能重排。{AGENDA_HELP}" if self.adds else AGENDA_HELP
        self.fields["agenda"] = AgendaField(required=True, help_text=help_text)


class _CameField(f.MeasureField):
    """Whether somebody came, and who stood in; gives the row for ``attend`` without the person."""

    def __init__(self, people: dict[str, int], name: str) -> None:
        super().__init__(name, list(PRESENCE_NAMES.items()), "由谁代为出席", list="people")
        self.people = people

    def compress(self, data_list: list[Any]) -> dict[str, Any]:  # type: ignore[override]
        """Return ``presence`` and ``by``."""
        presence, by = super().compress(data_list)
        found: dict[str, Any] = {"presence": presence or Presence.PRESENT.value}
        return found | ({"by": PersonField(self.people, "").named(by.strip())} if by.strip() else {})


class AttendForm(forms.Form):
    """Who came: everybody expected, who came beside them, and who chaired in fact."""

    def __init__(
        self, meeting: Meeting, names: Mapping[int, str], people: dict[str, int], data: Any = None
    ) -> None:
        super().__init__(data)
        told = {row["person"]: row for row in meeting.attendance}
        self.expected = [meeting.chair_id, *meeting.expected]
        by_id = {pk: name for name, pk in people.items()}
        for person in self.expected:
            label = f"{names[person]}（主持人）" if person == meeting.chair_id else names[person]
            self.fields[f"p{person}"] = _CameField(people, label)
            row = told.get(person, {})
            self.initial[f"p{person}"] = [
                row.get("presence", Presence.PRESENT.value),
                by_id.get(row.get("by", 0), ""),
            ]
        self.fields["more"] = PeopleField(people, "应到以外出席的", help_text="多人用顿号隔开，没有可不填。")
        self.fields["observers"] = f.line("列席人员", help_text="写姓名，多人用顿号隔开，没有可不填。")
        self.fields["presider"] = PersonField(
            people, "实际主持人", help_text="主持人没有出席时填写：由出席人员中的哪一位主持。"
        )
        self.initial["more"] = "、".join(by_id.get(p, "") for p in told if p not in self.expected)
        self.initial["observers"] = "、".join(meeting.observers)
        if meeting.presider_id not in {0, meeting.chair_id}:
            self.initial["presider"] = by_id.get(meeting.presider_id, "")

    def values(self) -> dict[str, Any]:
        """Return the values for ``attend``."""
        given = self.cleaned_data
        rows = [{"person": p, **given[f"p{p}"]} for p in self.expected]
        rows += [{"person": p, "presence": Presence.PRESENT.value} for p in given["more"]]
        observers = [name.strip() for name in f.BETWEEN.split(given["observers"]) if name.strip()]
        return {"attendance": rows, "observers": observers, "presider": given["presider"] or 0}


class MinuteForm(forms.Form):
    """What was said, for the minutes."""

    def __init__(self, found: MeetingDetail, data: Any = None, no: str = "0") -> None:
        super().__init__(data, initial={"no": no})
        places = [(str(p.agenda.no), f"第{p.agenda.no}项：{p.item.title[:30]}") for p in found.places]
        self.fields["no"] = f.choice("记在哪里", [("0", "整个会议"), *places], required=True)
        self.fields["text"] = f.text(
            "记录", required=True, rows=5, help_text="写进会议纪要；同一处再记，以后一次为准。"
        )


class CancelForm(forms.Form):
    """Call it off."""

    reason = f.line("取消理由", required=True)
