"""Look-backs (回头看): what is to be looked at again, and the lot by which a share of the closures is drawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.sample import SEED_LENGTH, STRATIFY, Population, commit_sample
from bihuan.models import Register
from bihuan.queries.closing import look_back_tasks, look_backs_due
from bihuan.queries.sample import samples
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import Duty
from bihuan.rules.workflow import STEPS
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.forms import fields as f
from bihuan.web.views.items import sampled_registers

_PAGE = 50


class LotForm(forms.Form):
    """From which closures, how many, and by when they are looked at."""

    def __init__(self, registers: list[Register], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = [(str(r.pk), r.name) for r in registers]
        self.fields["register"] = f.choice("清单", lists, required=True)
        self.fields["closed_from"] = f.day("从哪天起销号的", required=True)
        self.fields["closed_to"] = f.day(
            "到哪天止", required=True, help_text="须是已经过完的日子，以免漏掉其后的销号。"
        )
        self.fields["share"] = f.number("抽取比例", most=100, unit="%", help_text="不填则按规程的比例。")
        self.fields["due"] = f.day("回头看期限", help_text="不填则按规程，至少留一个月。")
        self.fields["stratify"] = f.choice("分层", list(STRATIFY.items()))
        self.fields["seed"] = f.line(
            "种子", most=SEED_LENGTH, help_text="如当天公布的开奖号码；不填则自动生成。"
        )
        self.fields["purpose"] = f.line("用途", required=True)

    def population(self) -> Population:
        """Return what is drawn from."""
        given = self.cleaned_data
        same = {name: given[name] for name in ("closed_from", "closed_to", "stratify", "due")}
        return Population(register=int(given["register"]), look_back=True, **same)


@opens_to(Duty.SAMPLE, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List what is to be looked at again; commit a lot, which is drawn on its own page."""
    who = request.who
    yesterday = dates.today() - timedelta(days=1)
    first = {"purpose": "回头看", "closed_to": yesterday, "closed_from": yesterday - timedelta(days=90)}
    form = LotForm(sampled_registers(who), request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = commit_sample(
                who.actor,
                dates.now(),
                form.population(),
                given["purpose"],
                share=given["share"] or 0,
                seed=given["seed"],
            )
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            said = f"已封定 {made.population} 个销号事项，将抽取 {made.size} 个。现在可以抽取。"
            messages.success(request, said)
            return redirect("samples-one", made.sample)
    registers = [r.pk for r in who.registers]
    rows = look_back_tasks(registers, who.units, most=None if "all" in request.GET else _PAGE)
    total = len(rows) if len(rows) < _PAGE else look_backs_due(registers, who.units).count()
    context = {
        "form": form,
        "rows": rows,
        "more": total - len(rows),
        "total": total,
        "may_look": any(g.role in STEPS["look_back"].who for g in who.actor.grants),
        "lots": [s for s in samples(who.actor) if s.criteria.get("look_back")][:20],
    }
    return render(request, "lookbacks.html", context, status=422 if form.errors else 200)
