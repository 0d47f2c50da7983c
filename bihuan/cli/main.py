"""``bihuan``: reads the environment, prepares Django, and runs a command.

Exit status: 0 done, 1 refused or found wanting, 2 misused.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

#: Command → (module, what it does). Modules are loaded when they are needed: a small command starts fast.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "建立台账库：数据库、首个单位和账号"),
    "demo": ("demo", "用演示台账走一遍：导入、办理一个季度、出报告、核验"),
    "serve": ("serve", "启动网页"),
    "import": ("excel", "导入 Excel/CSV 台账（可先预览）"),
    "export": ("excel", "导出清单（原表样式或通用样式），或导出全部留痕"),
    "item": ("item", "查看一个事项"),
    "do": ("item", "办理一步：交办、签收、反馈、审核、销号……"),
    "slip": ("slip", "单据：发出、签批、签收、答复、评判、打印，查看各单位负担"),
    "report": ("report", "写阶段报告"),
    "verify-report": ("report", "核对一份报告里的每个数据"),
    "figures": ("report", "查看数据项，可查任何时点"),
    "verify": ("ledger", "核验台账：哈希链、封存、计数"),
    "rebuild": ("ledger", "由留痕重建全部数据表"),
    "seal": ("ledger", "封存：对全部留痕签名"),
    "tick": ("ledger", "处理到点的事"),
    "worker": ("worker", "一直处理到点的事"),
    "inspection": ("inspection", "督查、暗访、走流程：方案、批准、发现的问题"),
    "sample": ("sample", "随机抽样：登记、抽取、复核"),
    "calendar": ("calendar", "查看、发布工作日历"),
    "library": ("library", "素材库：收文、拆分汇编、查找、比对雷同、下载"),
    "decompose": ("decompose", "从讲话、方案、报告中拆出任务，采用的登记为事项"),
    "bench": ("bench", "测量速度"),
    "check": ("check", "检查安装和设置"),
}


class Commands(click.Group):
    """Finds commands by name without loading them all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Prepare Django and load the command called ``name``."""
        if name not in COMMANDS:
            return None
        prepare(ctx.params.get("home"))
        module = importlib.import_module(f"bihuan.cli.{COMMANDS[name][0]}_commands")
        command = module.COMMANDS[name]
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with one line each."""
        with formatter.section("命令"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(path_type=Path), help="数据目录（默认取环境变量 BIHUAN_HOME，或 var/bihuan）。"
)
@click.version_option(package_name="bihuan", message="bihuan %(version)s")
def group(home: Path | None) -> None:
    """bihuan 闭环：从台账到销号，再到可核验的报告。"""


def prepare(home: Path | None) -> None:
    """Point the settings at ``home`` and set Django up."""
    if home is not None:
        os.environ["BIHUAN_HOME"] = str(home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
    import django

    django.setup()


def main(args: list[str] | None = None) -> None:
    """Run ``bihuan`` and leave with its exit status."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:
    """Run ``bihuan`` with ``args`` and return its exit status."""
    from django.db import DatabaseError

    from bihuan.cli.output import MISUSED, REFUSED, tell
    from bihuan.rules.errors import BihuanError

    try:
        status = group.main(args, prog_name="bihuan", standalone_mode=False)
    except click.UsageError as misuse:
        tell(f"用法不对：{_misuse(misuse)}")
        tell("查看用法：bihuan --help，或 bihuan 命令 --help")
        return MISUSED
    except click.Abort:
        tell("已中断，没有留下半成品。")
        return REFUSED
    except BihuanError as error:
        return _refused(error, args)
    except DatabaseError as error:
        return _refused(_database_error(error), args)
    except SystemExit as leave:
        return int(leave.code or 0)
    return status if isinstance(status, int) else 0


def _misuse(error: click.UsageError) -> str:
    """Say in Chinese what is wrong with the command line."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。"
    if isinstance(error, click.MissingParameter):
        return f"还缺 {error.param.make_metavar(error.ctx) if error.param and error.ctx else ''}。"
    if isinstance(error, click.BadParameter):
        name = error.param.human_readable_name if error.param else ""
        return f"{name} {error.message}".strip()
    if error.message.startswith("No such command"):
        return f"没有这个命令。可用：{'、'.join(COMMANDS)}。"
    return error.message


def _database_error(error: Exception) -> Any:
    """Say what a failing database means: no ledger yet, or trouble that the message names."""
    from bihuan.ledger.append import NotOpened
    from bihuan.queries.position import ledger_exists
    from bihuan.rules.errors import Missing

    if not ledger_exists():
        return NotOpened()
    return Missing(f"数据库出错：{error}".strip(), hint="没有写入任何内容。请运行 bihuan check 查看原因。")


def _refused(error: Any, args: list[str]) -> int:
    from bihuan.cli.output import refuse

    try:
        refuse(error.code, error.message, error.hint, as_json="--json" in args)
    except SystemExit as leave:
        return int(leave.code or 0)


if __name__ == "__main__":
    main()
