"""Procedures from the browser: read, upload with mistakes told by line, compare, try on today's items, publish, adopt."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.models import Entry, Item, Procedure, Register
from bihuan.procedures import texts
from bihuan.queries import dry_run
from tests.web.markup import faults
from tests.web.office import Office, text_of

SHARPER = ('within = "7 days"', 'within = "80 days"')


def version(number: int, *changes: tuple[str, str], code: str = "rectification") -> str:
    text = texts()[code].replace("version = 1", f"version = {number}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def sharper() -> str:
    """The built-in procedure with a much earlier yellow lamp and an earlier prompt."""
    return version(2, SHARPER, ("share = 30", "share = 100"))


def post(office: Office, text: str, do: str = "check", person: str = "supervisor"):
    return office.as_(person).post("/procedures/new/", {"text": text, "do": do})


def test_every_version_is_listed_with_the_registers_that_follow_it(office: Office):
    text = text_of(office.as_("admin").get("/procedures/"))
    for name in ("问题整改", "督查事项", "民生项目", "攻坚难题"):
        assert name in text
    assert "第1版" in text
    assert "rectification" in text


def test_a_procedure_is_told_in_words_and_handed_out_as_it_was_published(office: Office):
    row = Procedure.objects.get(code="rectification")
    text = text_of(office.as_("admin").get(f"/procedures/{row.pk}/"))
    assert "责任单位自查：由责任单位一侧的单位负责人审核，限3个工作日" in text
    assert "亮黄灯，到期前7天起" in text
    assert "预警单，超期发出，主送单位负责人，抄送牵头领导，限3个工作日答复，由督办员签批" in text
    response = office.as_("admin").get(f"/procedures/{row.pk}/file/")
    assert response.content.decode() == row.text
    assert response["Content-Disposition"] == 'attachment; filename="rectification-1.toml"'


def test_the_proposal_for_a_new_version_is_the_old_text_with_the_next_number(office: Office):
    row = Procedure.objects.get(code="task")
    html = office.as_("admin").get(f"/procedures/new/?from={row.pk}").content.decode()
    assert "version = 2" in html
    assert "version = 1" not in html


def test_mistakes_are_told_with_their_lines_and_hints_and_nothing_is_published(office: Office):
    before = Procedure.objects.count()
    wrong = version(2, ('role = "unit_head"', 'role = "unithead"'), ("accept_limit", "acept_limit"))
    response = post(office, wrong, do="publish")
    assert response.status_code == 422
    text = text_of(response)
    lines = wrong.splitlines()
    for written in ('role = "unithead"', 'acept_limit = "2 workdays"'):
        number = lines.index(written) + 1
        assert f"{number} {written}" in text
    assert "是否想写 unit_head" in text
    assert faults(response.content.decode()) == []
    assert Procedure.objects.count() == before


def test_a_file_is_read_in_and_shown_for_further_editing(office: Office):
    file = SimpleUploadedFile("r.toml", "\ufeff".encode() + sharper().encode())
    response = office.as_("supervisor").post("/procedures/new/", {"file": file, "do": "check"})
    assert response.status_code == 200
    assert "检查通过" in text_of(response)
    assert "within = &quot;80 days&quot;" in response.content.decode()


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe\x00", "UTF-8"), (b"  \n", "没有内容")])
def test_a_file_that_is_no_text_is_refused(office: Office, content, said):
    response = office.as_("admin").post("/procedures/new/", {"file": SimpleUploadedFile("x.toml", content)})
    assert response.status_code == 422
    assert said in text_of(response)


def test_the_comparison_and_the_trial_name_what_would_change_and_change_nothing(office: Office):
    item = office.at("working", title="东街路灯")
    closed = office.at("closed")
    before = Entry.objects.count()
    response = post(office, sharper())
    text = text_of(response)
    assert response.status_code == 200
    assert (
        "亮黄灯，到期前7天起，但最早在全部时间只剩30%时，原因：临近办理时限 亮黄灯，到期前80天起，原因：临近办理时限"
        in text
    )
    assert "共试算 2 个未办结和待回头看的事项： 1 个会有变化" in text
    assert "绿灯 → 黄灯：1 个" in text
    assert "下一张单据变动：1 个" in text
    number = Item.objects.get(pk=item).number
    assert f"{number} 东街路灯" in text
    assert Item.objects.get(pk=closed).number not in text
    assert Entry.objects.count() == before
    assert faults(response.content.decode()) == []


def test_of_very_many_items_the_trial_takes_a_part_and_says_which(office: Office, monkeypatch):
    monkeypatch.setattr(dry_run, "MOST_TRIED", 2)
    for n in range(4):
        office.at("working", title=f"第{n}盏路灯")
    text = text_of(post(office, sharper()))
    assert "共试算 2 个未办结和待回头看的事项： 2 个会有变化" in text
    assert "每 2 个试算 1 个" in text


def test_the_trial_says_what_the_migration_then_does(office: Office):
    item = office.at("working")
    reviewing = office.at("reviewing")
    made = Procedure.objects.get(pk=int(post(office, sharper(), do="publish")["Location"].split("/")[-2]))
    given = {"register": office.registers["rectification"], "migrate": "on", "reason": "提早提醒"}
    client = office.as_("supervisor")
    tried = text_of(client.post(f"/procedures/{made.pk}/adopt/", {**given, "do": "try"}))
    assert "绿灯 → 黄灯：1 个" in tried
    assert f"按原版（正在审核）：{office.row(reviewing).number}" in tried
    assert Register.objects.get(pk=office.registers["rectification"]).procedure_id != made.pk
    assert office.row(item).colour == "green"
    done = client.post(f"/procedures/{made.pk}/adopt/", {**given, "do": "adopt"}, follow=True)
    assert "改用第2版，1个事项随之改用。1个仍按原版（正在审核）" in text_of(done)
    assert office.row(item).colour == "yellow"
    assert office.row(item).procedure_id == made.pk
    assert Register.objects.get(pk=office.registers["rectification"]).procedure_id == made.pk


def test_an_administrator_publishes_but_sees_no_item_and_moves_no_register(office: Office):
    office.at("working", title="机密的事")
    response = post(office, sharper(), person="admin")
    assert "机密的事" not in text_of(response)
    assert "试算：" not in text_of(response)
    location = post(office, sharper(), do="publish", person="admin")["Location"]
    assert "让清单改用这一版" not in text_of(office.as_("admin").get(location))
    given = {"register": office.registers["rectification"], "do": "adopt"}
    assert office.as_("admin").post(f"{location}adopt/", given).status_code == 403


def test_a_number_that_does_not_rise_is_refused_in_the_form(office: Office):
    response = post(office, version(1, SHARPER), do="publish")
    assert response.status_code == 422
    assert "请把 version 改为 2" in text_of(response)


def test_items_change_their_version_only_with_a_reason(office: Office):
    made = int(post(office, sharper(), do="publish")["Location"].split("/")[-2])
    given = {"register": office.registers["rectification"], "migrate": "on", "do": "adopt"}
    response = office.as_("supervisor").post(f"/procedures/{made}/adopt/", given)
    assert response.status_code == 422
    assert "请写明理由" in text_of(response)
