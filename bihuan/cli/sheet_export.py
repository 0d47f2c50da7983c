"""Writing a register to a file for ``bihuan export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bihuan.cli.output import tell
from bihuan.cli.people import current
from bihuan.excel.register_out import write_register_back, write_register_plain
from bihuan.models import Register
from bihuan.queries.items import Filter
from bihuan.queries.people import directory, visible_units
from bihuan.rules.errors import Invalid, NotAllowed
from bihuan.rules.permissions import Actor, Duty
from bihuan.rules.procedure_types import COLOURS
from bihuan.rules.workflow import STATE_NAMES


def write_register(
    register: Register, actor: Actor, out: Path, layout: str, original: Path | None, filters: dict[str, Any]
) -> tuple[int, Path]:
    """Write what ``actor`` may see of ``register`` and the filters let through; returns how many items, and the file.

    A file of another kind than ``out`` says gets its own suffix: no spreadsheet opens an xlsx that is called csv.
    """
    if not actor.may(Duty.EXPORT):
        raise NotAllowed("您没有导出的权限。")
    found = _filter(register, actor, **filters)
    if layout == "plain":
        written = write_register_plain(register, found)
    else:
        source = original.read_bytes() if original else None
        written = write_register_back(register, found, current(), original=source)
    if out.suffix.lower() not in {written.suffix, ""}:
        kept = out.with_suffix(written.suffix)
        tell(f"！内容是 {written.suffix[1:]} 格式，已写到 {kept}。")
        out = kept
    out.write_bytes(written.content)
    if written.left_out:
        tell(f"！有 {written.left_out} 个事项不在原表里，没有写入；可用 --layout plain 导出全部。")
    return written.items, out


def _filter(
    register: Register,
    actor: Actor,
    states: tuple[str, ...],
    colours: tuple[str, ...],
    unit: str | None,
    text: str,
) -> Filter:
    owner = directory().id_of(unit) if unit else 0
    if owner is None:
        raise Invalid(f"没有名为“{unit}”的单位。", hint="请核对全称或别名。")
    return Filter(
        registers=(register.pk,),
        states=tuple(_code(s, STATE_NAMES, "状态") for s in states),
        colours=tuple(_code(c, COLOURS, "亮灯") for c in colours),
        owner=owner,
        text=text,
        units=visible_units(actor),
    )


def _code(word: str, names: dict[str, str], what: str) -> str:
    """Return the code of a state or colour given by its code or its Chinese name."""
    found = next((code for code, name in names.items() if word in {code, name}), None)
    if found is None:
        raise Invalid(f"没有名为“{word}”的{what}。", hint=f"可用：{'、'.join(names.values())}。")
    return str(found)
