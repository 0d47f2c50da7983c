"""demo."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from django.conf import settings

from bihuan.actions.founding import prepare_database
from bihuan.actions.house import create_campaign, create_register
from bihuan.actions.register import register
from bihuan.cli.init_commands import table
from bihuan.cli.output import REFUSED, answer, end_of, tell, working
from bihuan.demo import life, people, shelf, supervision, workbooks
from bihuan.demo.county import LIVELIHOOD, TOUGH
from bihuan.excel.commit import Committed
from bihuan.excel.files import import_file
from bihuan.ledger.export import export, verifier_program
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify
from bihuan.models import Campaign, Item
from bihuan.queries.people import directory
from bihuan.queries.position import ledger_exists
from bihuan.reports.check import verify_against_ledger
from bihuan.reports.stage import Letterhead, stage_context
from bihuan.reports.word import write_docx
from bihuan.reports.xlsx import write_xlsx
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid

_DAYS = 90
_SEED = 20260105
_CAMPAIGN = "作风建设专项整治"


@dataclass
class Outcome:
    """What the demonstration did and whether everything held."""

    items: int
    entries: int
    steps: dict[str, int]
    verified: bool
    rebuilt: bool
    reports: dict[str, bool]
    files: list[str]

    @property
    def ok(self) -> bool:
        """Whether everything was verified."""
        return self.verified and self.rebuilt and all(self.reports.values())


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="写到哪里：台账、报告、导出。",
)
@click.option(
    "--until",
    metavar="日期",
    default="2026-04-05",
    show_default=True,
    help="模拟到哪天（today：今天）；从 90 天前开始。",
)
@click.option(
    "--seed", type=int, default=_SEED, show_default=True, help="模拟的随机种子，相同种子得到相同的台账。"
)
@click.option("--ledger-only", is_flag=True, help="只建演示台账，不出报告。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def demo(ctx: click.Context, out: Path, until: str, seed: int, ledger_only: bool, as_json: bool) -> None:
    """演示：导入两份杂乱的台账，模拟办理一个季度，出阶段报告，全部核验一遍。"""
    end = datetime.now(CHINA).date() if until == "today" else date.fromisoformat(until)
    start = end - timedelta(days=_DAYS)
    out.mkdir(parents=True, exist_ok=True)
    prepare_database()
    if ledger_exists():
        raise Invalid(
            f"{settings.HOME} 里已有台账，演示不在已有的台账上进行。", hint="请换一个 --home 目录。"
        )
    county, campaign = _found(out, start)
    with working("模拟办理", _DAYS) as advance:
        lived = life.run(county, start, _DAYS, seed, advance, supervision.DEEDS)
    papers = shelf.fill_shelf(county.staff["duban"].person, campaign, end_of(end - timedelta(days=1)))
    tell(f"资料库已收入 {papers} 份文件。")
    _keep_logins(county)
    if ledger_only:
        tell(f"演示台账已建好：{Item.objects.count()} 个事项。")
        return
    outcome = _finish(out, end, campaign, lived)
    answer({"ok": outcome.ok, **asdict(outcome)}, as_json=as_json, text=_summary(outcome, end))
    if not outcome.ok:
        ctx.exit(REFUSED)


def _found(out: Path, start: date) -> tuple[people.People, int]:
    """Found the county, import its two workbooks and register its livelihood projects and tough problems."""
    now = _morning(start)
    county = people.found_county(now)
    clerk = county.staff["duban"]
    campaign = create_campaign(clerk, now, _CAMPAIGN, county.office, purpose="转作风、解难题、办实事")
    registers = {
        code: create_register(clerk, now, campaign, name, county.procedures[code])
        for code, name in _REGISTERS.items()
    }
    for name, code, source in (
        ("问题整改台账.xlsx", "rectification", workbooks.problems(start)),
        ("督查事项台账.xlsx", "task", workbooks.tasks(start)),
    ):
        (out / name).write_bytes(source)
        read, done = import_file(source, name, registers[code], clerk, now)
        doubts = sum(len(sheet.problems) for sheet in read.sheets)
        _tell_import(name, done, doubts)
    units = directory().units
    for project in LIVELIHOOD:
        register(registers["livelihood"], clerk, now, **project.values(start, units))
    for difficulty in TOUGH:
        register(registers["tough"], clerk, now, **difficulty.values(start, units))
    return county, campaign


_REGISTERS = {
    "rectification": "问题整改清单",
    "task": "督查事项清单",
    "livelihood": "民生项目清单",
    "tough": "攻坚难题清单",
}


def _morning(day: date) -> datetime:
    return end_of(day - timedelta(days=1)) + timedelta(hours=8, minutes=30, microseconds=1)


def _tell_import(name: str, done: Committed, doubts: int) -> None:
    tell(
        f"已导入《{name}》：登记 {done.registered} 个事项，新建单位 {len(done.units)} 个，疑点 {doubts} 处（已逐处列明）。"
    )


def _keep_logins(county: people.People) -> None:
    """Keep the random passwords of the demonstration beside it, readable by its owner alone."""
    path = Path(settings.HOME) / "演示账号.txt"
    path.touch(mode=0o600)
    path.write_text(table(county.logins) + "\n", "utf-8")


def _finish(out: Path, end: date, campaign: int, lived: life.Life) -> Outcome:
    """Seal, report, export and verify everything."""
    as_of = end_of(end - timedelta(days=1))
    make_seal(as_of)
    context = stage_context(
        Campaign.objects.get(pk=campaign),
        as_of,
        letterhead=Letterhead(recipient="县委、县政府", document_number=f"清督〔{end.year}〕1号"),
    )
    documents = {"阶段报告.docx": write_docx(context), "阶段报告.xlsx": write_xlsx(context)}
    for name, content in documents.items():
        (out / name).write_bytes(content)
    with (out / "台账导出.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        entries = export(file)
    shutil.copy(settings.SEAL_FILE, out / "封存.jsonl")
    before = digests()
    rebuild()
    return Outcome(
        items=Item.objects.count(),
        entries=entries,
        steps=lived.count,
        verified=verify().ok,
        rebuilt=digests() == before,
        reports={name: verify_against_ledger(content).ok for name, content in documents.items()},
        files=sorted(str(path) for path in out.iterdir() if path.is_file()),
    )


def _summary(outcome: Outcome, end: date) -> str:
    holds = {True: "通过", False: "不通过"}
    steps = outcome.steps
    reports = "；".join(f"{name} {holds[held]}" for name, held in outcome.reports.items())
    lines = [
        "",
        f"演示完成：清河县督查室用 90 天（到 {end}）办理了 {outcome.items} 个事项，共 {outcome.entries} 条留痕。",
        f"　反馈进展 {steps.get('report', 0)} 次，申请销号 {steps.get('submit', 0)} 次，审核 {steps.get('review', 0)} 次，"
        f"销号 {steps.get('close', 0)} 个，回头看 {steps.get('look_back', 0)} 次，退回 {steps.get('return', 0)} 次，会审 {steps.get('meeting', 0)} 次。",
        f"　核验哈希链、封存和计数：{holds[outcome.verified]}",
        f"　由留痕重建全部数据表，逐字节相同：{holds[outcome.rebuilt]}",
        f"　报告里的每个数据按台账重算：{reports}",
        "文件：",
        *(f"　{name}" for name in outcome.files),
        f"不信我们也可以核验：{Path(sys.executable).name} {verifier_program()} {_export(outcome)} --seals {_seals(outcome)}",
    ]
    return "\n".join(lines)


def _export(outcome: Outcome) -> str:
    return next(name for name in outcome.files if name.endswith("台账导出.jsonl"))


def _seals(outcome: Outcome) -> str:
    return next(name for name in outcome.files if name.endswith("封存.jsonl"))


COMMANDS = {"demo": demo}
