"""A template that is brought, and where it is used."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.library.drafts.trial import LARGEST
from bihuan.models import Campaign
from bihuan.queries.templates import Offered
from bihuan.web.forms import fields as f

#: No choice of its own: the campaign follows the general one.
GENERAL = "general"


class TemplateForm(forms.Form):
    """A Word file, and what it is to be called."""

    file = f.OneFile(
        label="模板文件（docx）",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".docx,.dotx"}),
    )
    name = f.line("名称", most=100, help_text="选模板时看到的名称；不填则用文件名。")

    def __init__(self, campaigns: list[Campaign], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaigns = {str(c.pk): c for c in campaigns}
        named = [(key, c.name) for key, c in self.campaigns.items()]
        self.fields["campaign"] = f.choice(
            "用哪个专项工作的数据试写", named, required=True, help_text="试写成功才保存；有错的指出在哪一段。"
        )

    def clean_file(self) -> Any:
        """Refuse what is too large for a template."""
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise forms.ValidationError("文件超过 20 MB，请压缩里面的图片。")
        return file

    def title(self) -> str:
        """Return what the template is called."""
        return str(self.cleaned_data["name"] or self.cleaned_data["file"].name.rpartition(".")[0])

    def campaign(self) -> Campaign:
        """Return the campaign whose figures it is tried with."""
        return self.campaigns[self.cleaned_data["campaign"]]


class ChoiceForm(forms.Form):
    """Which template is used for a campaign, or for all that have no choice of their own."""

    def __init__(
        self, campaigns: list[Campaign], templates: list[Offered], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "choice_%s"  # it stands beside another form with a campaign
        places = [("0", "所有专项工作"), *((str(c.pk), c.name) for c in campaigns)]
        options = [(str(t.id), t.name) for t in templates]
        self.fields["campaign"] = f.choice("用于", places, required=True)
        self.fields["template"] = f.choice(
            "默认模板", [*options, (GENERAL, "不单独选定，随“所有专项工作”")], required=True
        )

    def clean(self) -> dict[str, Any]:
        """The general choice cannot follow itself."""
        given = dict(super().clean() or self.cleaned_data)
        if given.get("campaign") == "0" and given.get("template") == GENERAL:
            self.add_error("template", "“所有专项工作”请选定一个模板。")
        return given
