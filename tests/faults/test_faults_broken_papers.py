"""The writes that concern slips, samples, inspections and imports, each broken twice as in ``test_faults_broken_twice``."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from bihuan.actions import slip as slips
from bihuan.actions.finding import record_finding, record_step
from bihuan.actions.inspection import (
    Plan,
    amend_inspection,
    approve_inspection,
    cancel_inspection,
    finish_inspection,
    propose_inspection,
)
from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.clock.tick import tick
from bihuan.excel.files import import_file
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Import, Inspection, Item, Sample, Slip
from tests.faults.test_faults_broken_twice import break_everywhere, lose_the_answer

pytestmark = pytest.mark.slow
HEADS = ["序号", "问题表现", "整改类型", "整改措施", "责任单位", "整改时限", "完成状态"]


def workbook(title):
    """A ledger of one problem, whose title is given, and of one that stays."""
    book = Workbook()
    for row in (HEADS, [1, title, "分阶段整改", "1.修路", "东镇", "2026年9月底前", "正在整改"],
                [2, "桥面破损", "分阶段整改", "修补", "西乡", "2026年8月底前", "正在整改"]):  # fmt: skip
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Papers:
    """What the writes of the table below work on: the newest slip, sample and inspection."""

    def __init__(self, county):
        self.county, self.register = county, county.registers["rectification"]
        self.item = county.at("working")
        tick(county.later(days=7))

    def by(self, name):
        return self.county.people[name], self.county.now

    def slip(self, step, name, **values):
        return getattr(slips, f"{step}_slip")(Slip.objects.latest("id").pk, *self.by(name), **values)

    def inspection(self):
        return Inspection.objects.latest("id").pk

    def plan(self):
        fields = {"name": "财务公开督查", "mode": "walk", "contents": ["财务公开"], "objects": "乡镇", "scope": "今年",
                  "units": [self.county.units["town"]], "starts": date(2026, 3, 2), "ends": date(2026, 3, 31),
                  "leader": self.county.people["checker"].person}  # fmt: skip
        return Plan(**fields)

    def propose(self):
        propose_inspection(*self.by("supervisor"), self.county.units["office"], self.plan())

    def bring(self, title):
        import_file(workbook(title), "台账.xlsx", self.register, *self.by("supervisor"))


#: Each write in the order in which they can follow one another.
WRITES = {
    "issue": lambda p: slips.issue_slip(p.item, "整改反馈单", *p.by("supervisor"), despite="x"),
    "deliver": lambda p: p.slip("deliver", "supervisor", note="当面送达"),
    "read": lambda p: p.slip("read", "head"),
    "acknowledge": lambda p: p.slip("acknowledge", "head"),
    "answer": lambda p: p.slip("answer", "head", text="已办"),
    "judge": lambda p: p.slip("judge", "supervisor", accepted=False, opinion="不具体"),
    "close": lambda p: p.slip("close", "supervisor", note="当面说清"),
    "issue for a signature": lambda p: slips.issue_slip(p.item, "整改约谈单", *p.by("supervisor"), despite="x"),
    "approve": lambda p: p.slip("approve", "lead"),
    "withdraw": lambda p: p.slip("withdraw", "lead", reason="不必"),
    "commit a sample": lambda p: commit_sample(*p.by("supervisor"), Population(register=p.register), "抽查", size=1, seed="7"),
    "draw a sample": lambda p: draw_sample(Sample.objects.latest("id").pk, *p.by("supervisor")),
    "propose an inspection": lambda p: p.propose(),
    "amend an inspection": lambda p: amend_inspection(p.inspection(), *p.by("supervisor"), reason="补充", scope="两年"),
    "approve an inspection": lambda p: approve_inspection(p.inspection(), *p.by("lead")),
    "record a finding": lambda p: record_finding(p.inspection(), *p.by("checker"), unit=p.county.units["town"],
        text="账目未公开", register=p.register, klass="分阶段整改", due="2026-12-31", measures=["公开"]),
    "record a step": lambda p: record_step(p.inspection(), *p.by("checker"), unit=p.county.units["town"], service="开证明",
        what="取号", minutes=5),
    "finish an inspection": lambda p: finish_inspection(p.inspection(), *p.by("checker"), conclusion="已查"),
    "propose another": lambda p: p.propose(),
    "cancel an inspection": lambda p: cancel_inspection(p.inspection(), *p.by("supervisor"), reason="不办了"),
    "import": lambda p: p.bring("路面破损"),
    "import a correction": lambda p: p.bring("路面破损多处"),
}  # fmt: skip


def test_every_write_survives_being_broken_twice(county):
    papers = Papers(county)
    for what, write in WRITES.items():
        county.later(minutes=1)
        assert break_everywhere(lambda write=write: write(papers), what) >= 3
        before = head()
        lose_the_answer(lambda write=write: write(papers))
        assert head()[0] > before[0], what
        assert verify().ok, what
    before = digests()
    rebuild()
    assert digests() == before


def test_an_import_whose_answer_was_lost_changes_nothing_when_it_is_repeated(county):
    papers = Papers(county)
    lose_the_answer(lambda: papers.bring("路面破损"))
    done = head(), digests()
    papers.bring("路面破损")
    assert (head(), digests()) == done
    assert (Import.objects.count(), Item.objects.filter(title="路面破损").count()) == (1, 1)
