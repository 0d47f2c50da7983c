"""What happens in meetings and on requests, from the same seed: mostly what is allowed, sometimes not."""

from __future__ import annotations

from bihuan.actions.decide import Resolution
from bihuan.actions.meeting import confirm_minutes
from bihuan.actions.request import approve_request, refuse_request, withdraw_request
from bihuan.ledger.reading import head
from bihuan.models import Item, Request
from bihuan.rules.errors import BihuanError
from bihuan.rules.meeting import DECIDABLE
from bihuan.rules.requests import STEP_OF, RequestKind
from bihuan.rules.workflow import ENDED, STEPS

#: Who is likely to ask; ``@`` stands for the people of the item's owner.
ASKERS = "@handler @handler @head supervisor auditor"


class Deciding:
    """The part of a life in which people ask, decide and meet; mixed into ``Life``."""

    def _ask(self):
        """Ask for something about one of the latest items."""
        item = self._item()
        if item is None:
            return "nothing"
        kind = self.random.choice([k.value for k in RequestKind])
        wanted = self._values(STEP_OF[kind], item)
        wanted.pop("reason", None)
        by = self._who(self.random.choice(ASKERS.split()), item)
        return self._try("ask", lambda: self.county.ask(kind, item.pk, by, "确有需要", **wanted))

    def _rule(self):
        """Decide, refuse or withdraw a request that waits, or try one that does not wait any more."""
        waiting = list(Request.objects.filter(state="asked").order_by("id").values_list("id", flat=True))
        if not waiting:
            waiting = list(Request.objects.order_by("id").values_list("id", flat=True))
        if not waiting:
            return "nothing"
        request = Request.objects.get(pk=self.random.choice(waiting))
        item = self.county.row(request.item_id)
        how = self.random.choices(["approve", "refuse", "withdraw"], [5, 4, 2])[0]
        likely = (
            ["@handler", "@head"]
            if how == "withdraw"
            else ["lead", "lead", "supervisor", "supervisor", "@head"]
        )
        by = self.county.people[self._who(self.random.choice(likely), item)]
        now = self.county.later(minutes=1)
        if how == "approve":
            return self._try("approved", lambda: approve_request(request.pk, by, now, opinion="同意"))
        if how == "refuse":
            return self._try("refused", lambda: refuse_request(request.pk, by, now, opinion="按期完成"))
        return self._try("withdrawn", lambda: withdraw_request(request.pk, by, now))

    def _meet(self):
        """Hold a meeting of either office on some of its latest open items."""
        office = self.random.choice(["office", "office", "office", "county"])
        open_ = Item.objects.filter(office_id=self.county.units[office]).exclude(state__in=sorted(ENDED))
        return self._meet_on(list(open_.order_by("-id")[: self.random.randrange(1, 5)]), office)

    def _meet_on(self, items, office):
        """Let a meeting of ``office`` decide on ``items``; each decision may be refused without harm to the others."""
        if not items:
            return "nothing"
        r = self.random
        by, chair = (
            ("upper", "upper")
            if office == "county"
            else ("supervisor", r.choice(["lead", "lead", "reviewer"]))
        )
        expected = [n for n in r.sample(sorted(self.county.people), 3) if n != chair]
        meeting = self.county.meet([i.pk for i in items], by, chair, office, expected=expected)
        self.counts["meet"] += 1
        for item in items:
            resolution = self._resolution(self.county.row(item.pk))
            self.trace.append(f"meeting {meeting} on {item.pk} {item.state}: {resolution}")
            try:
                self._try("decided", lambda r=resolution: self.county.decide(meeting, r, by=by))
            except BihuanError as error:
                self.counts["refused decision"] += 1
                self.trace.append(f"{error.code}: {error.message}")
        if r.random() < 0.7:
            confirm_minutes(meeting, self.county.people[chair], self.county.later(minutes=1))
        return meeting

    def _resolution(self, item):
        """A decision that the item's state allows, if any does."""
        fitting = [s for s in DECIDABLE if item.state in STEPS[s].frm]
        step = "review" if item.state == "reviewing" else self.random.choice(fitting)
        values = self._values(step, item)
        if step == "amend":
            values = {
                "changes": {k: v for k, v in values.get("changes", {}).items() if k == "due"}
                or {"target": "新目标"}
            }
        for name in ("reason", "opinion", "text", "note"):
            values.pop(name, None)
        return Resolution(item.pk, step, values, self.random.choice(["会议研究决定", "会议研究决定", ""]))

    def _try(self, what, do):
        """Do it and count it; what is refused must leave no trace."""
        before = head()
        try:
            done = do()
        except BihuanError:
            assert head() == before, "refused, and yet something was entered"
            raise
        self.counts[what] += 1
        return done
