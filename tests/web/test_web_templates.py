"""The office's own templates from the browser: tried before they are kept, chosen, rolled back."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from bihuan.models import TemplateChoice, WordTemplate
from bihuan.queries.templates import offered, usual_of
from bihuan.reports.make_drafts import path_of
from bihuan.reports.make_templates import STAGE
from tests.web.markup import faults
from tests.web.office import Office, text_of


def changed(add: str = "", source=STAGE) -> bytes:
    """The built-in template with a paragraph before the others."""
    document = Document(str(source))
    document.paragraphs[0].insert_paragraph_before(add)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def bring(office: Office, content: bytes, kind: str = "stage", by: str = "chief", **values):
    file = SimpleUploadedFile("本办模板.docx", content)
    given = {"file": file, "name": "", "campaign": str(office.campaign), **values}
    return office.as_(by).post(f"/templates/{kind}/", given)


def text_of_word(content: bytes) -> str:
    return "\n".join(p.text for p in Document(BytesIO(content)).paragraphs)


def report(office: Office, **query) -> bytes:
    response = office.as_("chief").get("/report/stage.docx", {"campaign": office.campaign, **query})
    assert response.status_code == 200
    return response.getvalue()


def test_a_template_is_tried_with_todays_figures_then_kept_and_handed_out_as_it_came(office: Office):
    office.at("working")
    content = changed("某县督查室专用")
    assert bring(office, content)["Location"] == "/templates/stage/"
    row = WordTemplate.objects.get()
    assert (row.kind, row.name, row.size) == ("stage", "本办模板", len(content))
    page = office.as_("chief").get("/templates/stage/")
    assert "本办模板" in text_of(page)
    assert faults(page.content.decode()) == []
    given = office.as_("chief").get(f"/templates/stage/{row.pk}/file/")
    assert given.getvalue() == content
    shown = office.as_("chief").get(f"/templates/stage/{row.pk}/preview/", {"campaign": office.campaign})
    assert text_of_word(shown.getvalue()).startswith("某县督查室专用")
    assert "某县督查室专用" not in text_of_word(report(office)), "nobody chose it yet"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nichts", "这个文件打不开"),
        (changed("共登记{{ 数据('registred') }}项"), "是不是要写“registered”"),
        (changed("{{ 标题"), "“{{ 标题”"),
    ],
)
def test_a_template_with_a_mistake_is_refused_with_its_place_and_not_kept(office: Office, content, said):
    response = bring(office, content)
    assert response.status_code == 422
    assert said in text_of(response)
    assert not WordTemplate.objects.exists()


def test_the_report_is_written_from_what_was_chosen_for_its_campaign(office: Office):
    office.at("working")
    bring(office, changed("某县督查室专用"))
    row, client = WordTemplate.objects.get(), office.as_("chief")
    client.post("/templates/stage/choose/", {"campaign": str(office.campaign), "template": str(row.pk)})
    assert usual_of("stage", office.campaign) == row.pk
    assert usual_of("stage") == 0
    written = report(office)
    assert text_of_word(written).startswith("某县督查室专用")
    assert "某县督查室专用" not in text_of_word(report(office, template="0")), "another one for once"
    client.post("/templates/stage/choose/", {"campaign": str(office.campaign), "template": "0"})
    assert "某县督查室专用" not in text_of_word(report(office)), "rolled back"


def test_a_campaign_without_a_choice_of_its_own_follows_the_general_one(office: Office):
    bring(office, changed("某县督查室专用"))
    row, client = WordTemplate.objects.get(), office.as_("chief")
    client.post("/templates/stage/choose/", {"campaign": "0", "template": str(row.pk)})
    client.post("/templates/stage/choose/", {"campaign": str(office.campaign), "template": "0"})
    assert (usual_of("stage"), usual_of("stage", office.campaign)) == (row.pk, 0)
    client.post("/templates/stage/choose/", {"campaign": str(office.campaign), "template": "general"})
    assert usual_of("stage", office.campaign) == row.pk
    refused = client.post("/templates/stage/choose/", {"campaign": "0", "template": "general"})
    assert refused.status_code == 422
    assert "请选定一个模板" in text_of(refused)


def test_a_retired_template_is_offered_no_more_and_whoever_chose_it_has_the_built_in_one(office: Office):
    bring(office, changed("某县督查室专用"))
    row, client = WordTemplate.objects.get(), office.as_("chief")
    client.post("/templates/stage/choose/", {"campaign": "0", "template": str(row.pk)})
    client.post(f"/templates/stage/{row.pk}/retire/")
    assert [o.id for o in offered("stage")] == [0]
    assert usual_of("stage", office.campaign) == 0
    assert not TemplateChoice.objects.exists()
    assert client.get(f"/templates/stage/{row.pk}/file/").status_code == 404
    bring(office, changed("某县督查室专用"), name="又用")
    assert [o.name for o in offered("stage")] == ["内置模板", "又用"]


def test_a_draft_begins_with_the_words_of_the_template_that_was_chosen(office: Office):
    office.at("working")
    bring(office, changed("编者按：", path_of("briefing")), kind="briefing")
    row, client = WordTemplate.objects.get(), office.as_("chief")
    shown = client.get(f"/templates/briefing/{row.pk}/preview/", {"campaign": office.campaign})
    assert shown.getvalue().decode().startswith("编者按：")
    client.post("/templates/briefing/choose/", {"campaign": "0", "template": str(row.pk)})
    from bihuan.library.drafts.keep import begin
    from bihuan.models import Campaign

    actor = office.people["chief"]
    campaign = Campaign.objects.get(pk=office.campaign)
    assert begin("briefing", actor.person, actor.unit, office.now, campaign=campaign).body.startswith(
        "编者按："
    )


def test_nobody_writes_a_paper_of_a_campaign_that_they_do_not_see_whole(office: Office):
    response = office.as_("chief").get("/templates/stage/0/preview/", {"campaign": 999})
    assert response.status_code == 404
    assert office.as_("admin").get("/templates/").status_code == 403
    assert office.as_("handler").post("/templates/stage/choose/").status_code == 403
    assert office.as_("chief").get("/templates/nichts/").status_code == 404
