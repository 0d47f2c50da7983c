from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from bihuan.clock.tick import tick
from bihuan.models import Entry, Item
from bihuan.queries.item import detail
from bihuan.rules.events import EVENTS
from bihuan.web.words import Names, said
from bihuan.web.words_slip import SLIP_FIELDS
from tests.support.county import NOW, imported_world

#: Told by the entry's own kind, or meaning nothing to a person.
TOLD = {"slip", "slip_kind", "unit", "no", "series", "late"}


def test_every_field_of_every_slip_event_has_its_words():
    named = {f.name for kind, event in EVENTS.items() if kind.startswith("slip.") for f in fields(event)}
    assert named - TOLD == set(SLIP_FIELDS)


@pytest.mark.django_db
def test_a_slip_in_the_timeline_reads_like_a_paper():
    made = imported_world()
    tick(NOW + timedelta(days=80))
    entry = Entry.objects.filter(kind="slip.issued").order_by("seq").first()
    assert entry is not None
    assert entry.item_id is not None
    item = Item.objects.get(pk=entry.item_id)
    found = detail(item.pk, made.people.staff["duban"], None)
    moment = next(m for m in found.timeline if m.kind == "slip.issued")
    names = Names({item.owner_id: found.owner}, found.procedure)
    lines = {line.label: line.text for line in said(moment, names)}
    assert lines["发往"] == found.owner
    assert "handler" not in lines["送"]
    assert not any(text.startswith(("[", "{")) for text in lines.values())
