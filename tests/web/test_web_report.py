"""Reports: the figures shown, the files handed out, and what does not hold of a report handed in."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.queries.counts import all_refs, figures, registers_of
from bihuan.rules.figures import FIGURES
from bihuan.web.dates import today
from tests.web.office import HTMX, Office, text_of


@pytest.fixture
def lived(office: Office) -> Office:
    for state in ("working", "closed", "reviewing"):
        office.at(state, klass="分阶段整改")
    return office


def download(office: Office, kind: str, person: str = "chief", **query) -> bytes:
    response = office.as_(person).get(f"/report/stage.{kind}", {"campaign": office.campaign, **query})
    assert response.status_code == 200, text_of(response)
    return response.getvalue()


def check(office: Office, content: bytes, person: str = "chief", **more):
    file = SimpleUploadedFile("报告.docx", content)
    return office.as_(person).post("/report/check/", {"file": file}, **more)


def test_the_page_shows_every_figure_with_its_definition(lived: Office):
    text = text_of(lived.as_("chief").get("/report/", {"campaign": lived.campaign}))
    values = figures(all_refs(), [r.pk for r in registers_of()])
    for name, known in FIGURES.items():
        assert f"{known.label} {values[name]}{known.unit} {known.definition}" in text


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_downloaded_report_holds_when_it_is_handed_in_again(lived: Office, kind):
    response = check(lived, download(lived, kind))
    assert response.status_code == 200
    assert "全部相符" in text_of(response)


def test_a_number_changed_by_hand_is_named(lived: Office):
    parts = zipfile.ZipFile(io.BytesIO(download(lived, "docx")))
    edited = io.BytesIO()
    with zipfile.ZipFile(edited, "w") as new:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "word/document.xml":
                content = re.sub(rb"(<w:t[^>]*>)3(</w:t>)", rb"\g<1>33\g<2>", content, count=1)
            new.writestr(name, content)
    text = text_of(check(lived, edited.getvalue()))
    assert "不符" in text
    assert "33" in text


def test_what_is_written_around_the_report_is_in_it(lived: Office):
    content = download(
        lived, "docx", title="专项整治情况", recipient="县委", document_number="某督〔2026〕1号"
    )
    document = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    for words in ("专项整治情况", "县委", "某督〔2026〕1号"):
        assert words in re.sub(r"<[^>]+>", "", document)


def test_the_file_is_called_what_it_is(lived: Office):
    response = lived.as_("chief").get("/report/stage.docx", {"campaign": lived.campaign})
    response.getvalue()
    name = f"专项整治阶段报告（截至{today().isoformat()}）.docx"
    from urllib.parse import quote

    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(name)}"


def test_an_earlier_day_gives_the_figures_of_its_end(lived: Office):
    day = (today() - timedelta(days=90)).isoformat()
    text = text_of(lived.as_("chief").get("/report/", {"campaign": lived.campaign, "as_of": day}))
    assert "登记事项 0项" in text


def test_a_day_to_come_is_refused(lived: Office):
    day = (today() + timedelta(days=1)).isoformat()
    query = {"campaign": lived.campaign, "as_of": day}
    for url in ("/report/", "/report/stage.docx"):
        response = lived.as_("chief").get(url, query)
        assert response.status_code == 422
        assert "不能晚于今天" in text_of(response)


def test_the_preview_is_a_fragment_for_htmx(lived: Office):
    response = lived.as_("chief").get("/report/", {"campaign": lived.campaign}, headers=HTMX)
    assert response.content.decode().lstrip().startswith('<section id="preview"')


@pytest.mark.parametrize("person", ["handler", "head", "reviewer", "checker", "admin"])
def test_only_those_who_report_get_reports(lived: Office, person):
    assert lived.as_(person).get("/report/stage.docx", {"campaign": lived.campaign}).status_code == 403


def test_a_leader_of_another_unit_gets_neither_the_report_nor_its_figures(lived: Office):
    from bihuan.rules.permissions import Role

    lived.add_person("village_lead", "village", (Role.LEAD,))
    content = download(lived, "docx")
    response = lived.as_("village_lead").get("/report/stage.docx", {"campaign": lived.campaign})
    assert response.status_code == 422
    assert "还没有可以汇报的专项工作" in text_of(lived.as_("village_lead").get("/report/"))
    refused = check(lived, content, "village_lead")
    assert refused.status_code == 403
    assert "您不能核对它的数据" in text_of(refused)


def test_another_kind_of_file_is_refused_as_such(lived: Office):
    for content in (b"", b"hello", b"PK\x03\x04broken"):
        response = check(lived, content)
        assert response.status_code == 422
        assert "报告" in text_of(response) or "文件" in text_of(response)


def test_no_other_format_is_offered(lived: Office):
    assert lived.as_("chief").get("/report/stage.pdf", {"campaign": lived.campaign}).status_code == 404
