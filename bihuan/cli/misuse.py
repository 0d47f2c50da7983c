"""What is wrong with a command line, in Chinese: click says it in English."""

from __future__ import annotations

import re

import click

_SAYINGS: tuple[tuple[str, str], ...] = (
    (r"(?:File|Path|Directory) '(.+)' does not exist\.", "没有文件“{0}”，请核对路径。"),
    (r"(?:File|Path) '(.+)' is a directory\.", "“{0}”是目录，不是文件。"),
    (r"(?:Directory|Path) '(.+)' is a file\.", "“{0}”是文件，不是目录。"),
    (r"(?:File|Path|Directory) '(.+)' is not (?:readable|writable)\.", "没有读写“{0}”的权限。"),
    (r"'(.*)' is not a valid (?:integer|float)(?: range)?\.", "“{0}”不是数字。"),
    (r"'?(.*?)'? is not in the range (.+)\.", "{0} 不在范围 {1} 内。"),
    (r"'(.*)' does not match the formats? .+", "“{0}”应写成 2026-03-31 这样的日期。"),
    (r"'(.*)' is not one of (.+)\.", "“{0}”不可用，可选：{1}。"),
    (r"Got unexpected extra arguments? \((.+)\)", "多余的内容：{0}。"),
    (r"Option '(.+)' requires (?:an argument|\d+ arguments)\.", "选项 {0} 后面还缺内容。"),
    (r"Option '(.+)' does not take a value\.", "选项 {0} 后面不带内容。"),
    (r"Missing command\.", "还缺子命令。"),
)


def misuse(error: click.UsageError) -> str:
    """Say what is wrong, with the option or argument that it concerns."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。"
    if isinstance(error, click.MissingParameter):
        return f"还缺 {error.param.make_metavar(error.ctx) if error.param and error.ctx else ''}。"
    if error.message.startswith("No such command"):
        known = error.ctx.command if error.ctx else None
        names = known.list_commands(error.ctx) if isinstance(known, click.Group) and error.ctx else []
        return f"没有这个命令。可用：{'、'.join(names)}。"
    said = in_chinese(error.message)
    if isinstance(error, click.BadParameter) and said == error.message:
        name = error.param.human_readable_name if error.param else ""
        return f"{name} {said}".strip()
    return said


def in_chinese(message: str) -> str:
    """Return what click's ``message`` says, in Chinese; what is not one of its own stays."""
    for pattern, saying in _SAYINGS:
        if found := re.fullmatch(pattern, message):
            values = (value.replace("', '", "、").strip("'") for value in found.groups())
            return saying.format(*values)
    return message
