"""Forms of the house: people, their roles and accounts, units."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from bihuan.models import Unit
from bihuan.queries.people import Directory
from bihuan.rules.permissions import ROLE_NAMES, Role
from bihuan.web.forms import fields as f


class GrantRole(forms.Form):
    """A role, and the unit for which it is held."""

    role = f.choice("岗位", [(role.value, ROLE_NAMES[role]) for role in Role], required=True)

    def __init__(self, units: Directory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = "岗位管到这个单位和它的下级单位。"
        self.fields["unit"] = f.UnitField(units, "管哪个单位", required=True, help_text=help_text)

    def chosen(self) -> tuple[Role, int]:
        """Return the role and the unit's id."""
        return Role(self.cleaned_data["role"]), self.cleaned_data["unit"]


class NewPerson(forms.Form):
    """Somebody who is to work with the ledger, with an account and a first role."""

    name = f.line("姓名", required=True, most=60)

    def __init__(self, units: Directory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [("", "以后再定"), *((role.value, ROLE_NAMES[role]) for role in Role)]
        self.fields["unit"] = f.UnitField(units, "单位", required=True)
        self.fields["post"] = f.line("职务", most=100)
        self.fields["role"] = f.choice(
            "岗位", roles, help_text="管到上面的单位和它的下级单位；可以再加别的。"
        )
        account = "登录用，建议用姓名拼音。密码由系统随机生成，首次登录须修改。"
        if settings.PROVIDER:
            alone = "除管理员外没有本机密码。" if settings.LOCAL_LOG_IN == "admins" else "也给出本机密码。"
            account = f"写{settings.PROVIDER.name}里的用户名；{alone}"
        self.fields["account"] = f.line("用户名", required=True, most=60, help_text=account)


class UnitForm(forms.Form):
    """A unit: its name, its place and the other ways in which it is written."""

    name = f.line("单位名称", required=True, most=200)

    def __init__(self, units: Directory, *args: Any, placed: bool = False, **kwargs: Any) -> None:
        """``placed``: it has its place, which is changed by moving it."""
        super().__init__(*args, **kwargs)
        if not placed:
            self.fields["parent"] = f.UnitField(units, "上级单位", help_text="不填为顶级单位。")
        aliases = "简称、旧称、常见的写法，用顿号隔开；导入台账时按这些写法都能认出。"
        self.fields["aliases"] = f.line("别名", most=2000, help_text=aliases)

    def clean_aliases(self) -> list[str]:
        """Return the aliases, each once."""
        names = (" ".join(part.split()) for part in f.BETWEEN.split(self.cleaned_data["aliases"]))
        return list(dict.fromkeys(name for name in names if name))


class MoveForm(forms.Form):
    """Below which unit a unit is to stand."""

    def __init__(self, units: Directory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = f.UnitField(units, "移到哪个单位之下", help_text="不填为顶级单位。")


class MergeForm(forms.Form):
    """Into which unit a unit is merged; ``sure``: what goes over was seen, and the reason is asked for."""

    def __init__(self, units: Directory, *args: Any, sure: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = "同一单位写成了两个的，把写错的并入正确的；机构改革撤并的，并入承接职责的单位。"
        self.fields["into"] = f.UnitField(units, "并入哪个单位", required=True, help_text=help_text)
        self.fields["reason"] = f.line(
            "理由", required=sure, help_text="记入留痕，如“重复录入”“机构改革并入”。"
        )

    def heir(self) -> Unit | None:
        """Return the unit that was chosen, None where there is none."""
        found = getattr(self, "cleaned_data", {}).get("into")
        return Unit.objects.filter(pk=found).first() if found else None
