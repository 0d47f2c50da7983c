"""The form of a stage report, and of a report to be verified."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from bihuan.models import Campaign
from bihuan.queries.templates import STAGE, content_of, offered, usual_of
from bihuan.reports.stage import Letterhead
from bihuan.rules.clocked import CHINA
from bihuan.rules.periods import PERIODS, period
from bihuan.web import dates
from bihuan.web.forms import fields as f


def _day(label: str, help_text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget)


class StageReport(forms.Form):
    """Which campaign, as of when, and what stands around the report."""

    campaign = f.choice("专项工作", [], required=True)
    period = f.choice("报告期", [("", "自定起止"), *PERIODS.items()])
    since = _day("从哪天起", "选“自定起止”时用；不填为从头。已销号事项和各单位负担从这天算起。")
    as_of = _day("数据截至", "选“自定起止”时用；到这一天 24 时，不填为现在。")
    title = f.line("标题", help_text="不填则为“某某阶段性工作情况报告”。", most=100)
    recipient = f.line("主送", most=100)
    document_number = f.line("发文字号", help_text="如 某督〔2026〕1号。", most=60)
    office = f.line("落款单位", help_text="不填则为主办单位。", most=100)
    contact = f.line("联系人及电话", most=100)

    def __init__(self, campaigns: list[Campaign], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaigns = {str(c.pk): c for c in campaigns}
        field = self.fields["campaign"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, c.name) for key, c in self.campaigns.items()]
        own = [(str(t.id), t.name) for t in offered(STAGE)]
        if len(own) > 1:
            self.fields["template"] = f.choice(
                "模板", [("", "该专项工作默认的模板"), *own], help_text="只用于 Word 报告。"
            )

    def clean_as_of(self) -> Any:
        """Refuse a day to come: nothing is known of it."""
        day = self.cleaned_data["as_of"]
        if day is not None and day > dates.today():
            raise forms.ValidationError("截至日期不能晚于今天。")
        return day

    def clean(self) -> dict[str, Any]:
        """Put the first and the last day of a period in their places; one that still runs ends now."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if name := given.get("period"):
            given["since"], last = period(name, dates.today())
            given["as_of"] = last if last < dates.today() else None
        first = given.get("since")
        if first and first > (given.get("as_of") or dates.today()):
            self.add_error("since", "起始日期晚于截至日期。")
        return given

    def chosen(self) -> Campaign:
        """Return the campaign."""
        return self.campaigns[self.cleaned_data["campaign"]]

    def instant(self) -> datetime:
        """Return the instant of the figures: the end of the day, but never later than now."""
        day = self.cleaned_data["as_of"]
        return dates.now() if day is None else min(dates.end_of(day), dates.now())

    def letterhead(self) -> Letterhead:
        """Return what stands around the report."""
        return Letterhead(
            **{
                n: self.cleaned_data[n]
                for n in ("title", "office", "recipient", "document_number", "contact")
            }
        )

    def template(self) -> bytes | None:
        """Return the file of the template that was chosen, or that the campaign uses; None for the built-in one."""
        given = self.cleaned_data.get("template", "")
        return content_of(STAGE, int(given) if given else usual_of(STAGE, self.chosen().pk))

    def file_name(self, suffix: str) -> str:
        """Return what the file is called."""
        title = self.cleaned_data["title"] or f"{self.chosen().name}阶段报告"
        return f"{title}（截至{self.instant().astimezone(CHINA):%Y-%m-%d}）.{suffix}"
