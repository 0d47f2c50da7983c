"""The small county of the actions' tests, seen through the browser: everybody has an account and a client."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape

from django.test import Client
from django.urls import reverse

from bihuan.models import Account
from bihuan.web.dates import today
from tests.actions.county import County

#: Long enough for every rule, and no word.
PASSWORD = "Xk7-melon-Harbor"
HTMX = {"HX-Request": "true"}


@dataclass
class Office(County):
    """Began a month ago, so that what the pages do now comes after what the tests prepared."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=30))
    clients: dict[str, Client] = field(default_factory=dict)

    def account(self, name, **values):
        """The account of a person, made when it is first asked for."""
        person = self.people[name].person
        found = Account.objects.filter(person_id=person).first()
        return found or Account.objects.create(name=name, person_id=person, password="!", **values)

    def as_(self, name):
        """A browser in which this person is logged in."""
        if name not in self.clients:
            self.clients[name] = Client()
            self.clients[name].force_login(self.account(name))
        return self.clients[name]

    def register(self, procedure="rectification", by="supervisor", **values):
        """Register an item that is due in two months."""
        return super().register(procedure, by, **{"due": in_days(60), **values})

    def step(self, name, item, action, *, htmx=False, **values):
        """Take a step through its form, with the version that the person sees."""
        version = values.pop("version", self.row(item).version)
        url = reverse("items-step", args=[item, action])
        return self.as_(name).post(url, {"version": version, **values}, headers=HTMX if htmx else None)


def in_days(days):
    """A day from today on, as a date field has it."""
    return (today() + timedelta(days=days)).isoformat()


def text_of(response):
    """What a person reads of a page, in one line."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def notice_of(response):
    """The refusals and messages on a page."""
    html = response.content.decode()
    return re.sub(
        r"<[^>]+>", "", " ".join(re.findall(r'<div class="note[^"]*".*?</div></div>', html, re.DOTALL))
    )
