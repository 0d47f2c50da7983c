"""The small county of the web's tests, seen by programs: everybody has a token."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from bihuan.actions.feeds import make_feed
from bihuan.actions.finding import record_finding
from bihuan.actions.inspection import Plan, approve_inspection, finish_inspection, propose_inspection
from bihuan.actions.institution import draft_institution
from bihuan.actions.objection import object_to
from bihuan.actions.outlets import add_outlet
from bihuan.actions.sample import Population, commit_sample
from bihuan.actions.tokens import make_token
from bihuan.api.call import now
from bihuan.library import basket, kept
from bihuan.library.drafts.keep import begin
from bihuan.library.extract import Extracted
from bihuan.library.store import prepare, store
from bihuan.models import Campaign, Conclusion, Evidence, KeptSearch, Slip
from bihuan.rules.clocked import CHINA
from tests.actions.county import upload
from tests.web.office import Office, in_days

SPEECH = (
    "在全县安全生产会议上的讲话\n（2025年3月5日）\n同志们：\n一、下一步\n县住建局牵头，6月底前完成120处燃气管道改造。\n"
    "各乡镇要在5月底前完成入户排查。\n"
)


@dataclass
class Callers(Office):
    """Calls are made by ``call``, which takes and gives JSON."""

    tokens: dict[str, str] = field(default_factory=dict)

    @cached_property
    def ids(self):
        """The ids of one of everything, by the names that addresses give them; made when they are first asked for."""
        return self.one_of_each()

    def token(self, name):
        """The token of a person, made when it is first asked for."""
        if name not in self.tokens:
            self.tokens[name] = make_token(self.account(name), now(), "测试", days=30)[1]
        return self.tokens[name]

    def call(self, name, method, address, body=None, **headers):
        """Call ``/api`` + ``address`` as a person ("" for nobody); ``headers`` with _ for -. A ``file`` in ``body`` makes a form."""
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        if name:
            given["Authorization"] = f"Bearer {self.token(name)}"
        form = isinstance(body, dict) and "file" in body
        more = {"data": body} if form else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(Client(), method)(
            f"/api{address}", headers=given, **(more if body is not None else {})
        )

    def get(self, name, address, **headers):
        """The JSON that a person reads at ``address``."""
        return answered(self.call(name, "get", address, **headers), 200)

    def post(self, name, address, body, status=200, **headers):
        """The JSON with which a call that changes something is answered."""
        return answered(self.call(name, "post", address, body, **headers), status)

    def one_of_each(self):
        """Make one of everything that has an id, all of the town's; returns the ids by the names that addresses give them."""
        people, units = self.people, self.units
        item = self.at("working")
        self.do("attach", item, "handler", file=upload())
        meeting = self.meet([item])
        request = self.ask("extension", item, due=in_days(75))
        day = self.now.astimezone(CHINA).date()  # from four in the afternoon UTC on it is tomorrow there
        last = day + timedelta(days=1)
        plan = Plan(
            "检查", "planned", ["道路"], "东镇", "道路", [units["town"]], day, last, people["checker"].person
        )
        by = (people["supervisor"], self.later(minutes=1))
        inspection = propose_inspection(*by, units["office"], plan).inspection
        approve_inspection(inspection, people["lead"], self.later(minutes=1))
        record_finding(
            inspection, people["checker"], self.later(minutes=1), unit=units["town"], text="路不平", item=item
        )
        finish_inspection(inspection, people["supervisor"], self.later(minutes=1), "尚可")
        conclusion = Conclusion.objects.get().pk
        objection = object_to(conclusion, people["head"], self.later(minutes=1), "不符").objection
        feed = make_feed(people["handler"], self.now)[0].pk
        sample = commit_sample(
            *by, Population(register=self.registers["rectification"]), "抽查", size=1
        ).sample
        document, draft = self.shelf(people["chief"].person)
        outlet = self.outlet()
        rule = draft_institution(*by, "养护办法", units["town"], "有关规定", [item]).institution
        return {
            "item_id": item, "evidence_id": Evidence.objects.get().pk, "register_id": self.registers["rectification"],
            "campaign_id": self.campaign, "slip_id": Slip.objects.first().pk, "request_id": request,
            "meeting_id": meeting, "inspection_id": inspection, "sample_id": sample, "institution_id": rule,
            "conclusion_id": conclusion, "objection_id": objection, "unit_id": units["village"],
            "person_id": people["other_head"].person, "procedure_id": self.procedures["rectification"], "case_id": 999, "view_id": 999, "feed_id": feed,
            "document_id": document, "draft_id": draft, "search_id": KeptSearch.objects.get(name="好").pk,
            "outlet_id": outlet, "into_id": units["town"],
        }  # fmt: skip

    def outlet(self):
        """An outlet of the town by e-mail, for which no server is set: a trial fails before it reaches any network."""
        by = (self.people["admin"], self.now)
        return add_outlet(*by, "mail", "a@example.gov.cn", unit=self.units["town"]).pk

    def shelf(self, person):
        """A document, which lies in the basket of ``person``, a search and a draft of theirs; the ids of the first and the last."""
        read = Extracted("文.txt", SPEECH.encode(), SPEECH, "txt")
        (stored,) = store(read, prepare(read), self.now)
        basket.put(person, [stored.document])
        kept.save(person, "好", "燃气", {"query": "q=%E7%87%83%E6%B0%94"}, self.now)
        campaign = Campaign.objects.get(pk=self.campaign)
        made = begin("briefing", person, self.units["office"], self.later(minutes=1), campaign=campaign)
        return stored.document, made.pk


def answered(response, status):
    """The JSON of an answer that has ``status``."""
    found = response.json()
    assert response.status_code == status, found
    return found


#: What an address asks for beside its path.
_ASKED = {
    "/api/slip-papers": "?slip={slip_id}",
    "/api/units/{unit_id}/merge": "?into={into_id}",
    "/api/templates/{kind}/{template_id}/preview": "?campaign={campaign_id}",
}


#: What stands for ``kind`` in an address; elsewhere it is the form of a file.
_KINDS = {"picture.": "svg", "/templates/": "stage"}


def at(address, ids):
    """``address`` of the schema with ``ids`` put in; ``thing_id`` is that of the first word of the address."""
    kind = address.removeprefix("/api/").partition("/")[0].rstrip("s")
    known = {
        **ids,
        "thing_id": ids.get(f"{kind}_id", 1),
        "form": "docx",
        "kind": next((k for part, k in _KINDS.items() if part in address), "docx"),
        "template_id": 0,
        "day": "2026-03-05",
        "year": 2026,
        "deed": "off",
        "name": "none",
    }
    return (address + _ASKED.get(address, "")).format(**known)


@contextmanager
def connection_kept():
    """Let the WSGI application use the connection of the test and leave it open, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
