"""An outlet of messages: whose it is, and the address that the other side gave."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.queries.people import Directory
from bihuan.rules.outlets import OUTLETS
from bihuan.web.forms import fields as f
from bihuan.web.forms.people import PersonField

_TITLES = [("", "只有电子邮件写"), ("yes", "写"), ("no", "不写，只写编号")]


class OutletForm(forms.Form):
    """A new outlet. What is secret about it is taken once and never put into the page again."""

    kind = f.choice("种类", list(OUTLETS.items()), required=True)
    secret = forms.CharField(
        label="邮件地址或机器人地址",
        max_length=2000,
        help_text="群机器人：把群里机器人设置中的 Webhook 地址整个复制过来；钉钉有加签的，空一格再写密钥。保存后加密存放，不再显示。",
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, units: Directory, people: dict[str, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = PersonField(people, "属于哪个人", help_text="发给他一个人的消息。")
        self.fields["unit"] = f.UnitField(
            units, "或属于哪个单位", help_text="这个单位的消息，如单位的工作群。人和单位只填一个。"
        )
        self.fields["titles"] = f.choice(
            "汇总里写不写事项名称", _TITLES, help_text="名称可能涉及不宜外传的内容；群机器人经过外部服务器。"
        )

    def clean(self) -> dict[str, Any]:
        """Ask for one holder."""
        given = dict(super().clean() or self.cleaned_data)
        if not self.errors and bool(given.get("person")) == bool(given.get("unit")):
            self.add_error("unit", "请在人员和单位中填一个。")
        return given

    def titles(self) -> bool | None:
        """Return whether titles are told; None leaves it to the kind."""
        chosen = self.cleaned_data["titles"]
        return None if not chosen else bool(chosen == "yes")
