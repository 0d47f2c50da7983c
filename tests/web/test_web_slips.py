"""Slips in the browser: found, read, answered, judged, issued by hand with what speaks against it, printed, kept from others."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from bihuan.actions.slip import issue_slip
from bihuan.models import Receipt, Slip
from tests.web.markup import faults
from tests.web.office import HTMX, Office, notice_of, text_of


@pytest.fixture
def asked(office: Office) -> int:
    """A slip that wants an answer."""
    item = office.at("working", title="东街路灯不亮")
    return issue_slip(item, "整改反馈单", office.people["supervisor"], office.later(days=5)).slip


def one(slip: int) -> str:
    return reverse("slips-one", args=[slip])


def take(office: Office, person: str, slip: int, action: str, **values):
    return office.as_(person).post(reverse("slips-step", args=[slip, action]), values)


def test_a_slip_goes_from_its_receiver_to_its_judge_and_back_until_the_answer_is_accepted(
    office: Office, asked
):
    assert "答复" in text_of(office.as_("handler").get(one(asked)))
    assert take(office, "handler", asked, "answer", text="正在修")["Location"] == one(asked)
    assert "认可，单据办结" in text_of(office.as_("supervisor").get(one(asked)))
    refused = take(office, "supervisor", asked, "judge", accepted="0", opinion="")
    assert refused.status_code == 422
    assert "退回答复须写明理由" in notice_of(refused)
    take(office, "supervisor", asked, "judge", accepted="0", opinion="请写明日期")
    assert Slip.objects.get(pk=asked).state == "sent-back"
    take(office, "head", asked, "answer", text="月底修好")
    take(office, "supervisor", asked, "judge", accepted="1")
    assert Slip.objects.get(pk=asked).state == "closed"


def test_the_receipts_stand_with_the_hash_of_their_entries(office: Office, asked):
    from bihuan.models import Entry

    take(office, "handler", asked, "acknowledge", note="收到")
    html = office.as_("supervisor").get(one(asked)).content.decode()
    for receipt in Receipt.objects.filter(slip_id=asked):
        assert bytes(Entry.objects.get(pk=receipt.pk).hash).hex() in html
    assert "收到" in html


def test_opening_a_slip_is_noted_once_and_only_for_its_receiver(office: Office, asked):
    assert 'hx-trigger="load"' in office.as_("handler").get(one(asked)).content.decode()
    assert 'hx-trigger="load"' not in office.as_("supervisor").get(one(asked)).content.decode()
    assert take(office, "handler", asked, "read").status_code == 204
    assert Slip.objects.get(pk=asked).state == "read"
    assert 'hx-trigger="load"' not in office.as_("handler").get(one(asked)).content.decode()


def test_what_was_typed_stays_when_a_step_is_refused(office: Office, asked):
    take(office, "handler", asked, "answer", text="正在修")
    response = take(office, "head", asked, "answer", text="我写了很久的答复")
    assert response.status_code == 422
    assert "我写了很久的答复" in response.content.decode()
    assert faults(response.content.decode()) == []


def test_before_a_slip_is_issued_those_that_the_unit_has_are_shown_and_a_reason_is_asked(
    office: Office, asked
):
    item = Slip.objects.get(pk=asked).item_id
    url = reverse("items-slip", args=[item])
    assert "整改约谈单" in text_of(office.as_("supervisor").get(url))
    page = text_of(office.as_("supervisor").get(url, {"rung": "整改反馈单"}))
    assert "先看一看" in page
    assert Slip.objects.get(pk=asked).number in page
    assert "东街路灯不亮" in page
    post = {"rung": "整改反馈单", "text": "请再说明", "despite": ""}
    assert office.as_("supervisor").post(url, post).status_code == 422
    done = office.as_("supervisor").post(url, post | {"despite": "情况变了"})
    made = Slip.objects.order_by("id").last()
    assert done["Location"] == one(made.pk)
    assert (made.text, made.despite) == ("请再说明", "情况变了")


def test_a_slip_that_another_signs_is_proposed_and_then_signed_with_its_text_amended(office: Office, asked):
    item = Slip.objects.get(pk=asked).item_id
    url = reverse("items-slip", args=[item])
    post = {"rung": "整改约谈单", "text": "约谈", "despite": "严重"}
    made = office.as_("supervisor").post(url, post)["Location"]
    slip = Slip.objects.order_by("id").last()
    assert (made, slip.state, slip.number) == (one(slip.pk), "proposed", "")
    assert office.as_("handler").get(made).status_code == 403  # a proposal is the office's alone
    take(office, "lead", slip.pk, "approve", text="三日内约谈")
    slip.refresh_from_db()
    assert (slip.state, slip.text) == ("issued", "三日内约谈")


def test_the_list_is_filtered_by_state_kind_unit_and_lateness_and_paged_by_number(
    office: Office, asked, monkeypatch
):
    from bihuan.web.views import slips as view

    def numbers(**query):
        html = office.as_("supervisor").get("/slips/", query, headers=HTMX).content.decode()
        return {s.pk for s in Slip.objects.all() if f'"{one(s.pk)}"' in html}

    notice = Slip.objects.exclude(pk=asked).get().pk
    assert numbers() == {asked, notice}
    assert numbers(kind="feedback") == {asked}
    assert numbers(overdue="1") == {asked}
    assert numbers(state="unanswered") == {asked, notice}
    assert numbers(state="closed") == set()
    assert numbers(unit=office.units["village"]) == set()
    monkeypatch.setattr(view, "PAGE", 1)
    assert numbers() == {asked}
    assert numbers(after=asked) == {notice}
    assert office.as_("supervisor").get("/slips/?state=nonsense").status_code == 422


def test_slips_are_printed_together_a_page_each(office: Office, asked):
    ids = list(Slip.objects.order_by("id").values_list("pk", flat=True))
    response = office.as_("supervisor").get("/slips/print/", {"id": ids})
    text = ZipFile(BytesIO(response.getvalue())).read("word/document.xml").decode()
    assert all(Slip.objects.get(pk=i).number in text for i in ids)
    assert office.as_("supervisor").get("/slips/print/").status_code == 422


def test_no_other_unit_opens_prints_or_answers_a_slip(office: Office, asked):
    for person in ("other_handler", "other_head", "admin"):
        client = office.as_(person)
        answers = [
            client.get(one(asked)), client.get("/slips/print/", {"id": asked}), take(office, person, asked, "answer", text="x"),
        ]  # fmt: skip
        assert [r.status_code for r in answers] == [403] * 3, person
    assert "东街路灯不亮" not in text_of(office.as_("other_handler").get("/slips/"))
    item = Slip.objects.get(pk=asked).item_id
    for person in ("handler", "head", "lead", "reviewer", "auditor", "other_handler"):
        assert office.as_(person).get(reverse("items-slip", args=[item])).status_code == 403, person


def test_the_pages_are_well_formed(office: Office, asked):
    item = Slip.objects.get(pk=asked).item_id
    take(office, "handler", asked, "answer", text="正在修")
    urls = [
        "/slips/",
        one(asked),
        f"{one(asked)}?do=close",
        f"/items/{item}/slip/",
        f"/items/{item}/slip/?rung=整改反馈单",
    ]
    assert [faults(office.as_("supervisor").get(u).content.decode()) for u in urls] == [[]] * len(urls)
