"""Signs of false closure and look-backs by lot, in the browser: hints with their evidence, and a draw that anyone can repeat."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from bihuan.models import Dismissal, Item, Sample
from bihuan.web.dates import today
from tests.web.markup import faults
from tests.web.office import Office, in_days, notice_of, text_of

TEXT = "已完成清淤三公里，组织志愿者巡查二十次，沿岸垃圾全部清理，群众反映良好，建立长效机制"


def copied(office: Office) -> tuple[int, int]:
    """Two items in review whose reports read the same."""
    found = []
    for title in ("东河清淤", "西河清淤"):
        item = office.at("working", title=title)
        office.prove(item)
        office.do("submit", item, "handler", text=TEXT)
        found.append(item)
    return found[0], found[1]


def test_a_sign_is_shown_with_its_evidence_once_it_was_compared(office: Office):
    first, second = copied(office)
    before = office.as_("checker").get("/signs/")
    assert "没有发现疑点" in text_of(before)
    assert "条新留痕没有比对" in text_of(before)
    page = office.as_("checker").post("/signs/", {"kind": "copied"}, follow=True)
    assert faults(page.content.decode()) == []
    assert "没有比对" not in text_of(page)
    assert "可以核实一下的地方 1" in text_of(page)
    assert "文字与其他事项雷同" in text_of(page)
    assert f'href="{reverse("items-one", args=[first])}"' in page.content.decode()
    item = office.as_("checker").get(reverse("items-one", args=[second]))
    assert "文字与其他事项雷同" in text_of(item)
    assert "不是结论" in text_of(item)
    assert faults(item.content.decode()) == []
    assert "没有发现疑点" in text_of(office.as_("checker").get("/signs/", {"kind": "photo"}))
    register = office.registers["task"]
    assert "没有发现疑点" in text_of(office.as_("checker").get("/signs/", {"register": register}))


def test_whoever_looked_sets_it_aside_with_what_they_found(office: Office):
    _, second = copied(office)
    office.as_("checker").post("/signs/")
    url = reverse("items-sign", args=[second])
    html = office.as_("checker").get("/signs/").content.decode()
    key = html.split('name="key" value="')[1].split('"')[0]
    values = {"sign": "copied", "key": key, "back": "signs"}
    assert "排除疑点还缺：理由" in text_of(office.as_("checker").post(url, values))
    assert office.as_("checker").post(url, {**values, "key": "0", "reason": "x"}).status_code == 404
    assert office.as_("handler").post(url, {**values, "reason": "x"}).status_code == 403
    assert office.as_("reviewer").post(url, {**values, "reason": "x"}).status_code == 403
    assert "核实过，没有问题" not in text_of(office.as_("reviewer").get("/signs/"))
    done = office.as_("checker").post(url, {**values, "reason": "两段河道一并施工"})
    assert done["Location"] == "/signs/"
    assert Dismissal.objects.get().reason == "两段河道一并施工"
    assert "没有发现疑点" in text_of(office.as_("checker").get("/signs/"))
    assert "核实后已排除：两段河道一并施工" in text_of(office.as_("checker").get("/signs/", {"dismissed": 1}))
    values["back"] = "item"
    assert office.as_("checker").post(url, {**values, "reason": "再看一次"})["Location"] == reverse(
        "items-one", args=[second]
    )


def test_a_long_list_is_looked_at_page_by_page(office: Office, monkeypatch):
    first, second = copied(office)
    office.as_("checker").post("/signs/")
    monkeypatch.setattr("bihuan.web.views.signs.PAGE", 1)
    page = office.as_("checker").get("/signs/", {"kind": "copied"})
    assert faults(page.content.decode()) == []
    assert "这一页看了 1 个事项" in text_of(page)
    assert "西河清淤" in text_of(page)
    assert f"kind=copied&amp;before={second}" in page.content.decode()
    rest = text_of(office.as_("checker").get("/signs/", {"kind": "copied", "before": second}))
    assert "没有发现疑点" in rest
    assert "都看完了" in rest
    assert first < second


def test_signs_are_for_those_who_check(office: Office):
    _, second = copied(office)
    office.as_("checker").post("/signs/")
    for person in ("handler", "head"):
        assert office.as_(person).get("/signs/").status_code == 403
        assert "雷同" not in text_of(office.as_(person).get(reverse("items-one", args=[second])))
    assert 'href="/signs/"' not in office.as_("head").get("/slips/").content.decode()
    assert 'href="/signs/"' in office.as_("lead").get("/slips/").content.decode()
    assert office.as_("supervisor").get("/signs/", {"register": 999999}).status_code == 403


def test_a_lot_is_committed_drawn_and_gives_each_drawn_item_a_task(office: Office):
    items = [office.at("closed", "task", title=f"第{n}件") for n in range(6)]
    page = office.as_("checker").get("/lookbacks/")
    assert faults(page.content.decode()) == []
    assert "没有该回头看的事项" in text_of(page)
    since, until = (today() - timedelta(days=40)).isoformat(), (today() - timedelta(days=1)).isoformat()
    values = {"register": office.registers["task"], "closed_from": since, "closed_to": until, "share": "", "due": in_days(40),
              "stratify": "", "seed": "开奖2026", "purpose": "二季度回头看"}  # fmt: skip
    bad = office.as_("checker").post("/lookbacks/", {**values, "closed_to": in_days(1)})
    assert bad.status_code == 422
    assert "还没有过完" in notice_of(bad)
    assert "开奖2026" in bad.content.decode()
    made = office.as_("checker").post("/lookbacks/", values)
    sample = Sample.objects.get()
    assert made["Location"] == reverse("samples-one", args=[sample.pk])
    assert "没有抽取" in text_of(office.as_("checker").get("/lookbacks/"))
    office.as_("checker").post(reverse("samples-draw", args=[sample.pk]))
    drawn = set(Item.objects.filter(look_back_sample=sample.pk).values_list("id", flat=True))
    assert len(drawn) == 2  # 20 % of six, rounded up
    assert drawn < set(items)
    page = office.as_("supervisor").get("/lookbacks/")
    assert "该回头看的事项 2" in text_of(page)
    assert f"{sample.pk} 号抽样 抽中" in text_of(page)
    office.step("checker", min(drawn), "look_back", held="1", text="现场看过", due="")
    assert "该回头看的事项 1" in text_of(office.as_("supervisor").get("/lookbacks/"))
    assert office.as_("handler").get("/lookbacks/").status_code == 403
