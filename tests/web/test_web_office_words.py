"""What an office makes its own: the list of words that every proofreading uses, and the Word templates from which drafts begin."""

from django.urls import reverse

from bihuan.library.proofread.own_words import words_text
from bihuan.models import OfficeWords
from tests.web.markup import faults
from tests.web.office import Office, notice_of, text_of

WORDS = "[names]\n江源县“百日攻坚”行动\n[wrong]\n清水和 清水河\n[allowed]\n台帐"


def save(office, text, version=0, person="supervisor"):
    return office.as_(person).post(reverse("library-words"), {"text": text, "version": version})


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
