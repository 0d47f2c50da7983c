"""The list: what the address asks for is what is shown, all of it, page by page."""

import io
import re
from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bihuan.models import Item
from bihuan.rules.errors import Invalid
from bihuan.rules.procedure_types import WORST_FIRST
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import filters
from bihuan.web.views import items
from tests.web.office import HTMX, Office, in_days, notice_of, text_of
from tests.web.test_web_import import HEADER, bring, workbook


@pytest.fixture
def lived(office: Office) -> Office:
    for n in range(7):
        office.at("working", title=f"道路{n}", klass="分阶段整改", due=in_days(20 + n))
    office.at("approved", title="桥梁", klass="立行立改", owner=office.units["village"], due=in_days(5))
    office.at("closed", "task", title="督查", source="会议")
    return office


def shown(response) -> list[int]:
    """The items that a page lists, in order."""
    return [
        int(n) for n in re.findall(r'<td class="c-number"><a href="/items/(\d+)/"', response.content.decode())
    ]


@pytest.mark.parametrize(
    ("query", "lookup"),
    [
        ({}, {}),
        ({"state": "working"}, {"state": "working"}),
        ({"state": "open"}, {"state__in": ["working", "approved"]}),
        ({"colour": "green"}, {"colour": "green"}),
        ({"class": "立行立改"}, {"klass": "立行立改"}),
        ({"q": "道路3"}, {"title": "道路3"}),
        ({"q": "  桥梁 "}, {"title": "桥梁"}),
        ({"overdue": "1"}, {"overdue": True}),
        ({"reopened": "1"}, {"reopens__gt": 0}),
    ],
)
def test_the_list_shows_what_the_address_asks_for(lived: Office, query, lookup):
    response = lived.as_("supervisor").get("/items/", query)
    assert set(shown(response)) == set(Item.objects.filter(**lookup).values_list("id", flat=True))
    number = Item.objects.filter(**lookup).count()
    assert (f"共 {number} 项" in text_of(response)) or number == 0


def test_owner_and_register_narrow_the_list(lived: Office):
    client = lived.as_("supervisor")
    village = client.get("/items/", {"owner": lived.units["village"]})
    assert shown(village) == list(Item.objects.filter(title="桥梁").values_list("id", flat=True))
    task = client.get("/items/", {"register": lived.registers["task"]})
    assert shown(task) == list(Item.objects.filter(title="督查").values_list("id", flat=True))


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("sort", ["due", "number", "newest", "changed"])
def test_walking_the_pages_shows_every_item_once(lived: Office, monkeypatch, sort, htmx):
    monkeypatch.setattr(items, "PAGE", 2)
    url, seen = f"/items/?{urlencode({'sort': sort})}", []
    while url:
        response = lived.as_("supervisor").get(url, headers=HTMX if htmx else None)
        assert len(shown(response)) <= 2
        seen += shown(response)
        following = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
        url = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(Item.objects.values_list("id", flat=True))
    assert len(seen) == 9


def test_a_fragment_holds_the_list_alone_and_names_its_address(lived: Office):
    client = lived.as_("supervisor")
    response = client.get("/items/", {"q": "", "state": "working", "colour": "", "sort": "due"}, headers=HTMX)
    assert response.content.decode().lstrip().startswith('<section id="list"')
    assert response["HX-Push-Url"] == "/items/?state=working"


def test_an_empty_list_says_why(lived: Office):
    assert "没有符合这些条件的事项" in text_of(lived.as_("supervisor").get("/items/?q=没有这样的"))


@pytest.mark.parametrize(
    "query",
    ["state=no", "colour=pink", "sort=x", "register=abc", "owner=-1", "part=x", "register=9" * 1 + "9" * 30],
)
def test_an_address_that_says_nothing_known_is_refused_not_ignored(lived: Office, query):
    response = lived.as_("supervisor").get(f"/items/?{query}")
    assert response.status_code == 422
    assert "筛选条件" in text_of(response)


def test_a_page_mark_that_was_tampered_with_is_refused(lived: Office):
    response = lived.as_("supervisor").get("/items/?after=bm8=")
    assert response.status_code == 422
    assert "页码标记" in text_of(response)


def test_what_people_write_cannot_break_out_of_the_page(lived: Office):
    evil = "<script>alert(1)</script>\"'><img src=x>"
    item = lived.at("working", title=evil, klass="分阶段整改")
    for url in ("/items/", f"/items/{item}/", "/", f"/items/?q={evil}"):
        html = lived.as_("supervisor").get(url).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_the_filter_form_shows_what_is_chosen(lived: Office):
    query = {"state": "working", "colour": "green", "class": "分阶段整改", "sort": "newest", "overdue": "1"}
    html = lived.as_("supervisor").get("/items/", query).content.decode()
    assert set(re.findall(r'<option value="([^"]*)" selected', html)) == {"working", "green", "newest"}
    assert "<option selected>分阶段整改" in html
    assert re.search(r'name="overdue" value="1" checked', html)


names = st.sampled_from(["", *STATE_NAMES, *filters.GROUPS])


@given(
    state=names,
    colour=st.sampled_from(["", *WORST_FIRST]),
    register=st.integers(0, 10**6),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    klass=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    overdue=st.booleans(),
    sort=st.sampled_from(["due", "number", "newest", "changed"]),
)
def test_a_choice_written_as_an_address_reads_back_the_same(
    state, colour, register, text, klass, overdue, sort
):
    chosen = filters.Chosen(
        register=register,
        state=state,
        colour=colour,
        text=" ".join(text.split()),
        klass=klass,
        overdue=overdue,
        sort=sort,
    )
    assert filters.read(QueryDict(chosen.query())) == chosen


@given(
    st.dictionaries(
        st.sampled_from(["state", "colour", "owner", "sort", "register", "part"]), st.text(max_size=8)
    )
)
def test_any_address_is_read_or_refused(pairs):
    with suppress(Invalid):
        assert filters.read(QueryDict(urlencode(pairs))).sort


def exported(response) -> list[str]:
    """The numbers in the first column of an exported workbook."""
    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    return [str(row[0].value) for row in sheet.iter_rows() if str(row[0].value).startswith(("问改", "督"))]


def test_the_export_holds_just_what_the_list_shows(lived: Office):
    query = {"register": lived.registers["rectification"], "q": "道路"}
    response = lived.as_("supervisor").get("/items/export/plain/", query)
    assert exported(response) == list(
        Item.objects.filter(title__contains="道路").values_list("number", flat=True)
    )
    assert "7%E9%A1%B9" in response["Content-Disposition"]


def test_a_unit_exports_its_own_items_alone(lived: Office):
    query = {"register": lived.registers["rectification"]}
    for person, title in (("handler", "道路"), ("other_handler", "桥梁")):
        response = lived.as_(person).get("/items/export/plain/", query)
        numbers = Item.objects.filter(title__contains=title).values_list("number", flat=True)
        assert exported(response) == list(numbers)


def test_an_export_of_several_registers_or_of_another_kind_is_refused(lived: Office):
    client = lived.as_("supervisor")
    assert "请先选择一个清单" in text_of(client.get("/items/export/plain/"))
    query = {"register": lived.registers["task"]}
    assert client.get("/items/export/pdf/", query).status_code == 404
    assert "没有原表样式" in text_of(client.get("/items/export/back/", query))


def test_the_layout_that_came_in_is_filled_in_and_what_it_lacks_is_told(office: Office):
    url = bring(office, workbook())
    register = office.registers["rectification"]
    office.as_("supervisor").post(url, {"register": register, "closed": "reprove"})
    office.at("working", title="后来登记的")
    response = office.as_("supervisor").get("/items/export/back/", {"register": register})
    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    assert [c.value for c in sheet[1]][: len(HEADER)] == HEADER
    assert sheet["B2"].value == "道路破损"
    assert quote("3项，另有1项原表里没有") in response["Content-Disposition"]


@pytest.mark.parametrize("person", ["chief", "supervisor"])
def test_overview_and_list_ask_the_database_little(lived: Office, django_assert_max_num_queries, person):
    client = lived.as_(person)
    client.get("/password/")  # the session is fresh now
    register = lived.registers["rectification"]
    for url, most in (
        ("/overview/", 10),
        (
            f"/items/?register={register}&state=working&sort=changed",
            15,
        ),  # the last entries, the keys, then the rows that are shown
        ("/", 29),  # what is to be done has some twenty sources, each asked for once
    ):
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200


def new(office: Office, person: str = "supervisor", procedure: str = "rectification", **values):
    url = f"/items/new/?register={office.registers[procedure]}"
    return office.as_(person).post(url, values)


def test_an_item_is_registered_by_hand_with_all_that_was_filled_in(office: Office):
    response = new(
        office, title="路灯不亮", **{"class": "分阶段整改"}, owner="东镇", helpers="西乡、督查室", due="2099年12月底前",
        measures="换灯\n\n查线路\n", lead="张三", handler="李四", source="来信", target="全部亮起", checker="督查组",
    )  # fmt: skip
    item = Item.objects.get()
    assert response["Location"] == f"/items/{item.pk}/"
    assert (item.title, item.klass, item.owner_id) == ("路灯不亮", "分阶段整改", office.units["town"])
    assert item.helpers == [office.units["village"], office.units["office"]]
    assert (item.due.isoformat(), item.measures, item.extra) == ("2099-12-31", 2, {"checker": "督查组"})


def test_a_target_amount_is_registered_in_the_procedures_unit(office: Office):
    new(office, procedure="livelihood", title="改厕", quantity="1300", **{"class": "住房"})
    assert Item.objects.get().quantity == {"target": 1300, "unit": "户"}


def test_a_unit_that_is_not_known_is_named_with_those_alike(office: Office):
    response = new(office, title="x", owner="东镇镇政府")
    assert response.status_code == 422
    assert "没有名为“东镇镇政府”的单位。是不是：东镇？" in text_of(response)
    assert not Item.objects.exists()


def test_a_deadline_that_cannot_be_read_keeps_what_was_typed(office: Office):
    response = new(office, title="路灯不亮", owner="东镇", due="13月45日")
    assert response.status_code == 422
    assert "13月45日" in notice_of(response)
    assert "路灯不亮" in response.content.decode()


@pytest.mark.parametrize("person", ["handler", "lead", "reviewer", "auditor"])
def test_only_supervisors_register(office: Office, person):
    assert new(office, person, title="x").status_code == 403
    assert "/items/new/" not in office.as_(person).get("/items/").content.decode()
