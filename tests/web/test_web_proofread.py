"""Proofreading on the page: marked, fixed at a click, dismissed for good, the corrected file, a zip, the ledger's figures."""

import io
import re
import zipfile

from django.urls import reverse
from docx import Document as WordFile

from bihuan.models import ProofDismissal
from tests.web.markup import faults
from tests.web.office import HTMX, Office, notice_of, text_of
from tests.web.test_web_library import posted, put, zipped

WRONG = "关于加强燃气管理的通知\n各乡镇人民政府:\n请认真排查,消除隐患。。\n截止目前，已销号99项。\n"


def begin(office: Office, person: str = "handler", **form) -> str:
    response = office.as_(person).post(reverse("library-proofread"), form)
    assert response.status_code == 302, text_of(response)
    return response["Location"]


def word() -> bytes:
    made = WordFile()
    for line in WRONG.splitlines():
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_findings_are_marked_and_one_is_fixed_at_a_click_with_the_change_shown(office: Office):
    client, address = office.as_("handler"), begin(office, text=WRONG)
    response = client.get(address)
    html = response.content.decode()
    assert faults(html) == []
    assert "“截至”" in html or "截至" in html
    assert "<del>,</del><ins>，</ins>" not in html.split('class="findings"')[0]
    no = next(
        part.partition('"')[0]
        for part in html.split('<li id="n')[1:]
        if '<p class="finding-change"><del>,</del>' in part
    )
    fixed = client.get(f"{address}?fix={no}").content.decode()
    assert "<del>,</del><ins>，</ins>" in fixed.split('class="findings"')[0]
    assert "fix=" not in re.search(rf'id="n{no}".*?href="\?([^"#]*)#', fixed, re.DOTALL)[1]
    assert (
        client.get(f"{address}?fix={no}", headers=HTMX)
        .content.decode()
        .lstrip()
        .startswith('<div id="proof">')
    )
    plain = client.get(f"{address}file/?fix={no}")
    assert plain.getvalue().decode() == WRONG.replace(",", "，", 1)
    everything = client.get(f"{address}file/?fix={'.'.join(map(str, range(1, 40)))}").getvalue().decode()
    assert ("。。" in everything, "政府:" in everything) == (False, False)


def test_a_word_file_comes_back_with_changes_for_what_was_chosen_and_comments_for_the_rest(office: Office):
    client, address = office.as_("handler"), begin(office, file=posted("通知.docx", word()))
    html = client.get(address).content.decode()
    first = re.search(r'href="\?(fix=\d+)#', html)[1]
    response = client.get(f"{address}file/?{first}")
    parts = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    document = parts.read("word/document.xml").decode()
    assert (document.count("<w:del "), document.count("<w:ins ")) == (1, 1)
    assert "w:commentReference" in document
    untouched = (
        zipfile.ZipFile(io.BytesIO(client.get(f"{address}file/").getvalue()))
        .read("word/document.xml")
        .decode()
    )
    assert "<w:del " not in untouched


def test_a_dismissed_finding_stays_dismissed_in_a_later_version(office: Office):
    client, address = office.as_("handler"), begin(office, text=WRONG)
    html = client.get(address).content.decode()
    no = re.search(r'<li id="n(\d+)"', html)[1]
    empty = client.post(f"{address}dismiss/", {"no": no, "reason": " "})
    assert (empty.status_code, "理由" in text_of(empty)) == (422, True)
    before = html.count('<li id="n')
    client.post(f"{address}dismiss/", {"no": no, "reason": "引用原文"})
    assert ProofDismissal.objects.get().reason == "引用原文"
    later = client.get(begin(office, text=WRONG + "另有一段新写的话。\n")).content.decode()
    assert "理由：引用原文" in later
    assert later.count('<li id="n') == before - 1
    assert client.post(f"{address}dismiss/", {"no": "999", "reason": "x"}).status_code == 404


def test_every_file_of_a_zip_is_proofread_and_one_that_cannot_be_read_says_why(office: Office):
    content = zipped(甲_txt=WRONG, 乙_txt="工作正常。\n", 丙_exe="MZ")
    response = office.as_("handler").post(reverse("library-proofread"), {"file": posted("几份.zip", content)})
    html = response.content.decode()
    assert faults(html) == []
    links = re.findall(r'<a href="([^"]+)">(\S+?\.txt)</a>', html)
    assert [name for _, name in links] == ["甲.txt", "乙.txt"]
    assert "没有校对" in text_of(response)
    assert "截至" in text_of(office.as_("handler").get(links[0][0]))


def test_figures_are_held_against_the_ledger_of_a_campaign_that_one_sees_as_a_whole(office: Office):
    office.at("closed")
    told = "台账“专项整治”里是1，文中是99"
    seen = begin(office, "chief", text=WRONG, campaign=office.campaign)
    assert told in text_of(office.as_("chief").get(seen))
    closed = begin(office, "handler", text=WRONG, campaign=office.campaign)
    assert told not in text_of(office.as_("handler").get(closed))


def test_a_document_of_the_library_is_proofread_as_it_stands_there(office: Office):
    document = put(WRONG)
    page = office.as_("handler").get(reverse("library-proofread"), {"document": document.pk})
    assert faults(page.content.decode()) == []
    assert "关于加强燃气管理的通知" in text_of(page)
    assert "截至" in text_of(office.as_("handler").get(begin(office, document=document.pk)))


def test_nothing_an_unknown_kind_and_somebody_elses_file_are_refused(office: Office):
    client = office.as_("handler")
    for form, told in (({}, "没有要校对的内容"), ({"file": posted("a.exe", "MZ")}, "不认识")):
        response = client.post(reverse("library-proofread"), form)
        assert (response.status_code, told in notice_of(response)) == (422, True)
    assert office.as_("head").get(begin(office, text=WRONG)).status_code == 403
