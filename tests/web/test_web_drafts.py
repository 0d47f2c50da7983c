"""Drafting on the page: begun from template and ledger, passages put in, checked, made final, filed; who may."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from docx import Document as WordFile

from bihuan.library.drafts.kinds import KINDS
from bihuan.library.drafts.start import body_of
from bihuan.library.drafts.tokens import parts_of, ref_of, refs_of, unmarked
from bihuan.models import Document, Draft
from bihuan.reports.check import verify_against_ledger
from bihuan.reports.make_drafts import BODIES, draft_template, path_of
from bihuan.reports.marks import mark
from bihuan.reports.package import read_zip
from bihuan.rules.figures import FIGURES
from bihuan.web.dates import now, today
from tests.web.markup import faults
from tests.web.office import Office, notice_of, text_of
from tests.web.test_web_library import SPEECH, put

CLEAN = "一、总体情况\n共登记事项【登记事项】项，已销号【已销号】项，销号率为【销号率】。"


@pytest.fixture
def lived(office: Office) -> Office:
    for state in ("working", "closed", "reviewing"):
        office.at(state)
    return office


def begin(office: Office, kind: str = "briefing", person: str = "chief", **form) -> Draft:
    response = office.as_(person).post(
        reverse("library-drafts"), {"kind": kind, "campaign": office.campaign, **form}
    )
    assert response.status_code == 302, text_of(response)
    return Draft.objects.latest("id")


def write(office: Office, draft: Draft, body: str, person: str = "chief", **more):
    draft.refresh_from_db()
    form = {"title": draft.title, **draft.head, "body": body, "version": draft.version, **more}
    return office.as_(person).post(reverse("library-draft", args=[draft.pk]), form)


def final(office: Office, draft: Draft, person: str = "chief"):
    draft.refresh_from_db()
    return office.as_(person).post(
        reverse("library-draft-step", args=[draft.pk, "final"]), {"version": draft.version}
    )


def lines(content: bytes) -> list[str]:
    return [p.text for p in WordFile(io.BytesIO(content)).paragraphs if p.text]


@pytest.mark.parametrize("kind", list(BODIES))
def test_the_committed_template_is_what_the_code_makes(kind):
    assert read_zip(path_of(kind)) == read_zip(draft_template(kind))
    assert set(BODIES) == set(KINDS)


def test_figures_and_sources_are_told_apart_from_words():
    line = f"共【登记事项】项【没有】〔素材 {'a' * 12}:3-9〕。"
    kinds = [type(part).__name__ for part in parts_of(line)]
    assert kinds == ["str", "Figure", "str", "Figure", "Quoted", "str"]
    assert [str(ref) for ref in refs_of(line)] == ["registered"]
    assert str(ref_of("open[colour=red]")) == str(ref_of("在办·红灯")) == "open[colour=red]"
    assert (ref_of("在办·某某"), ref_of("某某·红灯"), str(ref_of("open[unit=5]"))) == (
        None,
        None,
        "open[unit=5]",
    )
    assert str(ref_of("发出单据·通知单")) == "slips[kind=notice]"
    assert (
        unmarked(f"共{mark('registered', '3')}项，红灯{mark('open[colour=red]', '1')}项")
        == "共【登记事项】项，红灯【在办·红灯】项"
    )
    assert len({d.label for d in FIGURES.values()}) == len(FIGURES)


@pytest.mark.parametrize("kind", ["speech", "briefing", "notice", "minutes"])
def test_every_kind_begins_with_the_ledgers_facts_and_shows_them_as_values(lived: Office, kind):
    draft = begin(lived, kind)
    assert "【登记事项】" in draft.body
    response = lived.as_("chief").get(reverse("library-draft", args=[draft.pk]))
    assert faults(response.content.decode()) == []
    assert '<span class="from-ledger"' in response.content.decode()
    content = lived.as_("chief").get(reverse("library-draft-file", args=[draft.pk])).getvalue()
    assert draft.title in lines(content)
    assert verify_against_ledger(content).ok


def test_a_notice_and_minutes_take_time_place_and_decisions_from_a_meeting(office: Office):
    from bihuan.actions import meeting as acts
    from bihuan.queries.meetings import meeting_detail, meetings

    item = office.at("reviewing", title="更换东街路灯")
    chair, people = office.people["lead"].person, [office.people["reviewer"].person]
    starts = now() + timedelta(days=3)
    call = acts.Call("第三次推进会", starts, "三楼会议室", chair, people)
    met = acts.call_meeting(
        office.people["supervisor"], office.later(minutes=1), office.units["office"], call
    )
    places = [{"item": item, "matter": "是否销号"}]
    acts.set_agenda(met.meeting, office.people["supervisor"], office.later(minutes=1), places)
    (found,) = meetings(office.people["supervisor"])
    body = body_of(KINDS["notice"], "督查室", None, meeting_detail(found))
    assert "三楼会议室。" in body.split("\n")
    assert "更换东街路灯（是否销号）。" in body
    page = office.as_("supervisor").post(reverse("library-drafts"), {"kind": "minutes", "meeting": found.pk})
    assert page.status_code == 302
    draft = Draft.objects.get()
    assert draft.title == "第三次推进会纪要"
    assert "主持召开第三次推进会" in draft.body


def test_a_notice_without_a_meeting_says_what_is_to_be_filled_in_and_is_not_final_before(office: Office):
    draft = begin(office, "notice", campaign="")
    assert "〔时间待填〕" in draft.body
    response = final(office, draft)
    assert response.status_code == 422
    assert "还没有填写" in text_of(response)


def test_final_is_refused_with_the_list_of_what_is_wrong_and_then_fixes_the_figures(lived: Office):
    draft = begin(lived)
    write(lived, draft, CLEAN + "\n截止目前，已销号77项。\n另有【没有的】项。")
    response = final(lived, draft)
    text = text_of(response)
    assert response.status_code == 422
    assert ("里是1，文中是77" in text, "截至" in text, "没有叫这个名字" in text) == (True, True, True)
    assert not Draft.objects.get().final
    write(lived, draft, CLEAN)
    checked = lived.as_("chief").get(reverse("library-draft", args=[draft.pk]), {"check": "1"})
    assert "可以定稿" in text_of(checked)
    assert final(lived, draft).status_code == 302
    lived.at("closed")
    content = lived.as_("chief").get(reverse("library-draft-file", args=[draft.pk])).getvalue()
    assert "共登记事项3项，已销号1项，销号率为33.3%。" in lines(content)
    assert verify_against_ledger(content).ok
    assert "共登记事项3项" in text_of(
        lived.as_("chief").get(reverse("library-draft", args=[draft.pk]))
    ).replace(" ", "")
    assert "已经定稿" in text_of(write(lived, draft, "改了。"))
    styles = {p.text: p.style.style_id for p in WordFile(io.BytesIO(content)).paragraphs}
    assert (styles["一、总体情况"], styles[draft.title]) == ("Heading1", "Title")


def test_a_finding_that_is_none_is_set_aside_with_a_reason(lived: Office):
    import re

    draft, client = begin(lived), lived.as_("chief")
    write(lived, draft, CLEAN + "\n截止目前，工作正常。")
    html = final(lived, draft).content.decode()
    no, place = re.search(
        r'name="no" value="(\d+)"><input type="hidden" name="place" value="([^"]*)"', html
    ).groups()
    form = {"no": no, "place": place}
    address = reverse("library-draft-ignore", args=[draft.pk])
    assert client.post(address, form | {"reason": ""}).status_code == 422
    assert client.post(address, form | {"reason": "原话", "place": "别处"}).status_code == 404
    client.post(address, form | {"reason": "原话"})
    assert final(lived, draft).status_code == 302


def test_a_passage_of_the_library_comes_with_its_source_and_must_stay_as_it_is(lived: Office):
    document, client = put(SPEECH), lived.as_("chief")
    draft = begin(lived)
    write(lived, draft, CLEAN)
    page = client.get(reverse("library-draft", args=[draft.pk]), {"find": "入户排查"})
    assert faults(page.content.decode()) == []
    import re

    form = dict(re.findall(r'name="(document|start|end|version)" value="(\d+)"', page.content.decode()))
    client.post(reverse("library-draft-put", args=[draft.pk]), form)
    draft.refresh_from_db()
    assert draft.body.endswith("〕")
    assert "各乡镇要在5月底前完成入户排查。〔素材 " in draft.body
    assert client.post(reverse("library-draft-put", args=[draft.pk]), form).status_code == 422
    shown = client.get(reverse("library-one", args=[document.pk]))
    assert f"稿子：{draft.title}" in text_of(shown)
    kept = draft.body
    write(lived, draft, kept.replace("5月底前", "9月底前"))
    assert "原文不一致" in text_of(final(lived, draft))
    write(lived, draft, kept)
    assert final(lived, draft).status_code == 302
    content = client.get(reverse("library-draft-file", args=[draft.pk])).getvalue()
    assert any(line.startswith("引用资料：《在全县安全生产会议上的讲话》") for line in lines(content))
    assert not any("〔素材" in line for line in lines(content))
    filed = client.post(reverse("library-draft-step", args=[draft.pk, "shelve"]), follow=True)
    assert "已归入资料库" in notice_of(filed)
    client.post(reverse("library-draft-step", args=[draft.pk, "back"]))
    client.post(reverse("library-draft-step", args=[draft.pk, "delete"]))
    assert not Draft.objects.exists()


def test_a_final_paper_is_filed_in_the_library_and_leads_back(lived: Office):
    draft = begin(lived, person="supervisor")
    write(lived, draft, CLEAN, "supervisor")
    early = lived.as_("supervisor").post(reverse("library-draft-step", args=[draft.pk, "shelve"]))
    assert early.status_code == 422
    assert final(lived, draft, "supervisor").status_code == 302
    lived.as_("supervisor").post(reverse("library-draft-step", args=[draft.pk, "shelve"]))
    document = Document.objects.get()
    assert (document.title, document.kind, document.body) == (draft.title, "简报", "督查室")
    assert document.campaign_id == lived.campaign
    assert f"稿子：{draft.title}" in text_of(
        lived.as_("supervisor").get(reverse("library-one", args=[document.pk]))
    )


def test_two_people_do_not_overwrite_each_other(lived: Office):
    draft = begin(lived)
    first = Draft.objects.get().version
    write(lived, draft, "甲写的。")
    response = write(lived, draft, "乙写的。", version=first)
    assert response.status_code == 422
    assert "刚被别人改过" in text_of(response)
    assert "乙写的。" in response.content.decode()
    assert Draft.objects.get().body == "甲写的。"


def test_a_paper_of_a_campaign_is_open_only_to_those_who_draft_and_see_the_whole_of_it(lived: Office):
    from bihuan.rules.permissions import Role

    draft = begin(lived)
    lived.add_person("village_lead", "village", (Role.LEAD,))
    address = reverse("library-draft", args=[draft.pk])
    statuses = {
        p: lived.as_(p).get(address).status_code
        for p in ("chief", "supervisor", "village_lead", "handler", "admin")
    }
    assert statuses == {
        "chief": 200,
        "supervisor": statuses["supervisor"],
        "village_lead": 403,
        "handler": 403,
        "admin": 403,
    }
    refused = lived.as_("village_lead").post(
        reverse("library-drafts"), {"kind": "briefing", "campaign": lived.campaign}
    )
    assert refused.status_code == 422
    later = {
        "kind": "briefing",
        "campaign": lived.campaign,
        "as_of": (today() + timedelta(days=1)).isoformat(),
    }
    assert "不能晚于今天" in text_of(lived.as_("chief").post(reverse("library-drafts"), later))


def test_a_file_made_of_a_draft_is_a_sound_package(lived: Office):
    content = lived.as_("chief").get(reverse("library-draft-file", args=[begin(lived).pk])).getvalue()
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
