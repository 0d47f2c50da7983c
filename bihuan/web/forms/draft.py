"""The forms of a draft: how it begins, and what stands in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from bihuan.library.drafts.keep import HEAD
from bihuan.library.drafts.kinds import KINDS
from bihuan.models import Campaign, Draft, Meeting
from bihuan.web import dates
from bihuan.web.forms import fields as f


def _day(label: str, help_text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget)


class BeginDraft(forms.Form):
    """What kind of paper, of which campaign or meeting, with the figures of which day."""

    kind = f.choice("文种", [(kind.code, kind.name) for kind in KINDS.values()], required=True)
    campaign = f.choice("专项工作", [], help_text="数据从这一专项工作的台账取。会议通知、纪要可以不选。")
    meeting = f.choice("会议", [], help_text="会议通知、纪要从已登记的会议取时间、地点、议题和议定事项。")
    as_of = _day("数据截至", "到这一天 24 时；不填为定稿那一刻。")
    since = _day("已销号事项从哪天算起", "不填为全部。")

    def __init__(self, campaigns: list[Campaign], meetings: list[Meeting], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaigns = {str(c.pk): c for c in campaigns}
        self.meetings = {str(m.pk): m for m in meetings}
        self._choose("campaign", [("", "不选"), *((key, c.name) for key, c in self.campaigns.items())])
        named = ((key, f"{m.number} {m.title}") for key, m in self.meetings.items())
        self._choose("meeting", [("", "不选"), *named])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_as_of(self) -> Any:
        """Refuse a day to come: nothing is known of it."""
        day = self.cleaned_data["as_of"]
        if day is not None and day > dates.today():
            raise forms.ValidationError("截至日期不能晚于今天。")
        return day

    def instant(self) -> datetime | None:
        """Return the instant of the figures, None for that at which the paper becomes final."""
        day = self.cleaned_data["as_of"]
        return dates.end_of(day) if day else None


class EditDraft(forms.Form):
    """What a draft says."""

    title = f.line("标题", required=True, most=300)
    recipient = f.line("主送", most=300)
    number = f.line("发文字号或期号", help_text="如 某督〔2026〕1号、第3期。", most=60)
    body = f.text(
        "正文",
        required=True,
        rows=24,
        help_text="一段一行。一、（一）1.（1）开头的短行排成各级标题。【名称】填台账的数据，如 共登记【登记事项】项。",
    )
    office = f.line("落款单位", most=100)
    signed = f.line("成文日期", most=40)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields["body"]
        assert isinstance(body, forms.CharField)
        body.max_length = None
        body.validators = []

    @classmethod
    def of(cls, draft: Draft) -> EditDraft:
        """Return the form as the draft stands."""
        head = {name: draft.head.get(name, "") for name in HEAD}
        return cls(initial={"title": draft.title, "body": draft.body, "version": draft.version, **head})

    def head(self) -> dict[str, str]:
        """Return what stands around the body."""
        return {name: self.cleaned_data[name] for name in HEAD}
