"""What a life does after closures: draws look-backs, makes institutions, inspects and hears objections."""

from __future__ import annotations

from datetime import timedelta

from bihuan.actions.finding import record_finding
from bihuan.actions.inspection import Plan, approve_inspection, finish_inspection, propose_inspection
from bihuan.actions.institution import (
    draft_institution,
    issue_institution,
    keep_institution,
    repeal_institution,
    revise_institution,
)
from bihuan.actions.objection import object_to, reexamine
from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.models import Conclusion, Inspection, Institution, Item, Objection
from bihuan.rules.inspection import InspectionMode
from tests.actions.county import NEEDED


def look_back_draw(life):
    """Draw from what was closed up to yesterday, where there is something."""
    county, day = life.county, life.county.now.date()
    closed = set(Item.objects.filter(state="closed").values_list("register_id", flat=True))
    population = Population(
        register=life.random.choice(sorted(closed) or list(county.registers.values())), closed_from=day - timedelta(days=400),
        closed_to=day - timedelta(days=1), look_back=True,
    )  # fmt: skip
    made = commit_sample(
        county.people["supervisor"], county.now, population, "回头看", seed=str(life.random.random())
    )
    return draw_sample(made.sample, county.people["supervisor"], county.later(minutes=1))


def institution(life):
    """Begin a rule, or go on with one."""
    county, chance = life.county, life.random
    who, today = county.people[chance.choice(["supervisor", "lead"])], county.now.date()
    review_on = today + timedelta(days=chance.randrange(-2, 90))
    known = list(Institution.objects.order_by("id").values_list("id", flat=True))
    if not known or chance.random() < 0.4:
        items = list(Item.objects.order_by("id").values_list("id", flat=True))
        chosen = chance.sample(items, min(len(items), chance.randrange(1, 4)))
        return draft_institution(who, county.now, "办法", life._unit(), "上级文件", chosen)
    steps = {
        "issue": lambda i: issue_institution(i, who, county.now, review_on),
        "revise": lambda i: revise_institution(i, who, county.now, "新情况", review_on),
        "keep": lambda i: keep_institution(i, who, county.now, "仍适用", review_on),
        "repeal": lambda i: repeal_institution(i, who, county.now, "已无必要"),
    }
    step = chance.choices(list(steps), [6, 3, 3, 1])[0]
    return step, steps[step](chance.choice(known))


def inspection(life):
    """Inspect a unit from plan to conclusion, or go on with a conclusion of before."""
    county, chance = life.county, life.random
    open_ = list(Objection.objects.filter(outcome="").order_by("id").values_list("id", flat=True))
    told = list(Conclusion.objects.order_by("-id").values_list("id", flat=True)[:4])
    if open_ and chance.random() < 0.5:
        by = chance.choice(["lead", "checker"])
        outcome = chance.choice(["upheld", "changed", "revoked"])
        return reexamine(chance.choice(open_), county.people[by], county.now, outcome, "复核")
    if told and chance.random() < 0.5:
        by = chance.choice(["head", "other_head"])
        return object_to(chance.choice(told), county.people[by], county.now, "不符合实际")
    return _inspect(life)


def _inspect(life):
    county, day = life.county, life.county.now.date()
    mode = life.random.choice([m for m in InspectionMode if m != InspectionMode.RANDOM])
    plan = Plan(
        name="督查", mode=mode, contents=["财务"], objects="乡镇", scope="今年", units=[life._unit()], starts=day,
        ends=day + timedelta(days=9), leader=county.people["checker"].person, register=county.registers["rectification"],
    )  # fmt: skip
    made = propose_inspection(
        county.people["supervisor"], county.now, county.units["office"], plan
    ).inspection
    approve_inspection(made, county.people["lead"], county.later(minutes=1), despite="确有必要")
    unit = Inspection.objects.get(pk=made).units[0]
    for _ in range(life.random.randrange(3)):
        record_finding(
            made, county.people["checker"], county.later(minutes=1), unit=unit, text="账目未公开", category="财务",
            due="2026-12-31", measures=["公开"], **NEEDED["rectification"],
        )  # fmt: skip
    return finish_inspection(made, county.people["checker"], county.later(minutes=1), "限期整改")
