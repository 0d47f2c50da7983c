"""Importing: preview, correction, commit, again; and what is refused."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from bihuan.excel import incoming
from bihuan.models import Entry, HeaderMapping, Import, Item, Register
from bihuan.web import import_page
from tests.web.office import HTMX, Office, notice_of, text_of

HEADER = ["序号", "问题表现", "整改措施", "责任单位", "责任人", "整改时限", "进展情况", "完成状态"]
ROWS = [
    [1, "道路破损", "1.修补路面 2.疏通排水", "东镇", "李四", "2099年12月底前", "已完成一半", "正在整改"],
    [2, "路灯不亮", "更换灯具", "西乡", "王五", "立行立改", "", ""],
    [3, "垃圾清运不及时", "增加班次", "北山街道", "赵六", "某日前", "", "已销号"],
]


def workbook(rows=ROWS, header=HEADER) -> bytes:
    book = Workbook()
    for row in (header, *rows):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def bring(office: Office, content: bytes, name: str = "问题台账.xlsx", person: str = "supervisor") -> str:
    """Upload a file; returns the address of its preview."""
    response = office.as_(person).post("/import/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, notice_of(response)
    return response["Location"]


def commit(office: Office, url: str, **values):
    given = {"register": office.registers["rectification"], "closed": "reprove", **values}
    return office.as_("supervisor").post(url, given)


def test_the_preview_shows_every_row_as_it_will_be_and_each_doubt_at_its_place(office: Office):
    url = bring(office, workbook())
    before = Entry.objects.count()
    text = text_of(office.as_("supervisor").get(url))
    assert "读到 3 个事项" in text
    for words in ("道路破损", "2099-12-31", "“2099年12月底前”", "2 条", "新单位：北山街道", "李四"):
        assert words in text
    assert re.search(r"F4 [^ ]*某日前", text)
    assert Entry.objects.count() == before, "a preview writes nothing"


def test_committing_enters_all_rows_and_says_what_it_did(office: Office):
    response = commit(office, bring(office, workbook()))
    text = text_of(response)
    assert "新登记 3 项" in text
    assert "北山街道" in text
    assert list(Item.objects.order_by("id").values_list("title", flat=True)) == [r[1] for r in ROWS]
    assert Import.objects.get().registered == 3


def test_the_same_file_again_changes_nothing(office: Office):
    commit(office, bring(office, workbook()))
    before = Entry.objects.count()
    assert "什么也没有改动" in text_of(commit(office, bring(office, workbook())))
    assert Entry.objects.count() == before


def test_a_corrected_file_amends_what_was_corrected_and_reports_what_is_gone(office: Office):
    commit(office, bring(office, workbook()))
    corrected = [
        [1, "道路破损", "1.修补路面 2.疏通排水", "东镇", "张三", "2099年12月底前", "已完成一半", "正在整改"],
        ROWS[2],
    ]
    text = text_of(commit(office, bring(office, workbook(corrected))))
    assert "更正 1 项" in text
    assert "路灯不亮" in text[text.index("这次的表里没有了的") :]
    assert Item.objects.get(title="道路破损").handler == "张三"
    assert Item.objects.get(title="路灯不亮").state == "working"


def test_an_earlier_import_shows_what_it_changed_and_another_offices_clerk_is_refused(office: Office):
    commit(office, bring(office, workbook()))
    corrected = [
        [1, "道路破损", "1.修补路面 2.疏通排水", "西乡", *ROWS[0][4:]],
        ROWS[1],
        [4, "井盖缺失", "补装", "东镇", "", "2099年底前", "", ""],
    ]
    commit(office, bring(office, workbook(corrected)))
    first, second = (
        f"/import/done/{pk}/" for pk in Import.objects.order_by("id").values_list("id", flat=True)
    )
    assert f'href="{second}"' in office.as_("supervisor").get("/import/").content.decode()
    text = text_of(office.as_("supervisor").get(second))
    assert "新登记 1 项，更正 1 项，没有变化 1 项" in text
    assert "责任单位： 由“东镇”改为“西乡”" in text
    assert [part in text for part in ("井盖缺失", "垃圾清运不及时", "路灯不亮")] == [True, True, False]
    assert "更正 " not in text_of(office.as_("supervisor").get(first)).partition("没有变化")[2]
    Register.objects.update(unit_id=office.units["village"])
    assert office.as_("supervisor").get(second).status_code == 404


def test_a_corrected_mapping_rereads_the_file_and_is_remembered(office: Office):
    url = bring(office, workbook())
    client = office.as_("supervisor")
    page = client.get(url).content.decode()
    assert re.search(r'<option value="0E:handler" selected', page)
    reread = client.get(url, {"map": "0E:lead", "sheet": "0"}, headers=HTMX)
    assert "牵头：李四" in text_of(reread)
    assert reread["HX-Push-Url"] == f"{url}?map=0E%3Alead&sheet=0"
    commit(office, url, map=["0E:lead", "0A:number"])
    assert Item.objects.get(title="道路破损").lead == "李四"
    assert list(HeaderMapping.objects.values_list("columns", flat=True)) == [{"E": "lead"}]
    again = client.get(bring(office, workbook(ROWS[:1]), "另一份.xlsx")).content.decode()
    assert re.search(r'<option value="0E:lead" selected', again)


def test_a_second_correction_keeps_the_first(office: Office):
    commit(office, bring(office, workbook()), map=["0E:lead"])
    commit(office, bring(office, workbook()), map=["0G:extra"])
    assert HeaderMapping.objects.get().columns == {"E": "lead", "G": "extra"}


def test_what_was_closed_elsewhere_is_history_only_if_the_clerk_says_so(office: Office):
    url = bring(office, workbook())
    assert "原表写明已销号的" in text_of(office.as_("supervisor").get(url))
    commit(office, url, closed="history")
    assert Item.objects.get(title="垃圾清运不及时").state == "closed"


def test_a_file_may_open_a_register_of_its_own(office: Office):
    rectification = office.procedures["rectification"]
    url = bring(office, workbook())
    missing = commit(office, url, register="new", procedure=rectification)
    assert missing.status_code == 422
    assert text_of(missing).count("新建清单须填写") == 2
    done = commit(office, url, register="new", campaign="新专项", name="新清单", procedure=rectification)
    assert done.status_code == 200
    assert Register.objects.get(name="新清单").pk == Item.objects.first().register_id


def test_a_refused_commit_leaves_nothing_behind_not_even_the_new_register(office: Office):
    before = Entry.objects.count()
    url = bring(office, workbook([]))
    response = commit(
        office, url, register="new", campaign="新专项", name="新清单", procedure=office.procedures["task"]
    )
    assert response.status_code == 422
    assert Entry.objects.count() == before


def test_only_the_rows_with_doubts_are_shown_on_request(office: Office):
    url = bring(office, workbook())
    text = text_of(office.as_("supervisor").get(url, {"doubts": "1"}))
    assert "垃圾清运不及时" in text
    assert "路灯不亮" not in text


def test_a_long_file_is_shown_page_by_page_and_no_row_is_left_out(office: Office, monkeypatch):
    monkeypatch.setattr(import_page, "ROWS", 10)
    rows = [[n, f"问题{n:03}", "措施", "东镇", "李四", "2099-12-31", "", ""] for n in range(1, 36)]
    url, seen = bring(office, workbook(rows)), []
    following = "?"
    while following:
        html = office.as_("supervisor").get(url + following).content.decode()
        seen += re.findall(r"问题\d{3}", html)
        link = re.search(r'<a class="btn" href="(\?from=\d+)"[^>]*>下一页', html)
        following = link[1] if link else ""
    assert seen == [row[1] for row in rows]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.xlsx", b"", "空的"),
        ("x.xlsx", b"not a workbook at all \x00\x01", "不是 Excel"),
        ("x.xlsx", b"PK\x03\x04broken", "损坏"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(office: Office, name, content, said):
    response = office.as_("supervisor").post("/import/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert said in notice_of(response)


def test_no_file_and_one_too_large_are_told(office: Office, settings):
    settings.IMPORT_MAX_BYTES = 100
    client = office.as_("supervisor")
    assert "没有选择文件" in notice_of(client.post("/import/"))
    large = client.post("/import/", {"file": SimpleUploadedFile("x.xlsx", workbook())})
    assert "文件超过" in notice_of(large)


def test_a_sheet_that_is_no_ledger_says_so_and_cannot_be_committed(office: Office):
    url = bring(office, workbook([["会议", "时间", "地点"]], ["通知", "", ""]), "通知.xlsx")
    text = text_of(office.as_("supervisor").get(url))
    assert "没有作为台账读取" in text
    assert "确认写入" not in text


def test_nobody_else_may_open_the_file(office: Office):
    url = bring(office, workbook())
    response = office.as_("chief").get(url)
    assert response.status_code == 403
    assert "别人上传的" in text_of(response)


def test_a_false_or_old_token_is_told(office: Office, monkeypatch):
    url = bring(office, workbook())
    client = office.as_("supervisor")
    assert client.get(url[:-3] + "x/").status_code == 404
    monkeypatch.setattr(incoming, "KEPT", timedelta(seconds=-1))
    response = client.get(url)
    assert response.status_code == 404
    assert "只保留一天" in text_of(response)


def test_uploaded_files_are_deleted_after_a_day(office: Office, monkeypatch):
    bring(office, workbook())
    old = set(storages["incoming"].listdir("")[1])
    monkeypatch.setattr(incoming, "KEPT", timedelta(seconds=-1))
    bring(office, workbook(ROWS[:1]))
    assert len(old) == 1
    assert old.isdisjoint(storages["incoming"].listdir("")[1])


def test_the_history_lists_every_import_page_by_page(office: Office, monkeypatch):
    from bihuan.web.views import imports

    monkeypatch.setattr(imports, "_HISTORY", 2)
    for n in range(5):
        rows = [[1, f"问题{n}", "措施", "东镇", "李四", "2099-12-31", "", ""]]
        commit(office, bring(office, workbook(rows), f"第{n}份.xlsx"))
    url, seen = "/import/", []
    while url:
        html = office.as_("supervisor").get(url).content.decode()
        seen += re.findall(r"第(\d)份\.xlsx", html)
        link = re.search(r'href="(\?before=\d+)"', html)
        url = f"/import/{link[1]}" if link else ""
    assert seen == ["4", "3", "2", "1", "0"]


def test_a_name_with_a_path_in_it_is_only_a_name(office: Office):
    url = bring(office, workbook(), "..\\..\\etc\\台账.xlsx")
    assert "<h1>台账.xlsx</h1>" in office.as_("supervisor").get(url).content.decode()
