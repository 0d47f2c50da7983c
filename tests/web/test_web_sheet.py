"""The register as a sheet: columns, views, values written over and taken back, one step on many items."""

import pytest
from django.urls import reverse

from bihuan.models import Item, SavedView
from bihuan.web.columns import all_columns
from tests.web.markup import faults
from tests.web.office import HTMX, Office, in_days, text_of


def heads(html: str) -> list[str]:
    import re

    return [re.sub("<[^>]+>", "", h) for h in re.findall(r"<th [^>]*>(.*?)</th>", html)]


def test_the_columns_chosen_are_shown_under_the_procedures_names(office: Office):
    office.register(lead="张三", extra={"checker": "督查组"}, handler="李四")
    register = office.registers["rectification"]
    url = f"/items/?register={register}&col=lead&col=x_checker"
    html = office.as_("supervisor").get(url).content.decode()
    assert heads(html) == ["选择", "编号", "牵头领导", "检查主体"]
    assert "张三" in html
    assert "督查组" in html
    assert faults(html) == []


def test_every_column_filters(office: Office):
    mine = office.register(lead="张三", handler="李四", source="巡察反馈", due=in_days(10))
    office.register(lead="王五", handler="赵六", source="自查", due=in_days(40))

    def found(**query):
        html = office.as_("supervisor").get("/items/", query).content.decode()
        return {i.pk for i in Item.objects.all() if f'/items/{i.pk}/"' in html}

    for query in ({"lead": "张"}, {"handler": "李四"}, {"source": "巡察"}, {"due_until": in_days(10)},
                  {"due_from": in_days(10), "due_until": in_days(10)}):  # fmt: skip
        assert found(**query) == {mine}, query
    assert found(due_from=in_days(11), due_until=in_days(39)) == set()
    assert office.as_("supervisor").get("/items/?due_from=gestern").status_code == 422


def test_the_foot_holds_the_same_figures_as_the_overview(office: Office):
    office.at("working")
    office.at("reviewing")
    text = text_of(office.as_("supervisor").get("/items/"))
    assert "合计 2 项，逾期 0 项，措施完成 2/4 条" in text
    assert "合计 1 项，逾期 0 项，措施完成 0/2 条" in text_of(
        office.as_("supervisor").get("/items/?state=working")
    )


def test_a_view_is_kept_by_its_person_alone_and_replaced_under_the_same_name(office: Office):
    client = office.as_("supervisor")
    client.post("/items/views/", {"name": "逾期", "query": "overdue=1&after=abc&nonsense=2"})
    client.post("/items/views/", {"name": "逾期", "query": "overdue=1&col=lead"})
    assert [(v.name, v.query) for v in SavedView.objects.all()] == [("逾期", "overdue=1&col=lead")]
    assert "/items/?overdue=1&amp;col=lead" in client.get("/items/").content.decode()
    assert "存为视图" in text_of(office.as_("lead").get("/items/"))
    assert "col=lead" not in office.as_("lead").get("/items/").content.decode()
    view = SavedView.objects.get().pk
    assert office.as_("lead").post(f"/items/views/{view}/delete/").status_code == 404
    assert client.post("/items/views/", {"name": "", "query": ""}).status_code == 422
    client.post(f"/items/views/{view}/delete/")
    assert not SavedView.objects.exists()


def cell(office: Office, by: str, item: int, key: str, **values):
    values = {"version": office.row(item).version, **values}
    return office.as_(by).post(reverse("items-cell", args=[item, key]), values, headers=HTMX)


def test_a_value_written_over_is_a_correction_that_can_be_taken_back(office: Office):
    item = office.at("working", lead="张三")
    url = reverse("items-cell", args=[item, "lead"])
    assert 'value="张三"' in office.as_("supervisor").get(url, headers=HTMX).content.decode()
    html = cell(office, "supervisor", item, "lead", value="李四").content.decode()
    assert office.row(item).lead == "李四"
    assert "撤销" in html
    assert office.last(item).kind == "item.amended"
    html = cell(office, "supervisor", item, "lead", value="张三", undo=1).content.decode()
    assert office.row(item).lead == "张三"
    assert "撤销" not in html
    assert office.last(item).reason == "撤销刚才的更正"


def test_a_cell_that_others_changed_or_that_cannot_be_read_keeps_what_was_typed(office: Office):
    item = office.at("working")
    seen = office.row(item).version
    office.do("comment", item, "lead", text="请抓紧")
    response = cell(office, "supervisor", item, "handler", value="李四", version=seen)
    assert response.status_code == 422
    assert 'value="李四"' in response.content.decode()
    response = cell(office, "supervisor", item, "due", value="13月45日")
    assert response.status_code == 422
    assert "读不懂" in text_of(response)
    assert cell(office, "supervisor", item, "due", value=in_days(90)).status_code == 200
    assert office.row(item).due.isoformat() == in_days(90)


@pytest.mark.parametrize(
    ("by", "key", "status"),
    [("handler", "lead", 422), ("other_handler", "lead", 403), ("supervisor", "state", 404)],
)
def test_only_those_who_correct_write_over_and_only_what_can_be_corrected(office: Office, by, key, status):
    item = office.at("working")
    assert cell(office, by, item, key, value="x").status_code == status
    assert office.as_(by).get(reverse("items-cell", args=[item, key])).status_code == status


def bulk(office: Office, by="supervisor", **values):
    return office.as_(by).post("/items/bulk/", values)


def test_one_step_on_many_items_is_previewed_row_by_row_and_then_taken(office: Office):
    ready, other, done = office.register(), office.register(), office.at("assigned")
    ids = [ready, other, done]
    page = office.as_("supervisor").get("/items/bulk/", {"do": "approve", "id": ids})
    assert "批量审定：3 项" in text_of(page)
    preview = bulk(office, do="approve", id=ids, stage="preview", opinion="同意")
    assert "可以办的 2 项" in text_of(preview)
    assert "事项现在是“待签收”，不能审定" in text_of(preview)
    assert [office.row(i).state for i in ids] == ["registered", "registered", "assigned"]
    seen = [f"{i}:{office.row(i).version}" for i in ids]
    office.do("comment", other, "lead", text="先等等")
    result = bulk(office, do="approve", seen=seen, stage="commit", opinion="同意")
    assert "已办理 1 项" in text_of(result)
    assert [office.row(i).state for i in ids] == ["approved", "registered", "assigned"]
    assert [faults(p.content.decode()) for p in (page, preview, result)] == [[], [], []]


def test_all_that_the_filter_lets_through_can_be_chosen_and_each_goes_to_its_own_unit(office: Office):
    here = office.at("approved", owner=office.units["town"])
    there = office.at("approved", owner=office.units["village"])
    office.register()
    page = office.as_("supervisor").get("/items/bulk/", {"do": "assign", "all": "1", "state": "approved"})
    assert "批量交办：2 项" in text_of(page)
    preview = bulk(office, do="assign", id=[here, there], stage="preview")
    assert "可以办的 2 项" in text_of(preview)
    bulk(office, do="assign", stage="commit", seen=[f"{i}:{office.row(i).version}" for i in (here, there)])
    assert [office.row(i).owner_id for i in (here, there)] == [office.units["town"], office.units["village"]]
    assert {office.row(i).state for i in (here, there)} == {"assigned"}


def test_nobody_does_many_items_of_others(office: Office):
    item = office.at("working")
    assert bulk(office, "other_handler", do="comment", id=[item], stage="commit", text="x").status_code == 422
    refused = bulk(office, "handler", do="extend", id=[item], stage="preview", due=in_days(90), reason="x")
    assert "可以办的 0 项" in text_of(refused)
    assert bulk(office, do="nonsense", id=[item]).status_code == 404
    assert bulk(office, do="extend", id=[item], stage="preview").status_code == 422


def test_more_than_can_be_read_is_refused(office: Office, monkeypatch):
    from bihuan.web.views import bulk as view

    monkeypatch.setattr(view, "MOST", 1)
    ids = [office.register(), office.register()]
    assert bulk(office, do="approve", id=ids, stage="preview").status_code == 422


def test_whichever_columns_are_shown_no_row_asks_the_database_again(
    office: Office, django_assert_max_num_queries
):
    for _ in range(4):
        office.at("working", helpers=[office.units["village"]])
    client = office.as_("supervisor")
    for column in all_columns(None):
        client.get("/items/", {"col": column.key})
        with django_assert_max_num_queries(17):
            assert client.get("/items/", {"col": column.key}).status_code == 200
