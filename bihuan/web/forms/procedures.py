"""The text of a procedure, and which register is to follow a version."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.models import Register
from bihuan.web.forms import fields as f

_MOST = 500_000


class ProcedureText(forms.Form):
    """A procedure as TOML: a file that is chosen, else what is written in the field."""

    file = f.OneFile(
        label="从文件读入",
        required=False,
        help_text="TOML 文件，UTF-8 编码；读入后可在下面接着改。",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".toml,.txt"}),
    )
    text = forms.CharField(
        label="规程内容",
        required=False,
        max_length=_MOST,
        strip=False,
        widget=forms.Textarea(attrs={"class": "form-control mono", "rows": 24, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Take the text of the file where there is one."""
        given = dict(super().clean() or self.cleaned_data)
        file = given.get("file")
        if file:
            if file.size > _MOST:
                self.add_error("file", "文件太大，不像一份规程。")
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "不是 UTF-8 编码的文本，请另存为 UTF-8 后再传。")
        if not self.errors and not given.get("text", "").strip():
            self.add_error("text", "没有内容。请选择文件，或从规程列表里选一个版本来改。")
        given["text"] = given.get("text", "").replace("\r\n", "\n")
        return given


class AdoptForm(forms.Form):
    """Which register follows the version from now on, and whether its items do too."""

    def __init__(
        self, registers: list[Register], campaigns: dict[int, str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.registers = {str(r.pk): r for r in registers}
        named = [(key, f"{campaigns[r.pk]}：{r.name}") for key, r in self.registers.items()]
        self.fields["register"] = f.choice("清单", named, required=True)
        self.fields["migrate"] = forms.BooleanField(
            label="未办结的事项也改用新版",
            required=False,
            help_text="不勾选的，已登记的事项仍按登记时的版本办理。正在审核的、有未办结单据而新版没有这种单据的，一律按原版。",
        )
        self.fields["reason"] = f.line(
            "理由", most=500, help_text="记入每个改用新版的事项；事项随之改用的必填。"
        )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where items change their version."""
        given = dict(super().clean() or self.cleaned_data)
        if given.get("migrate") and not given.get("reason"):
            self.add_error("reason", "未办结的事项也改用新版的，请写明理由。")
        return given

    def register(self) -> Register:
        """Return the register that was chosen."""
        return self.registers[self.cleaned_data["register"]]
