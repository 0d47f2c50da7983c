"""The forms of an import: the file, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from bihuan.models import Procedure, Register
from bihuan.web.forms import fields as f

NEW = "new"


class TakeIn(forms.Form):
    """Into which register the rows go, and what a closed row means."""

    register = f.choice("写入哪个清单", [], required=True)
    campaign = f.line("专项工作", help_text="新建清单时填写：已有的写全名，没有的按此名新建。", most=200)
    name = f.line("清单名称", most=200)
    procedure = f.choice("按哪个规程办理", [])
    closed = f.Radios(
        "原表写明已销号的",
        [("reprove", "重走销号程序：作为“报称完成”待核"), ("history", "作为历史销号登记，不再重走")],
    )

    def __init__(self, registers: Sequence[Register], closed: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.registers = {str(r.pk): r for r in registers}
        known = [(key, r.name) for key, r in self.registers.items()]
        self._choose("register", [("", "请选择"), *known, (NEW, "＋ 新建一个清单")])
        self._choose("procedure", [(str(p.pk), p.name) for p in latest_procedures()])
        for name in ("campaign", "name", "procedure"):
            self.fields[name].only_when = f"register:{NEW}"  # type: ignore[attr-defined]
        if not closed:
            del self.fields["closed"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for what a new register needs."""
        data = super().clean() or {}
        if data.get("register") == NEW:
            for name in ("campaign", "name", "procedure"):
                if not data.get(name):
                    self.add_error(name, "新建清单须填写。")
        return data


def latest_procedures() -> list[Procedure]:
    """Return the newest version of each procedure."""
    newest: dict[str, Procedure] = {}
    for procedure in Procedure.objects.order_by("code", "version"):
        newest[procedure.code] = procedure
    return sorted(newest.values(), key=lambda p: p.pk)
