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
    "request": ("request", "申请：延期、转办、退回、挂起、并案、提级，由有权的人批复"),
    "meeting": ("meeting", "会审：召集、议程、到会、议定、纪要，查看历次议定的变化"),
    "slip": ("slip", "单据：发出、签批、签收、答复、评判、打印，查看各单位负担"),
    "report": ("report", "写阶段报告"),
    "picture": ("picture", "一图读懂：把专项工作或难题画成一页（SVG、PNG）"),
    "verify-report": ("report", "核对一份报告里的每个数据"),
    "figures": ("report", "查看数据项，可查任何时点"),
    "tiers": ("report", "各单位分档，不排名"),
    "verify": ("ledger", "核验台账：哈希链、封存、计数"),
    "rebuild": ("ledger", "由留痕重建全部数据表"),
    "seal": ("ledger", "封存：对全部留痕签名"),
    "backup": ("backup", "备份：数据库、佐证和封存合成一个文件"),
    "restore": ("backup", "由备份恢复，或核验一份备份"),
    "tick": ("ledger", "处理到点的事"),
    "worker": ("worker", "一直处理到点的事"),
    "look-back": ("closing", "回头看：抽样、安排、该回头看的事项"),
    "signs": ("closing", "虚假销号的迹象：提示去哪里核实，附证据"),
    "recurring": ("closing", "反复出现的问题，建议建章立制"),
    "institution": ("institution", "建章立制：起草、印发、修订、复核、废止"),
    "case": ("closing", "典型案例复盘"),
    "messages": ("message", "消息：收件箱，电子邮件和群机器人的汇总"),
    "feed": ("message", "日历订阅：把办理时限放进日历软件"),
    "token": ("token", "接口令牌：新建、列出、停用"),
    "inspection": ("inspection", "督查、暗访、走流程：方案、批准、发现的问题"),
    "unit": ("unit", "单位名录：查看、新增、加别名、并入"),
    "sample": ("sample", "随机抽样：登记、抽取、复核"),
    "proofread": ("proofread", "校对公文：找出错误，改好能确定的"),
    "procedure": ("procedure", "规程：列出、发布新版、让清单改用新版"),
    "calendar": ("calendar", "查看、发布工作日历"),
    "library": ("library", "资料库：收文、拆分汇编、查找、比对雷同、下载"),
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

    from bihuan.cli.misuse import misuse
    from bihuan.cli.output import MISUSED, REFUSED, tell
    from bihuan.rules.errors import BihuanError

    try:
        status = group.main(args, prog_name="bihuan", standalone_mode=False)
    except click.UsageError as wrong:
        tell(f"用法不对：{misuse(wrong)}")
        tell("查看用法：bihuan --help，或 bihuan 命令 --help")
        return MISUSED
    except click.Abort:
        tell("已中断，没有留下半成品。")
        return REFUSED
    except (BihuanError, DatabaseError, OSError) as error:
        return _refused(_designed(error), args)
    except SystemExit as leave:
        return int(leave.code or 0)
    return status if isinstance(status, int) else 0


def _designed(error: Exception) -> Any:
    """Say what a failing file or database means in the form of every other refusal."""
    from bihuan.rules.errors import BihuanError, Invalid

    if isinstance(error, BihuanError):
        return error
    if isinstance(error, OSError):
        place = f"“{error.filename}”" if error.filename else ""
        why = error.strerror or str(error)
        return Invalid(f"读写文件{place}出错：{why}。", hint="请核对路径、权限和磁盘空间。")
    return _database_error(error)


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
