from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from bihuan.actions import do
from bihuan.models import Item
from bihuan.queries import items, lately
from bihuan.queries.item import detail, find_item
from bihuan.queries.items import COUNT_LIMIT, SORTS, Filter, matching, occurring, page_of, total_of
from bihuan.queries.people import actor_of, visible_units
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from tests.support.county import NOW, World, imported_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> World:
    return imported_world()


def all_of(found: Filter, sort: str, size: int) -> list[int]:
    """Walk through every page."""
    ids: list[int] = []
    after = ""
    while True:
        page = page_of(found, sort=sort, after=after, size=size)
        ids += [i.pk for i in page.rows]
        if not page.next:
            return ids
        after = page.next


@pytest.mark.parametrize("sort", list(SORTS))
@pytest.mark.parametrize("size", [1, 4, 7, 100])
def test_the_pages_hold_every_item_once_in_order(made: World, sort: str, size: int):
    found = Filter(tuple(made.registers.values()))
    columns = dict.fromkeys((*SORTS[sort][1], "id"))
    expected = list(Item.objects.order_by(*columns).values_list("id", flat=True))
    assert all_of(found, sort, size) == expected


@pytest.mark.parametrize("recent", [0, 1, 5, 30, 10_000])
@pytest.mark.parametrize("rounds", [1, 4, 1_000])
@pytest.mark.parametrize("only", [{}, {"states": ("working",)}, {"text": "小区"}])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_what_changed_last_is_the_same_however_many_entries_are_looked_at(
    made: World, monkeypatch, size: int, only: dict, recent: int, rounds: int
):
    for no, item in enumerate(Item.objects.order_by("id").values_list("id", flat=True)[::3]):
        do("comment", item, made.people.staff["duban"], NOW + timedelta(minutes=no // 2), text="已电话催办")
    monkeypatch.setattr(lately, "RECENT", recent)
    monkeypatch.setattr(items, "ROUNDS", rounds)
    found = Filter(tuple(made.registers.values()), **only)
    expected = matching(found).order_by("-changed_at", "-id").values_list("id", flat=True)
    assert all_of(found, "changed", size) == [*expected]


def test_what_changed_last_is_found_without_the_other_items(made: World, monkeypatch):
    monkeypatch.setattr(lately, "RECENT", 3)
    commented = [*Item.objects.order_by("id").values_list("id", flat=True)[:4]]
    for no, item in enumerate(commented):
        do("comment", item, made.people.staff["duban"], NOW + timedelta(minutes=no), text="已电话催办")
    found = Filter(tuple(made.registers.values()))
    with CaptureQueriesContext(connection) as queries:
        page = page_of(found, sort="changed", size=1, only=("id",))
    looked_at = [q["sql"] for q in queries if 'ORDER BY "item"."changed_at" DESC' in q["sql"]]
    assert [i.pk for i in page.rows] == commented[-1:]
    assert looked_at
    assert all('"item"."changed_at" >' in sql for sql in looked_at)


@pytest.mark.parametrize(
    ("given", "lookup"),
    [
        ({"states": ("working",)}, {"state": "working"}),
        ({"states": ("working", "closed"), "colours": ("green",)}, {"state": "working", "colour": "green"}),
        ({"klass": "安全生产"}, {"klass": "安全生产"}),
        ({"text": "小区"}, {"title__contains": "小区"}),
        ({"text": "问改〔2026〕3号"}, {"number": "问改〔2026〕3号"}),
        ({"overdue": True}, {"overdue": True}),
    ],
)
def test_a_filter_lets_through_what_it_says_and_counts_it(made: World, given: dict, lookup: dict):
    found = Filter(tuple(made.registers.values()), **given)
    page = page_of(found, size=100)
    assert {i.pk for i in page.rows} == set(Item.objects.filter(**lookup).values_list("id", flat=True))
    assert (page.total, page.exact) == (len(page.rows), True)


@pytest.mark.parametrize("early", [1, 3, 1_000])
@pytest.mark.parametrize("text", ["1", "没有这样的事项"])
def test_a_search_finds_the_same_however_many_items_are_looked_at_first(
    made: World, monkeypatch: pytest.MonkeyPatch, early: int, text: str
):
    monkeypatch.setattr(items, "EARLY", early)
    matches = Item.objects.filter(Q(title__contains=text) | Q(number__contains=text))
    wanted = [*matches.order_by("due_order", "id").values_list("id", flat=True)]
    assert bool(wanted) == (text == "1")
    found = Filter(tuple(made.registers.values()), text=text)
    assert all_of(found, "due", 3) == wanted
    assert page_of(found, size=100).total == len(wanted)


def test_totals_from_the_counters_equal_the_rows_for_owner_and_class(made: World):
    item = Item.objects.exclude(klass="").first()
    assert item is not None
    ids = tuple(made.registers.values())
    for found in (Filter(ids, owner=item.owner_id), Filter(ids, owner=item.owner_id, klass=item.klass)):
        page = page_of(found, size=COUNT_LIMIT)
        assert (page.total, page.exact) == (len(page.rows), True)


def test_a_unit_sees_its_own_items_and_those_it_helps_with(made: World):
    unit, handler = next((u, a) for u, a in made.people.handlers.items() if Item.objects.filter(owner_id=u))
    units = visible_units(handler)
    assert units == {unit}
    page = page_of(Filter(tuple(made.registers.values()), units=units), size=100)
    expected = {i.pk for i in Item.objects.all() if i.owner_id == unit or unit in i.helpers}
    assert {i.pk for i in page.rows} == expected


@pytest.mark.parametrize("gathered", [0, items.GATHERED])
@pytest.mark.parametrize("part", ["", "owner", "helper"])
@pytest.mark.parametrize("sort", list(SORTS))
@pytest.mark.parametrize("size", [1, 4, 100])
def test_the_pages_of_a_unit_are_the_same_by_its_own_indexes_and_by_the_registers(
    made: World, monkeypatch, gathered: int, part: str, sort: str, size: int
):
    monkeypatch.setattr(items, "GATHERED", gathered)
    unit = next(u for u in made.people.handlers if Item.objects.filter(owner_id=u))
    found = Filter(tuple(made.registers.values()), units=frozenset({unit}), part=part)
    columns = dict.fromkeys((*SORTS[sort][1], "id"))
    owns, helps = part in {"", "owner"}, part in {"", "helper"}
    expected = [
        i.pk
        for i in Item.objects.order_by(*columns)
        if (owns and i.owner_id == unit) or (helps and unit in i.helpers)
    ]
    assert all_of(found, sort, size) == expected
    assert total_of(found) == (len(expected), True)


def test_the_owners_and_classes_that_occur_are_those_of_what_a_unit_sees(made: World):
    unit = next(u for u in made.people.handlers if Item.objects.filter(owner_id=u))
    seen = [i for i in Item.objects.all() if i.owner_id == unit or unit in i.helpers]
    assert occurring(made.registers.values(), frozenset({unit})) == {(i.owner_id, i.klass) for i in seen}


def test_the_office_sees_everything_and_an_administrator_nothing(made: World):
    assert visible_units(made.people.staff["duban"]) is None
    assert visible_units(made.people.staff["admin"]) == frozenset()


def test_an_item_of_another_unit_is_refused(made: World):
    item = Item.objects.exclude(owner_id=0).first()
    assert item is not None
    stranger = next(a for u, a in made.people.handlers.items() if u not in {item.owner_id, *item.helpers})
    with pytest.raises(NotAllowed):
        detail(item.pk, stranger, visible_units(stranger))


def test_an_item_shows_its_timeline_and_the_steps_of_the_person(made: World):
    item = Item.objects.filter(state="working").first()
    assert item is not None
    handler = made.people.handlers[item.owner_id]
    found = detail(item.pk, handler, visible_units(handler))
    assert [(m.kind, m.name, m.person) for m in found.timeline] == [("item.registered", "立项登记", "高峰")]
    assert [s.action for s in found.steps] == ["return", "plan", "report", "attach", "submit", "comment"]


def test_an_unknown_sort_or_a_spoilt_page_mark_is_refused(made: World):
    found = Filter(tuple(made.registers.values()))
    with pytest.raises(Invalid):
        page_of(found, sort="name")
    with pytest.raises(Invalid):
        page_of(found, after="!!")


def test_an_item_is_found_by_number_or_id(made: World):
    item = Item.objects.get(number="问改〔2026〕2号")
    assert find_item("问改〔2026〕2号") == find_item(str(item.pk)) == item
    with pytest.raises(NotFound):
        find_item("问改〔2026〕999号")


def test_a_retired_person_is_nobody(made: World):
    from bihuan.models import Person

    person = made.people.staff["duban"].person
    Person.objects.filter(pk=person).update(active=False)
    with pytest.raises(NotFound):
        actor_of(person)


@pytest.mark.parametrize("words", ["路灯", "led", "LED灯", "100%", "_", "\\"])
def test_words_are_found_wherever_they_stand_and_capitals_as_the_database_takes_them(made: World, words: str):
    titles = ("更换LED灯 100% 完成", "led_路灯", "斜杠\\", "无关")
    for item, title in zip(Item.objects.order_by("id"), titles, strict=False):
        Item.objects.filter(pk=item.pk).update(title=title, number=f"第{item.pk}号", handler=title)
    for name in ("text", "handler"):
        found = all_of(Filter(tuple(made.registers.values()), **{name: words}), "number", 7)
        column = "title" if name == "text" else name
        expected = Item.objects.filter(**{f"{column}__contains": words})
        assert found == list(expected.order_by("id").values_list("id", flat=True))
