"""The form of a random sample."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.actions.sample import STRATIFY, Population
from bihuan.models import Register
from bihuan.queries.people import Directory
from bihuan.web.forms import fields as f


class SampleForm(forms.Form):
    """Of what, how many, and for what."""

    purpose = f.line("用途", required=True, help_text="如“二季度回头看抽查”。")

    def __init__(self, units: Directory, registers: list[Register], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = [("", "（抽单位）"), *((str(r.pk), r.name) for r in registers)]
        self.fields["register"] = f.choice("抽哪个清单的事项", lists)
        self.fields["below"] = f.UnitField(
            units, "或抽哪个单位的下级单位", help_text="抽事项的不填；只抽它的直接下级。"
        )
        self.fields["stratify"] = f.choice("分层", list(STRATIFY.items()), help_text="只用于抽事项。")
        self.fields["size"] = f.number("共抽取", unit="个", help_text="分层时按各层大小分配。")
        self.fields["each"] = f.number("或每层抽取", unit="个")
        for name, label in (("closed_from", "只抽这天以后销号的"), ("closed_to", "只抽这天以前销号的")):
            self.fields[name] = f.day(label)

    def population(self) -> Population:
        """Return what is drawn from."""
        given = self.cleaned_data
        return Population(
            register=int(given["register"] or 0), below=given["below"] or 0, closed_from=given["closed_from"],
            closed_to=given["closed_to"], stratify=given["stratify"],
        )  # fmt: skip

    def number(self, name: str) -> int:
        """Return how many are drawn in all (``size``) or of each stratum (``each``); 0 where nothing was written."""
        return self.cleaned_data[name] or 0
