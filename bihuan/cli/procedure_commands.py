"""procedure: list, publish, adopt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bihuan.actions.adopt import adopt_procedure
from bihuan.actions.house import publish_procedure
from bihuan.cli.output import answer, tell
from bihuan.cli.people import acting, as_option, current
from bihuan.models import Campaign, Procedure, Register
from bihuan.queries.procedures import versions
from bihuan.rules.errors import Invalid, NotFound

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")


@click.group()
def procedure() -> None:
    """规程：列出、发布新版、让清单改用新版。"""


@procedure.command("list")
@_JSON
def list_(as_json: bool) -> None:
    """列出每种规程的各个版本，和使用它的清单。"""
    rows: list[dict[str, Any]] = [
        {
            "id": v.row.pk, "code": v.row.code, "name": v.row.name, "version": v.row.version,
            "registers": [r.name for r in v.registers],
        }
        for v in sorted(versions(), key=lambda v: (v.row.code, v.row.version))
    ]  # fmt: skip
    lines = [f"{r['code']}　{r['name']}　第{r['version']}版　{'、'.join(r['registers'])}" for r in rows]
    answer({"procedures": rows}, as_json=as_json, text="\n".join(lines))


@procedure.command()
@click.argument("file", metavar="文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_option
@_JSON
def publish(file: Path, as_name: str | None, as_json: bool) -> None:
    """发布一份规程（TOML 文件）；同一规程的新版，版本号须更大。"""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} 不是 UTF-8 文本。", hint="请另存为 UTF-8 编码。") from error
    made = Procedure.objects.get(pk=publish_procedure(acting(as_name), current(), text, source=file.name))
    answer(
        {"id": made.pk, "code": made.code, "version": made.version},
        as_json=as_json,
        text=f"{made.code}　{made.name}　第{made.version}版",
    )
    tell(f"已发布。清单改用新版：bihuan procedure adopt {made.code} --register 清单名称")


@procedure.command()
@click.argument("code", metavar="规程代码")
@click.option("--register", "register_name", required=True, metavar="清单", help="哪个清单改用最新版。")
@click.option("--campaign", "campaign_name", metavar="专项工作", help="清单重名时，写明属于哪个专项工作。")
@click.option("--migrate", is_flag=True, help="未办结的事项也改用新版（默认：仍按登记时的版本）。")
@click.option("--reason", default="", help="改用的理由，记入每个事项。")
@as_option
@_JSON
def adopt(
    code: str, register_name: str, campaign_name: str | None, migrate: bool, reason: str, as_name: str | None, as_json: bool
) -> None:  # fmt: skip
    """让一个清单改用规程的最新版；此后登记的事项按新版办理。"""
    version = Procedure.objects.filter(code=code).order_by("-version").first()
    if version is None:
        raise NotFound(f"没有代码为“{code}”的规程。", hint="用 bihuan procedure list 查看。")
    register = _register(register_name, campaign_name)
    found = adopt_procedure(
        acting(as_name), current(), register.pk, version.pk, migrate=migrate, reason=reason
    )
    lines = [f"“{register.name}”改用{version.name}第{version.version}版，{found.migrated}个事项随之改用。"]
    lines += [f"仍按原版（{why}）：{'、'.join(numbers)}" for why, numbers in found.left.items()]
    answer({"migrated": found.migrated, "left": dict(found.left)}, as_json=as_json, text="\n".join(lines))


def _register(name: str, campaign: str | None) -> Register:
    found = Register.objects.filter(name=name)
    if campaign is not None:
        found = found.filter(campaign_id__in=Campaign.objects.filter(name=campaign).values("id"))
    rows = list(found[:2])
    if len(rows) != 1:
        raise NotFound(
            f"{'不止一个' if rows else '没有'}叫“{name}”的清单。",
            hint="请用 --campaign 写明属于哪个专项工作。",
        )
    return rows[0]


COMMANDS = {"procedure": procedure}
