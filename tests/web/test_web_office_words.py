"""What an office makes its own: the list of words that every proofreading uses, and the Word templates from which drafts begin."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document as WordFile

from bihuan.library.drafts.keep import begin
from bihuan.library.drafts.templates import template_of
from bihuan.library.proofread.own_words import words_text
from bihuan.models import Campaign, DraftTemplate, OfficeWords
from bihuan.reports.make_drafts import draft_template
from bihuan.reports.wordfile import paragraph, word_file
from tests.web.markup import faults
from tests.web.office import Office, notice_of, text_of

WORDS = "[names]\n江源县“百日攻坚”行动\n[wrong]\n清水和 清水河\n[allowed]\n台帐"


def save(office, text, version=0, person="supervisor"):
    return office.as_(person).post(reverse("library-words"), {"text": text, "version": version})


def template(*paragraphs):
    return word_file(
        "".join(paragraph("Body", text) for text in paragraphs), title="{{ 标题 }}", creator="{{ 单位 }}"
    )


def change(office, kind, content, person="supervisor", **more):
    given = {"kind": kind, "file": SimpleUploadedFile("我们的.docx", content), **more}
    return office.as_(person).post(reverse("library-templates"), given)


def test_the_list_of_words_is_kept_by_supervisors_and_used_by_the_page(office: Office):
    page = office.as_("handler").get(reverse("library-words"))
    assert faults(page.content.decode()) == []
    assert "还没有建用语表" in text_of(page)
    assert save(office, WORDS).status_code == 302
    found = office.as_("handler").post(
        reverse("library-proofread"), {"text": "江源县“百日攻艰”行动里，清水和项目建了台帐。"}, follow=True
    )
    assert "江源县“百日攻坚”行动" in text_of(found)
    assert "应为“清水河”" in text_of(found)
    assert "应为“台账”" not in text_of(found)
    assert save(office, "", person="handler").status_code == 403


def test_a_mistake_in_the_list_is_told_with_its_line_and_what_was_written_stays(office: Office):
    refused = save(office, "[wrong]\n清水和")
    assert refused.status_code == 422
    assert "第 2 行“清水和”" in notice_of(refused)
    assert "清水和</textarea>" in refused.content.decode()
    assert OfficeWords.objects.count() == 0


def test_two_who_change_the_list_do_not_overwrite_each_other_and_every_version_stays(office: Office):
    save(office, "[words]\n清水河")
    first = OfficeWords.objects.get().pk
    assert save(office, "[words]\n另一个", 0).status_code == 422
    assert save(office, "[words]\n清水河 三提三争", first).status_code == 302
    assert save(office, "[words]\n清水河 三提三争", OfficeWords.objects.latest("id").pk).status_code == 302
    assert OfficeWords.objects.count() == 2, "what is the same is no new version"
    assert words_text("[allowed]\n座落") == "[words]\n清水河 三提三争\n[words]\n[allowed]\n座落"


def test_a_draft_begins_from_the_template_of_the_office_and_from_the_built_in_one_again(office: Office):
    page = office.as_("supervisor").get(reverse("library-templates"))
    assert faults(page.content.decode()) == []
    own = template(
        "{{ 专项工作 }}这样写：共登记{{ 数据('registered') }}项。",
        "{%p for 段 in 总体情况 %}",
        "{{ 段 }}",
        "{%p endfor %}",
    )
    assert change(office, "briefing", own).status_code == 302
    assert "本单位的" in text_of(office.as_("lead").get(reverse("library-templates")))
    kept = office.as_("lead").get(reverse("library-template-file", args=["briefing"]))
    assert kept.getvalue() == own
    campaign = Campaign.objects.get(pk=office.campaign)
    made = begin("briefing", 1, office.units["office"], office.later(minutes=1), campaign=campaign)
    assert made.body.startswith(f"{campaign.name}这样写：共登记【登记事项】项。\n")
    back = {"kind": "briefing", "do": "builtin"}
    assert office.as_("supervisor").post(reverse("library-templates"), back).status_code == 302
    assert template_of("briefing").content() == draft_template("briefing")
    assert DraftTemplate.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("briefing", template("第一段。", "{{ 没有的名称 }}。"), "正文第2段"),
        ("briefing", template("{%p for 段 in 总体情况 %}", "{{ 段 }}"), "endfor"),
        ("briefing", template("{{ ''.__class__ }}"), "__class__"),
        ("briefing", template("{{ 单位.ljust(1000000000) }}"), "ljust"),
        ("notice", template("{{ 专项工作 }}。"), "专项工作"),
        ("minutes", template("{{ 会议.没有的 }}。"), "没有的"),
        ("briefing", b"no docx", "已损坏"),
    ],
    ids=["name", "loop", "python", "method", "without a campaign", "of a meeting", "no docx"],
)
def test_a_template_that_is_wrong_is_told_where_and_does_not_count(office: Office, kind, content, said):
    refused = change(office, kind, content)
    assert (refused.status_code, DraftTemplate.objects.count()) == (422, 0)
    assert said in notice_of(refused)
    assert template_of(kind).content() == draft_template(kind)


def test_an_empty_template_and_a_change_by_others_are_refused(office: Office):
    assert "没有正文" in notice_of(change(office, "notice", template("")))
    assert change(office, "notice", template("好。"), person="lead").status_code == 403
    assert office.as_("handler").get(reverse("library-templates")).status_code == 403


def test_every_built_in_template_passes_its_own_trial(office: Office):
    for kind in ("speech", "briefing", "notice", "minutes"):
        content = office.as_("supervisor").get(reverse("library-template-file", args=[kind])).getvalue()
        assert WordFile(io.BytesIO(content)).paragraphs
        assert change(office, kind, content).status_code == 302
