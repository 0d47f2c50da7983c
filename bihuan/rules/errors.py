"""What can go wrong, said so that a person can act on it.

Each class's docstring is its default message (in Chinese, as the user reads it); ``code`` is stable for machines,
``hint`` says what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class BihuanError(Exception):
    """操作没有完成。"""

    code: ClassVar[str] = "error"
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        """``message`` replaces the default one; ``hint`` replaces the class's hint."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.hint = hint or self.default_hint
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message}{self.hint}" if self.hint else self.message


class NotAllowed(BihuanError):
    """您的岗位不能办理这一步。"""

    code = "not-allowed"
    default_hint = "请由有权限的人员办理，或联系管理员核对岗位。"


class WrongState(BihuanError):
    """事项当前的状态不能办理这一步。"""

    code = "wrong-state"
    default_hint = "请打开事项查看当前状态和可办理的步骤。"


class Needs(BihuanError):
    """还缺必填内容。"""

    code = "needs"
    default_hint = "请补齐后再提交。"


class Stale(BihuanError):
    """事项已被他人更新，您看到的不是最新内容。"""

    code = "stale"
    default_hint = "请刷新后核对，再提交一次；您填写的内容没有丢失。"


class NotFound(BihuanError):
    """没有找到。"""

    code = "not-found"
    default_hint = "请核对编号；若刚被并案，请查看并入的事项。"


class Invalid(BihuanError):
    """填写的内容不符合要求。"""

    code = "invalid"


class ProcedureInvalid(BihuanError):
    """规程文件有误。"""

    code = "procedure-invalid"


class ChainBroken(BihuanError):
    """台账的哈希链校验不通过。"""

    code = "chain-broken"
    default_hint = "请停止录入，保留数据库和封存文件，联系审计员核查。"


class Missing(BihuanError):
    """缺少运行所需的组件。"""

    code = "missing"


class Unreachable(BihuanError):
    """统一身份认证现在连不上。"""

    code = "unreachable"
    default_hint = "请稍后再试；系统管理员可用本机密码登录，并用 bihuan check 查看原因。"
