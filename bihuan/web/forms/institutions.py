"""The forms of institutions (建章立制): the draft, and each step with one."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.ledger.blobs import Upload
from bihuan.models import Institution
from bihuan.queries.people import Directory
from bihuan.web.forms import fields as f

_ITEMS_HELP = "写事项编号，多个用顿号或换行隔开。"


class DraftForm(forms.Form):
    """A rule to be made."""

    title = f.line(
        "制度名称", required=True, most=300, help_text="如“县城道路照明巡查维护办法”，不加书名号。"
    )
    basis = f.text("依据", required=True, rows=2, help_text="依据什么制定：上级规定、会议决定、整改要求。")

    def __init__(self, units: Directory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = f.UnitField(units, "印发单位", required=True)
        self.fields["items"] = f.ItemsField("起因事项", required=True, help_text=_ITEMS_HELP)


class InstitutionForm(forms.Form):
    """The form of one step with an institution."""

    def __init__(self, found: Institution, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """Return the values of the step; an empty optional field says nothing."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        if file := given.get("file"):
            given["file"] = Upload(file.name, file.file)
        return given


def _text() -> forms.FileField:
    widget = forms.ClearableFileInput(attrs={"class": "form-control"})
    return f.OneFile(
        label="制度文本", required=False, help_text="Word 或 PDF，按哈希存档；可不附。", widget=widget
    )


def _review_on() -> forms.DateField:
    return f.day("复核日期", required=True, help_text="到这一天复核是否仍适用，系统会提醒。")


class Link(InstitutionForm):
    """补充起因事项."""

    items = f.ItemsField("起因事项", required=True, help_text=_ITEMS_HELP)


class Issue(InstitutionForm):
    """印发."""

    review_on = _review_on()
    issued_on = f.day("印发日期", help_text="不填为今天。")
    file = _text()


class Revise(InstitutionForm):
    """修订: under the same number."""

    reason = f.text("修订理由", required=True, rows=2)
    title = f.line("名称", required=True, most=300)
    basis = f.text("依据", required=True, rows=2)
    review_on = _review_on()
    revised_on = f.day("修订日期", help_text="不填为今天。")
    items = f.ItemsField("因哪些事项修订", help_text=f"{_ITEMS_HELP}可不填。")
    file = _text()

    def __init__(self, found: Institution, *args: Any, **kwargs: Any) -> None:
        super().__init__(found, *args, **kwargs)
        self.initial = {"title": found.title, "basis": found.basis}


class Keep(InstitutionForm):
    """复核后继续执行."""

    opinion = f.text("复核意见", required=True, rows=2, help_text="执行得怎样、为什么仍适用。")
    review_on = f.day("下次复核日期", required=True)


class Repeal(InstitutionForm):
    """废止."""

    reason = f.text("理由", required=True, rows=2)
    repealed_on = f.day("废止日期", help_text="不填为今天。")


INSTITUTION_FORMS: dict[str, type[InstitutionForm]] = {
    "link": Link,
    "issue": Issue,
    "revise": Revise,
    "keep": Keep,
    "repeal": Repeal,
}
