"""Rules made because of items, problems that come again, and case reviews, in the browser."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from bihuan.clock.tick import tick
from bihuan.ledger.reading import facts_of
from bihuan.models import CaseReview, Cause, Institution
from tests.web.markup import faults
from tests.web.office import Office, in_days, notice_of, text_of


def draft(office: Office, causes: list[int], by="supervisor", **given):
    numbers = "、".join(office.row(i).number for i in causes)
    values = {"title": "照明巡查办法", "basis": "整改要求", "unit": "东镇", "items": numbers, **given}
    return office.as_(by).post("/institutions/new/?id=1", values)  # the page is opened with an item


def step(office: Office, by: str, made: int, action: str, **values):
    return office.as_(by).post(reverse("institutions-step", args=[made, action]), values)


@pytest.fixture
def item(office: Office) -> int:
    return office.at("working", title="路灯不亮")


def test_a_rule_is_drafted_from_an_item_issued_with_its_text_revised_and_repealed(office: Office, item):
    form = office.as_("supervisor").get("/institutions/new/", {"id": item}).content.decode()
    assert office.row(item).number in form
    assert 'value="东镇"' in form
    made = draft(office, [item])
    row = Institution.objects.get()
    assert made["Location"] == reverse("institutions-one", args=[row.pk])
    assert "印发</h3>" in office.as_("supervisor").get(made["Location"]).content.decode()
    file = SimpleUploadedFile("办法.txt", "第一条".encode())
    step(office, "supervisor", row.pk, "issue", review_on=in_days(365), issued_on="", file=file)
    row.refresh_from_db()
    assert (row.state, row.file, row.review_on.isoformat()) == ("issued", "办法.txt", in_days(365))
    text = office.as_("head").get(reverse("institutions-file", args=[row.pk]))
    assert text.getvalue().decode() == "第一条"
    other = office.at("working", title="又不亮")
    step(office, "supervisor", row.pk, "link", items=office.row(other).number)
    assert Cause.objects.filter(institution_id=row.pk).count() == 2
    revised = {
        "reason": "补充夜间巡查",
        "title": "照明巡查维护办法",
        "basis": "整改要求",
        "review_on": in_days(400),
        "revised_on": "",
        "items": "",
    }
    step(office, "lead", row.pk, "revise", **revised)
    page = office.as_("head").get(made["Location"])
    assert faults(page.content.decode()) == []
    assert "《照明巡查维护办法》" in text_of(page)
    assert "《照明巡查" in text_of(office.as_("handler").get(reverse("items-one", args=[item])))
    step(office, "head", row.pk, "repeal", reason="并入新办法", repealed_on="")
    row.refresh_from_db()
    assert row.state == "repealed"
    assert "您现在没有要办理的步骤" in text_of(office.as_("supervisor").get(made["Location"]))


def test_mistakes_keep_what_was_typed_and_others_are_refused(office: Office, item):
    bad = draft(office, [item], unit="东镇人民政府")
    assert bad.status_code == 422
    assert "没有名为“东镇人民政府”的单位" in text_of(bad)
    assert "照明巡查办法" in bad.content.decode()
    assert "没有编号为“不存在”的事项" in text_of(draft(office, [item], items="不存在"))
    assert "须由督办单位的" in notice_of(draft(office, [item], by="other_head", unit="西乡"))
    assert office.as_("handler").get("/institutions/new/").status_code == 403
    assert draft(office, [item], by="handler").status_code == 403
    assert not Institution.objects.exists()
    draft(office, [item])
    made = Institution.objects.get().pk
    assert step(office, "supervisor", made, "issue", review_on="").status_code == 422
    late = step(office, "supervisor", made, "issue", review_on=in_days(30), issued_on=in_days(9))
    assert "还没有到" in notice_of(late)
    assert in_days(9) in late.content.decode()
    assert step(office, "supervisor", made, "keep", opinion="好", review_on=in_days(30)).status_code == 422
    assert step(office, "supervisor", made, "eat").status_code == 404
    assert step(office, "handler", made, "issue", review_on=in_days(30)).status_code == 403
    for name in ("institutions-one", "institutions-file"):
        assert office.as_("other_head").get(reverse(name, args=[made])).status_code == 404
    assert office.as_("head").get(reverse("institutions-file", args=[made])).status_code == 404


def test_a_review_that_falls_due_is_a_task_until_it_is_done(office: Office, item):
    draft(office, [item])
    made = Institution.objects.get().pk
    step(office, "supervisor", made, "issue", review_on=in_days(1), issued_on="")
    assert "复核制度" not in text_of(office.as_("head").get("/"))
    tick(office.now.replace(year=office.now.year + 1))
    for person in ("head", "supervisor", "lead"):
        home = office.as_(person).get("/")
        assert "复核制度" in text_of(home)
        assert f'href="{reverse("institutions-one", args=[made])}#step"' in home.content.decode()
    assert "复核制度" not in text_of(office.as_("other_head").get("/"))
    assert "照明巡查办法" in text_of(office.as_("head").get("/institutions/", {"waiting": 1}))
    step(office, "head", made, "keep", opinion="仍适用", review_on=in_days(800))
    assert "复核制度" not in text_of(office.as_("head").get("/"))
    assert "没有该复核的制度" in text_of(office.as_("head").get("/institutions/", {"waiting": 1}))


def test_what_comes_again_is_proposed_with_its_items(office: Office):
    assert "没有反复出现的问题" in text_of(office.as_("supervisor").get("/institutions/recurring/"))
    items = [office.register("task", klass="照明", title=f"第{n}处路灯不亮") for n in range(4)]
    page = office.as_("supervisor").get("/institutions/recurring/")
    assert faults(page.content.decode()) == []
    assert "照明" in text_of(page)
    assert "第3处路灯不亮" in text_of(page)
    link = "&amp;".join(f"id={i}" for i in items)
    assert f"/institutions/new/?{link}" in page.content.decode()
    draft(office, items)
    assert "因其中的事项已有： 《照明巡查办法》" in text_of(
        office.as_("lead").get("/institutions/recurring/")
    )
    assert "照明" not in text_of(office.as_("other_head").get("/institutions/recurring/"))


def review(office: Office, items: list[int], by="supervisor", **given):
    values = {"title": "路灯案例", "cause": "无人巡查", "lesson": "定期巡查", "id": items, **given}
    return office.as_(by).post("/cases/new/", values)


def test_a_case_review_takes_its_turning_points_from_the_timelines_and_becomes_a_paper(office: Office, item):
    chosen = office.as_("supervisor").get("/cases/new/", {"items": office.row(item).number})
    assert chosen["Location"] == f"/cases/new/?id={item}"
    form = office.as_("supervisor").get(chosen["Location"]).content.decode()
    assert faults(form) == []
    seqs = [f.seq for f in facts_of(item)]
    assert all(f'name="turn-{s}"' in form for s in seqs)
    bad = review(office, [item])
    assert "案例复盘还缺：关键节点" in notice_of(bad)
    bad = review(office, [item], cause="", **{f"turn-{seqs[1]}": "1", f"words-{seqs[1]}": "首次<交办>"})
    assert bad.status_code == 422
    assert "首次&lt;交办&gt;" in bad.content.decode()
    assert f'name="turn-{seqs[1]}" value="1" checked' in bad.content.decode()
    made = review(
        office, [item], **{f"turn-{seqs[1]}": "1", f"words-{seqs[1]}": "首次交办", f"turn-{seqs[2]}": "1"}
    )
    case = CaseReview.objects.get()
    assert made["Location"] == reverse("cases-one", args=[case.pk])
    assert [t["seq"] for t in case.turns] == seqs[1:3]
    page = office.as_("head").get(made["Location"])
    assert faults(page.content.decode()) == []
    assert "首次交办" in text_of(page)
    paper = office.as_("head").get(reverse("cases-paper", args=[case.pk]))
    told = Document(BytesIO(paper.getvalue()))
    assert "无人巡查" in "\n".join(p.text for p in told.paragraphs)
    assert "路灯案例" in text_of(office.as_("head").get(reverse("items-one", args=[item])))
    assert "路灯案例" in text_of(office.as_("lead").get("/cases/"))


def test_a_case_review_is_for_those_who_may_and_of_items_they_see(office: Office, item):
    seq = facts_of(item)[0].seq
    assert review(office, [item], by="head", **{f"turn-{seq}": "1"}).status_code == 403
    assert office.as_("handler").get("/cases/new/").status_code == 403
    assert "没有编号为" in text_of(office.as_("supervisor").get("/cases/new/", {"items": "没有"}))
    assert office.as_("supervisor").get("/cases/new/", {"id": 999999}).status_code == 422
    review(office, [item], **{f"turn-{seq}": "1"})
    case = CaseReview.objects.get().pk
    for name in ("cases-one", "cases-paper"):
        assert office.as_("other_head").get(reverse(name, args=[case])).status_code == 404
    assert "还没有案例复盘" in text_of(office.as_("other_head").get("/cases/"))


def test_the_pages_are_well_formed(office: Office, item):
    draft(office, [item])
    one = reverse("institutions-one", args=[Institution.objects.get().pk])
    urls = [
        "/institutions/",
        f"/institutions/new/?id={item}",
        one,
        f"{one}?do=link",
        f"{one}?do=repeal",
        "/cases/",
        "/cases/new/",
    ]
    bad = {u: found for u in urls if (found := faults(office.as_("supervisor").get(u).content.decode()))}
    assert bad == {}
