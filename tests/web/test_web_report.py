"""Reports: the figures shown, the files handed out, and what does not hold of a report handed in."""

import io
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.models import Item
from bihuan.queries.counts import all_refs, figures, registers_of
from bihuan.rules.figures import FIGURES
from bihuan.web.dates import day_words, today
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
    text = text_of(check(lived, edit(download(lived, "docx"))))
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


def pieces(html: str) -> str:
    return html[html.index('class="report-text"') : html.index("</article>")]


def test_the_preview_reads_as_the_word_file_does_and_each_of_its_figures_leads_to_its_facts(lived: Office):
    from bihuan.reports.package import read_zip
    from bihuan.reports.reading import read_blocks
    from bihuan.reports.verify import read_manifest

    html = pieces(lived.as_("chief").get("/report/", {"campaign": lived.campaign}).content.decode())
    parts = read_zip(download(lived, "docx"))
    for block in read_blocks(parts):
        if "header" not in block.part and "footer" not in block.part and "注：" not in block.text:
            for cell in block.cells:
                assert "".join(cell.text.split()) in "".join(text_of_html(html).split())
    links = re.findall(r'<a class="from-ledger" href="([^"]+)">([^<]+)</a>', html)
    uses = [u for u in read_manifest(parts).uses if not u.ref.startswith("ledger.")]
    assert len(links) == len(uses) > 10
    for url, shown in dict(links).items():
        facts = text_of(lived.as_("chief").get(unescape(url)))
        assert f"：{shown}" in facts, url


def text_of_html(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_a_period_by_its_name_sets_the_first_day_and_ends_now_or_with_it(lived: Office):
    from bihuan.rules.periods import period

    for name in ("year", "month-before"):
        first, last = period(name, today())
        html = (
            lived.as_("chief").get("/report/", {"campaign": lived.campaign, "period": name}).content.decode()
        )
        shown = text_of_html(html)
        assert f"{day_words(first)}起，截至 {day_words(min(last, today()))}" in shown
    _, last = period("year-before", today())
    earlier = Item.objects.filter(registered_at__date__lte=last).count()  # in January some of them
    assert f"登记事项 {earlier}项" in text_of(
        lived.as_("chief").get("/report/", {"campaign": lived.campaign, "period": "year-before"})
    )


def test_a_first_day_after_the_last_is_refused(lived: Office):
    response = lived.as_("chief").get(
        "/report/", {"campaign": lived.campaign, "since": "2026-03-02", "as_of": "2026-03-01"}
    )
    assert response.status_code == 422
    assert "起始日期晚于截至日期" in text_of(response)


def test_the_check_names_each_figure_with_what_was_found_and_its_facts(lived: Office):
    content = download(lived, "docx")
    html = check(lived, content).content.decode()
    held = re.findall(r'<td><span class="state state-(done|warn)">', html)
    assert set(held) == {"done"}
    assert len(held) > 10
    for url in set(re.findall(r'href="(/facts/[^"]+)"', html)):
        assert lived.as_("chief").get(unescape(url)).status_code == 200
    edited = re.sub(r"<[^>]+>", " ", check(lived, edit(content)).content.decode())
    assert re.search(r"不符\s+登记事项\s+registered\s+3\s+3\s+33\s", edited)


def edit(content: bytes) -> bytes:
    """The report with the first 3 changed into 33 by hand."""
    parts, edited = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(edited, "w") as new:
        for name in parts.namelist():
            part = parts.read(name)
            if name == "word/document.xml":
                part = re.sub(rb"(<w:t[^>]*>)3(</w:t>)", rb"\g<1>33\g<2>", part, count=1)
            new.writestr(name, part)
    return edited.getvalue()
