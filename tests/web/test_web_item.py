"""The page of an item: the whole of its life by forms, what is refused, what others did meanwhile."""

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bihuan.actions.finding import record_finding
from bihuan.actions.inspection import Plan, approve_inspection, propose_inspection
from bihuan.models import Evidence, Measure, Review
from bihuan.rules.workflow import STEPS
from bihuan.web import dates
from bihuan.web.forms import STEP_FORMS
from tests.actions.county import PATH
from tests.support.depth import often
from tests.web.markup import faults
from tests.web.office import HTMX, Office, in_days, notice_of, text_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def page(office: Office, person: str, item: int):
    return office.as_(person).get(reverse("items-one", args=[item]))


def offered(response) -> set[str]:
    """The steps that a page offers."""
    return set(re.findall(r'href="/items/\d+/([a-z_]+)/#step"', response.content.decode()))


def test_there_is_a_form_for_every_step():
    assert set(STEP_FORMS) == set(STEPS)


def test_the_whole_life_of_an_item_goes_through_the_forms(office: Office):
    item = office.register(klass="分阶段整改", measures=["修路"])
    steps = [
        ("supervisor", "approve", {"opinion": "同意"}, "approved"),
        (
            "supervisor",
            "assign",
            {"owner": "东镇", "helpers": "西乡", "due": in_days(40), "note": "抓紧"},
            "assigned",
        ),
        ("handler", "accept", {"handler": "李四"}, "working"),
        (
            "handler",
            "plan",
            {"added": "绿化\n亮化", "added_due": in_days(20), "m1_text": "修好路"},
            "working",
        ),
        ("handler", "report", {"text": "动工", "percent": "50", "m1_0": "done", "m1_1": "修好了"}, "working"),
        (
            "handler",
            "report",
            {"m1_0": "done", "m2_0": "waived", "m2_1": "不适合种树", "m3_0": "done"},
            "working",
        ),
        ("handler", "attach", {"files": SimpleUploadedFile("照片.png", PNG), "evidence": "其他"}, "working"),
        ("handler", "submit", {"text": "已修好"}, "reviewing"),
        ("head", "review", {"passed": "1"}, "reviewing"),
        ("supervisor", "review", {"passed": "1", "opinion": "属实"}, "reviewing"),
        ("reviewer", "review", {"passed": "1"}, "reviewing"),
        ("lead", "review", {"passed": "1"}, "passed"),
        ("supervisor", "close", {"note": "已核"}, "closed"),
        ("checker", "look_back", {"held": "1", "text": "路面完好"}, "closed"),
    ]
    for person, action, values, state in steps:
        assert action in offered(page(office, person, item)), (action, person)
        response = office.step(person, item, action, **values)
        assert (response.status_code, response.headers.get("Location")) == (302, f"/items/{item}/"), (
            notice_of(response)
        )
        assert office.row(item).state == state, action
    row = office.row(item)
    assert (row.helpers, row.handler) == ([office.units["village"]], "李四")
    measures = list(
        Measure.objects.filter(item_id=item).order_by("no").values_list("text", "state", "progress", "reason")
    )
    assert measures == [
        ("修好路", "done", "修好了", ""),
        ("绿化", "waived", "", "不适合种树"),
        ("亮化", "done", "", ""),
    ]
    assert Review.objects.filter(item_id=item, passed=True).count() == 4
    office.step("lead", item, "reopen", reason="又坏了", due=in_days(90))
    assert (office.row(item).state, office.row(item).reopens) == ("working", 1)


#: Every form that is offered is opened; of those that are not, one of so many, others for each person and state.
EACH_REFUSED = often(4, 1)


@pytest.mark.parametrize("state", [*PATH, "returned", "suspended", "merged", "cancelled"])
def test_the_page_offers_just_the_steps_that_may_be_taken_and_each_has_its_form(office: Office, state):
    item = office.at(state)
    for turn, person in enumerate(("supervisor", "lead", "checker", "handler", "head")):
        steps = offered(page(office, person, item))
        for no, action in enumerate(STEPS, turn + len(state)):
            if action not in steps and no % EACH_REFUSED:
                continue
            form = office.as_(person).get(reverse("items-step", args=[item, action]), headers=HTMX)
            assert (form.status_code == 200) == (action in steps), (person, action)
            if form.status_code == 200:
                assert f'id="step-title">{step_title(office, item, action)}<' in form.content.decode()
            else:
                assert form.status_code == 422
                assert STEPS[action].why in text_of(form)


def step_title(office: Office, item: int, action: str) -> str:
    return office.procedure(item).action_labels.get(action, STEPS[action].name)


def test_the_page_opens_with_the_form_that_comes_next(office: Office):
    for state, person, first in (
        ("registered", "supervisor", "approve"),
        ("approved", "supervisor", "assign"),
        ("assigned", "handler", "accept"),
        ("working", "handler", "report"),
        ("reviewing", "head", "review"),
        ("passed", "supervisor", "close"),
        ("suspended", "lead", "resume"),
    ):
        item = office.at(state)
        html = page(office, person, item).content.decode()
        assert f'action="/items/{item}/{first}/" enctype' in html, state


def test_once_nothing_is_missing_the_page_opens_with_the_application_for_closure(office: Office):
    item = office.at("working")
    office.prove(item)
    html = page(office, "handler", item).content.decode()
    assert f'action="/items/{item}/submit/" enctype' in html
    assert "还差" not in html


def test_what_is_missing_before_closure_is_listed(office: Office):
    item = office.at("working")
    assert "上传整改证明材料 还差" in text_of(page(office, "handler", item))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("registered", "等督查室审定"),
        ("approved", "等督查室交办"),
        ("assigned", "等东镇签收"),
        ("returned", "东镇已退回"),
        ("working", "等东镇推进办理"),
        ("reviewing", "等东镇的单位负责人审核：责任单位自查（第1级，共4级）"),
        ("passed", "等督查室销号"),
        ("closed", "下一次回头看"),
        ("suspended", "挂起期间不计时"),
        ("merged", "已并入问改"),
        ("cancelled", "已撤销"),
    ],
)
def test_the_page_says_who_has_to_do_what_next(office: Office, state, said):
    assert said in text_of(page(office, "chief", office.at(state)))


def test_no_progress_is_reported_with_one_click(office: Office):
    item = office.at("working")
    html = page(office, "handler", item).content.decode()
    form = re.search(r'<form method="post" action="(/items/\d+/report/)".*?name="version" value="(\d+)">'
                     r'<button[^>]* name="unchanged" value="1"', html, re.DOTALL)  # fmt: skip
    response = office.as_("handler").post(form[1], {"version": form[2], "unchanged": "1"})
    assert response.status_code == 302
    assert office.last(item).unchanged is True


def test_a_measure_is_ticked_off_with_one_click(office: Office):
    item = office.at("working")
    assert 'name="done" value="2"' in page(office, "handler", item).content.decode()
    office.step("handler", item, "report", done="2")
    assert list(Measure.objects.filter(item_id=item).order_by("no").values_list("state", flat=True)) == [
        "open",
        "done",
    ]


def test_somebody_elses_change_is_shown_and_what_was_typed_stays(office: Office):
    item = office.at("working")
    seen = office.row(item).version
    office.do("comment", item, "supervisor", text="请本周报进度")
    office.do("report", item, "head", text="抢先一步", percent=30)
    response = office.step("handler", item, "report", version=seen, text="我写了很久的进展", percent="60")
    html = response.content.decode()
    assert response.status_code == 409
    assert "抢先一步" in notice_of(response)
    assert "请本周报进度" in notice_of(response)
    assert "我写了很久的进展" in html
    assert office.row(item).percent == 30
    again = re.search(r'name="version" value="(\d+)" id="id_version"', html)
    response = office.step("handler", item, "report", version=again[1], text="我写了很久的进展", percent="60")
    assert response.status_code == 302
    assert office.row(item).percent == 60


def test_two_people_with_the_same_page_do_not_overwrite_each_other(office: Office):
    item = office.at("working")
    seen = office.row(item).version
    assert office.step("head", item, "report", version=seen, text="一").status_code == 302
    assert office.step("handler", item, "report", version=seen, text="二").status_code == 409
    assert office.row(item).progress == "一"


def test_a_step_that_has_become_impossible_keeps_what_was_typed_too(office: Office):
    item = office.at("working")
    seen = office.row(item).version
    office.do("suspend", item, "lead", reason="等批复")
    response = office.step("handler", item, "report", version=office.row(item).version, text="刚写的")
    assert response.status_code == 422
    assert "不能反馈" in notice_of(response)
    assert "刚写的" in response.content.decode()
    assert "disabled" in response.content.decode()
    assert seen < office.row(item).version


@pytest.mark.parametrize(
    ("person", "state", "action", "values", "said"),
    [
        ("supervisor", "approved", "assign", {"owner": "南村"}, "没有名为“南村”的单位"),
        ("supervisor", "approved", "assign", {}, "必填"),
        ("supervisor", "approved", "assign", {"owner": "东镇", "due": "某天"}, "读不懂"),
        ("handler", "working", "submit", {"text": "完成"}, "还不能申请销号"),
        ("handler", "working", "report", {}, "还缺：进展情况"),
        ("handler", "working", "report", {"percent": "101"}, "100"),
        ("handler", "working", "report", {"m1_0": "waived"}, "免办还缺：理由"),
        ("handler", "working", "report", {"m1_0": "vielleicht"}, "不在可用的选项中"),
        ("handler", "working", "plan", {"m1_text": "修路", "m2_text": "绿化"}, "还缺：措施"),
        ("handler", "working", "plan", {"m1_text": "", "m2_text": "绿化"}, "还缺：内容"),
        ("handler", "working", "attach", {}, "必填"),
        ("handler", "working", "attach", {"files": io.BytesIO(b"<html>")}, "不能作为佐证"),
        ("head", "reviewing", "review", {"passed": "0"}, "理由"),
        ("head", "reviewing", "review", {"passed": "x"}, "不在可用的选项中"),
        ("lead", "working", "extend", {"due": "2020-01-01", "reason": "x"}, "应晚于"),
        ("supervisor", "working", "merge", {"into": "没有的号", "reason": "重复"}, "没有编号为“没有的号”"),
        ("supervisor", "working", "amend", {"title": ""}, "必填"),
        ("lead", "working", "escalate", {"unit": "西乡", "reason": "重大"}, "不是督办单位"),
        ("lead", "working", "cancel", {}, "必填"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("htmx", [True, False])
def test_a_refusal_is_told_beside_the_form_and_changes_nothing(
    office: Office, person, state, action, values, said, htmx
):
    item = office.at(state)
    before = office.row(item).version
    if "files" in values:
        values = {"files": SimpleUploadedFile("x.html", values["files"].getvalue())}
    response = office.step(person, item, action, htmx=htmx, **values)
    assert response.status_code == 422
    assert said in text_of(response)
    assert office.row(item).version == before
    assert response.content.decode().lstrip().startswith('<section id="step"' if htmx else "<!doctype html>")


def test_a_step_taken_by_htmx_leads_back_to_the_page(office: Office):
    item = office.at("working")
    response = office.step("handler", item, "report", htmx=True, text="进展")
    assert response["HX-Redirect"] == f"/items/{item}/"


def test_the_form_of_a_step_alone_is_the_fragment(office: Office):
    item = office.at("working")
    response = office.as_("handler").get(reverse("items-step", args=[item, "report"]), headers=HTMX)
    assert response.content.decode().lstrip().startswith('<section id="step"')


def test_correcting_changes_only_what_was_written_over(office: Office):
    item = office.at("working", lead="张三", klass="分阶段整改")
    row = office.row(item)
    values = {"title": row.title, "klass": row.klass, "source": "", "target": "", "lead": "王五", "handler": row.handler,
              "helpers": "", "due": row.due.isoformat(), "x_checker": "督查组", "reason": "名单有误"}  # fmt: skip
    assert office.step("supervisor", item, "amend", **values).status_code == 302
    assert office.last(item).changes == {"lead": ["张三", "王五"], "extra": [{}, {"checker": "督查组"}]}


def test_merging_takes_the_number_of_the_other_item(office: Office):
    item, other = office.at("working"), office.at("working")
    assert (
        office.step("supervisor", item, "merge", into=office.row(other).number, reason="重复").status_code
        == 302
    )
    assert office.row(item).merged_into == other
    assert office.row(other).number in text_of(page(office, "supervisor", item))


def test_a_closure_asks_for_what_the_procedure_wants_affirmed_and_rated(office: Office):
    item = office.at("passed", "livelihood")
    html = page(office, "supervisor", item).content.decode()
    assert "公示期满无异议" in html
    assert "办理成效评价" in html
    refused = office.step("supervisor", item, "close")
    assert "还不能销号" in notice_of(refused)
    done = office.step("supervisor", item, "close", affirmed=["公示期满无异议"], rating="满意")
    assert done.status_code == 302


def test_several_files_are_attached_at_once(office: Office):
    item = office.at("working")
    files = [SimpleUploadedFile("一.png", PNG + b"1"), SimpleUploadedFile("二.png", PNG + b"2")]
    assert office.step("handler", item, "attach", files=files, measure="2", note="现场").status_code == 302
    assert list(Evidence.objects.order_by("id").values_list("name", "measure", "note")) == [
        ("一.png", 2, "现场"),
        ("二.png", 2, "现场"),
    ]


def test_files_after_a_bad_one_are_told_and_those_before_it_are_kept(office: Office):
    item = office.at("working")
    files = [
        SimpleUploadedFile("一.png", PNG),
        SimpleUploadedFile("二.html", b"<html>"),
        SimpleUploadedFile("三.png", PNG),
    ]
    response = office.step("handler", item, "attach", files=files)
    assert response.status_code == 422
    assert "“二.html”没有上传" in notice_of(response)
    assert "前面的1个文件已上传" in notice_of(response)
    assert list(Evidence.objects.values_list("name", flat=True)) == ["一.png"]


@pytest.mark.parametrize(
    ("name", "content", "query", "media", "disposition"),
    [
        ("照片.png", PNG, "?view", "image/png", "inline"),
        ("照片.png", PNG, "", "application/octet-stream", "attachment"),
        ("说明.txt", "材料".encode(), "?view", "application/octet-stream", "attachment"),
    ],
)
def test_evidence_comes_back_whole_and_only_pictures_open_in_the_browser(
    office: Office, name, content, query, media, disposition
):
    item = office.at("working")
    office.step("handler", item, "attach", files=SimpleUploadedFile(name, content))
    found = Evidence.objects.get()
    response = office.as_("supervisor").get(reverse("items-evidence", args=[item, found.pk]) + query)
    assert response.getvalue() == content
    assert response["Content-Type"] == media
    assert response["Content-Disposition"].startswith(disposition)
    assert response["X-Content-Type-Options"] == "nosniff"


def test_evidence_that_the_storage_lost_is_told(office: Office):
    from bihuan.ledger.blobs import evidence_storage, path_of

    item = office.at("working")
    office.step("handler", item, "attach", files=SimpleUploadedFile("a.png", PNG))
    found = Evidence.objects.get()
    evidence_storage().delete(path_of(found.digest))
    response = office.as_("handler").get(reverse("items-evidence", args=[item, found.pk]))
    assert response.status_code == 404
    assert "不在存储中" in text_of(response)


def test_the_timeline_tells_who_did_what_when_with_the_hash(office: Office):
    from bihuan.models import Entry
    from bihuan.web.dates import moment_words

    item = office.at("working")
    html = page(office, "handler", item).content.decode()
    for entry in Entry.objects.filter(item_id=item):
        digest = bytes(entry.hash).hex()
        assert f"第 {entry.seq} 条留痕，哈希值 {digest}" in html
        assert f"#{entry.seq} · {digest[:12]}…" in html
        assert moment_words(entry.at) in html
    assert "责任单位 东镇" in text_of(page(office, "handler", item))


def test_a_long_timeline_is_folded_and_says_so(office: Office):
    from bihuan.web.views.item import NEWEST

    item = office.at("working")
    for n in range(NEWEST + 5):
        office.do("comment", item, "supervisor", text=f"第{n}条")
    response = page(office, "handler", item)
    older = office.row(item).version - NEWEST
    assert f"更早的 {older} 条" in text_of(response)
    assert response.content.decode().count('class="hash"') == NEWEST
    everything = office.as_("handler").get(reverse("items-one", args=[item]) + "?all=1")
    assert everything.content.decode().count('class="hash"') == office.row(item).version


def test_an_unknown_step_or_item_is_not_found(office: Office):
    item = office.at("working")
    assert office.as_("handler").get(f"/items/{item}/fly/").status_code == 404
    assert office.as_("handler").get("/items/99999999/").status_code == 404


def test_related_items_are_those_merged_and_those_found_together_as_far_as_one_may_see_them(office: Office):
    item = office.at("merged", title="同一件事")
    into = office.row(item).merged_into
    assert "已并入这一事项" in text_of(office.as_("supervisor").get(reverse("items-one", args=[item])))
    assert "同一件事 并入本事项" in text_of(office.as_("supervisor").get(reverse("items-one", args=[into])))
    alone = office.at("working")
    assert "本清单里同一来源" not in text_of(page(office, "supervisor", alone))
    assert "相关事项" not in text_of(office.as_("supervisor").get(reverse("items-one", args=[alone])))


@pytest.fixture
def inspected(office: Office) -> tuple[int, list[int]]:
    """A covert visit of town and village with ten findings in the town and one in the village; the items of these, in order."""
    people, units = office.people, office.units
    plan = Plan("夜间暗访", "covert", ("值守",), "乡镇", "本月", [units["town"], units["village"]], dates.today() - timedelta(days=3),
                dates.today() + timedelta(days=5), people["checker"].person)  # fmt: skip
    made = propose_inspection(people["supervisor"], office.later(minutes=1), units["office"], plan).inspection
    approve_inspection(made, people["lead"], office.later(minutes=1))
    office.now = datetime.now(UTC) - timedelta(minutes=20)
    items = []
    for unit, text in (*(("town", f"第{n}处无人值守") for n in range(10)), ("village", "村里无人值守")):
        given = record_finding(made, people["checker"], office.later(minutes=1), unit=units[unit], text=text, content="值守",
                               register=office.registers["rectification"], klass="立行立改")  # fmt: skip
        items.append(given.item)
        office.do("approve", given.item, "supervisor")
        office.do("assign", given.item, "supervisor", owner=units[unit], due=in_days(30))
    return made, items


def related_to(office: Office, person: str, item: int) -> list[str]:
    """Each related item that the page shows, with why."""
    html = page(office, person, item).content.decode()
    _, _, card = html.partition('id="related-title"')
    return re.findall(r"</a> (\S+)<span class=\"mini\">(\S+)</span>", card.partition("</section>")[0])


def test_what_one_inspection_found_is_related_also_beyond_what_is_shown_at_once(office: Office, inspected):
    _, items = inspected
    response = page(office, "supervisor", items[0])
    wanted = [(f"第{n}处无人值守", "同一次督查发现") for n in range(1, 10)] + [
        ("村里无人值守", "同一次督查发现")
    ]
    assert related_to(office, "supervisor", items[0]) == wanted
    assert "其余 2 项" in text_of(response)
    assert faults(response.content.decode()) == []


def test_what_an_inspection_found_elsewhere_stays_unknown_to_a_unit(office: Office, inspected):
    _, items = inspected
    assert [title for title, _ in related_to(office, "head", items[0])] == [
        f"第{n}处无人值守" for n in range(1, 10)
    ]
    assert page(office, "head", items[-1]).status_code == 403


def test_an_item_that_an_inspection_was_tied_to_is_related_to_what_it_found(office: Office, inspected):
    made, items = inspected
    known = office.at("working", title="早已在办")
    record_finding(made, office.people["checker"], office.later(minutes=1), unit=office.units["town"], text="还是无人值守",
                   content="值守", item=known)  # fmt: skip
    assert len(related_to(office, "supervisor", known)) == len(items)
    assert ("早已在办", "同一次督查发现") in related_to(office, "supervisor", items[0])


def test_the_source_leads_to_the_items_of_the_same_source(office: Office):
    item = office.register(title="修路", source="县委第3次常委会")
    office.register(title="修桥", source="县委第3次常委会")
    office.register(title="修渠", source="群众来信")
    (link,) = re.findall(
        r'href="([^"]+)">本清单里同一来源的事项', page(office, "supervisor", item).content.decode()
    )
    listed = text_of(office.as_("supervisor").get(unescape(link)))
    assert [title in listed for title in ("修路", "修桥", "修渠")] == [True, True, False]
