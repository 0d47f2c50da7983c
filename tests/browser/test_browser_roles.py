"""A day of each role in a real browser, from the log-in to what has to stand there at the end; on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Window, launched, opened
from tests.browser.hands import PASSWORD, apart, follow, log_in, open_part, send, taken

pytestmark = pytest.mark.daily


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Any]:
    with launched(chromium) as found:
        yield found


@pytest.fixture
def day(browser: Any, address: str) -> Callable[..., Any]:
    """The day of somebody: a window in which they have logged in, and that must have nothing to complain of at its end."""
    apart(_morning)

    @contextmanager
    def begun(name: str, width: int = 1440) -> Iterator[Window]:
        with opened(browser, address, width) as view:
            log_in(view.page, address, name)
            assert view.fits()
            yield view
            assert view.fits()
            assert view.wrong == []

    return begun


def _morning() -> None:
    """Everybody has an account, and something waits for each."""
    from tests.support.recall import recalled

    recalled(_morning, _office)


def _office() -> None:
    from bihuan.actions.inspection import Plan, approve_inspection, propose_inspection
    from bihuan.web.dates import today
    from tests.actions.county import PEOPLE
    from tests.web.office import Office

    office = Office()
    for name in PEOPLE:
        account = office.account(name)
        account.set_password(PASSWORD)
        account.save()
    office.register(title="修桥")
    office.at("assigned", title="路灯不亮", measures=["更换灯具"])
    office.at("passed", title="清运垃圾")
    for title, levels in (("井盖缺失", 0), ("河道淤积", 2), ("校门拥堵", 3)):
        item = office.at("reviewing", title=title)
        for _ in range(levels):
            office.review(item)
    clerk, people = office.people["supervisor"], office.people
    for name, unit in (("消防督查", "town"), ("值班抽查", "village")):
        plan = Plan(name, "planned", ("消防通道",), "乡镇", "今年以来", [office.units[unit]], today(),
                    today() + timedelta(days=5), people["checker"].person)  # fmt: skip
        made = propose_inspection(clerk, office.later(minutes=1), office.units["office"], plan).inspection
        if unit == "town":
            approve_inspection(made, people["lead"], office.later(minutes=1))


def do(page: Any, verb: str, title: str) -> None:
    """Press the button of a task."""
    follow(page.locator(".tasks li", has_text=title).locator(".task-do .btn", has_text=verb))


def yesterday() -> date:
    from bihuan.web.dates import today

    return today() - timedelta(days=1)


def tasks(page: Any, title: str) -> Any:
    """What this person has to do about an item."""
    return page.locator(".tasks li", has_text=title).locator(".task-head strong")


def home(page: Any) -> None:
    open_part(page, "待办")


def review(page: Any, title: str, outcome: str, opinion: str) -> None:
    do(page, "审核", title)
    page.get_by_label(outcome).check()
    page.get_by_label("审核意见").fill(opinion)
    send(page)


def test_the_supervisor_approves_assigns_and_closes(day):
    from playwright.sync_api import expect

    with day("supervisor") as view:
        page = view.page
        do(page, "审定", "修桥")
        send(page)
        home(page)
        do(page, "交办", "修桥")
        page.locator("#step").get_by_label("责任单位").fill("西乡")
        send(page)
        home(page)
        do(page, "销号", "清运垃圾")
        send(page)
        open_part(page, "台账")
        rows = page.locator(".items tbody tr")
        expect(rows.filter(has_text="清运垃圾")).to_contain_text("已销号")
        expect(rows.filter(has_text="修桥")).to_contain_text("西乡")
        open_part(page, "总览")
        expect(page.locator(".tile-finished .tile-value")).to_have_text("1项")


def test_the_handler_accepts_reports_proves_and_applies_on_a_phone(day, tmp_path):
    from playwright.sync_api import expect

    evidence = tmp_path / "整改后.txt"
    evidence.write_text("灯都亮了", "utf-8")
    with day("handler", 390) as view:
        page = view.page
        do(page, "签收", "路灯不亮")
        taken(page)
        follow(page.locator(".task-title[href^='/items/']", has_text="路灯不亮"))
        follow(page.get_by_role("button", name="完成 措施1"))
        page.wait_for_selector(".measure-done")
        page.get_by_label("进展情况").fill("灯具已全部更换。")
        page.get_by_label("完成比例（%）").fill("100")
        send(page)
        page.get_by_role("link", name="上传", exact=True).click()
        page.wait_for_selector("#step input[type=file]")
        page.set_input_files("#step input[type=file]", evidence)
        send(page)
        page.wait_for_selector("#step-title:has-text('申请销号')")
        send(page)
        expect(page.locator(".next")).to_contain_text("责任单位自查")
        home(page)
        expect(tasks(page, "路灯不亮")).to_have_text(["签收整改通知单"])


def test_the_head_of_a_unit_reviews_what_the_unit_did(day):
    from playwright.sync_api import expect

    with day("head") as view:
        page = view.page
        review(page, "井盖缺失", "通过", "已到现场看过")
        expect(page.locator("section:has(#reviews-title)")).to_contain_text("已到现场看过")
        open_part(page, "总览")
        page.wait_for_selector(".tiles")
        open_part(page, "台账")
        expect(page.locator(".items tbody tr", has_text="井盖缺失")).to_contain_text("审核中")
        home(page)
        expect(tasks(page, "井盖缺失")).to_have_text(["签收整改通知单"])


def test_the_lead_approves_an_inspection_reviews_and_looks_back_a_day(day):
    from playwright.sync_api import expect

    with day("lead") as view:
        page = view.page
        do(page, "批准", "值班抽查")
        send(page)
        home(page)
        review(page, "校门拥堵", "通过", "同意")
        open_part(page, "总览")
        page.wait_for_selector("#board")
        page.get_by_label("数据截至").fill(yesterday().isoformat())
        page.wait_for_selector(".note-info:has-text('由留痕推算')")
        page.goto(page.url.partition("?")[0])
        open_part(page, "督办")
        follow(page.get_by_role("link", name="督查", exact=True))
        expect(page.locator("tr", has_text="值班抽查")).to_contain_text("已批准")


def test_the_reviewer_sends_an_application_back(day):
    from playwright.sync_api import expect

    with day("reviewer") as view:
        page = view.page
        follow(page.locator(".task-title", has_text="河道淤积"))
        page.wait_for_selector("#evidence-title")
        home(page)
        review(page, "河道淤积", "退回修改", "缺少清淤后的照片")
        expect(page.locator("section:has(#reviews-title)")).to_contain_text("缺少清淤后的照片")
        expect(page.locator(".item-now")).to_contain_text("整改中")
        home(page)
        expect(tasks(page, "河道淤积")).to_have_count(0)


def test_the_checker_records_what_was_found_and_ends_the_inspection(day):
    from playwright.sync_api import expect

    with day("checker", 390) as view:
        page = view.page
        do(page, "登记发现的问题", "消防督查")
        page.get_by_label("发现的问题").fill("消防通道被杂物堵住。")
        page.get_by_label("怎样处理").select_option(label="登记到“rectification”")
        page.get_by_label("事项类别").fill("立行立改")
        follow(page.get_by_role("button", name="登记", exact=True))
        taken(page)
        follow(page.get_by_role("link", name="登记完了"))
        follow(page.get_by_role("link", name="结束"))
        page.get_by_label("结论").fill("请一周内清理。")
        send(page)
        expect(page.locator(".item-now")).to_contain_text("已结束")
        follow(page.locator("section:has(#findings-title) a"))
        expect(page.locator("h1")).to_have_text("消防通道被杂物堵住。")


def test_the_auditor_verifies_reads_and_changes_nothing(day):
    from playwright.sync_api import expect

    with day("auditor") as view:
        page = view.page
        open_part(page, "核验")
        page.get_by_role("button", name="立即核验").click()
        page.wait_for_selector("#state .note-success:has-text('核验通过')")
        open_part(page, "总览")
        follow(page.locator(".tile-finishing_rate"))
        page.wait_for_selector("dt:has-text('口径')")
        open_part(page, "台账")
        follow(page.get_by_role("link", name="清运垃圾"))
        expect(page.locator("section:has(#do-title) .btn")).to_have_text(["批注"])
        hashes = page.locator(".trace .hash")
        hashes.first.wait_for()
        numbers = [int(told.split(" ")[0].removeprefix("#")) for told in hashes.all_inner_texts()]
        assert numbers == sorted(numbers, reverse=True)


def test_the_system_administrator_adds_a_unit_and_a_person_with_an_account(day):
    from playwright.sync_api import expect

    with day("admin") as view:
        page = view.page
        open_part(page, "系统")
        follow(page.get_by_role("link", name="单位", exact=True))
        page.get_by_label("单位名称").fill("北村")
        page.get_by_label("上级单位").fill("西乡")
        follow(page.get_by_role("button", name="新增", exact=True))
        page.wait_for_selector(".branches :text('北村')")
        follow(page.get_by_role("link", name="人员", exact=True))
        follow(page.get_by_role("link", name="新增人员"))
        page.get_by_label("姓名").fill("赵六")
        page.get_by_label("单位").fill("北村")
        page.get_by_label("用户名").fill("zhaoliu")
        follow(page.get_by_role("button", name="新增", exact=True))
        expect(page.locator(".password dd").first).to_have_text("zhaoliu")
        follow(page.get_by_role("link", name="好了"))
        follow(page.get_by_role("link", name="人员", exact=True))
        page.locator("tr", has_text="zhaoliu").wait_for()


def test_the_system_administrator_makes_a_backup_and_verifies_it(day, postgres_programs):
    from playwright.sync_api import expect

    with day("admin") as view:
        page = view.page
        open_part(page, "系统")
        follow(page.get_by_role("link", name="备份", exact=True))
        follow(page.get_by_role("button", name="立即备份"))
        page.wait_for_selector(".note-success:has-text('已备份到第')")
        follow(page.locator("tbody th a"))
        follow(page.get_by_role("button", name="核验这份备份"))
        page.wait_for_selector(".note-success:has-text('备份完好。')")
        expect(page.get_by_role("link", name="下载")).to_have_count(0)


def test_the_security_administrator_grants_and_revokes_a_role(day):
    from playwright.sync_api import expect

    with day("security") as view:
        page = view.page
        open_part(page, "系统")
        follow(page.get_by_role("link", name="other_head", exact=True))
        page.locator("summary", has_text="授予岗位").click()
        page.locator("details.others").get_by_label("岗位").select_option(label="承办人")
        page.locator("details.others").get_by_label("单位").fill("西乡")
        follow(page.get_by_role("button", name="授予"))
        taken(page)
        held = page.locator("section:has(#roles-title) li")
        expect(held).to_have_count(2)
        expect(held.filter(has_text="承办人")).to_be_visible()
        follow(held.filter(has_text="单位负责人").get_by_role("button"))
        taken(page)
        expect(held.locator("strong")).to_have_text(["承办人"])


def test_the_audit_administrator_seals_and_takes_the_seals_along(day, tmp_path):
    from playwright.sync_api import expect

    with day("audit") as view:
        page = view.page
        open_part(page, "核验")
        follow(page.get_by_role("button", name="立即封存"))
        taken(page)
        page.get_by_role("button", name="立即核验").click()
        page.wait_for_selector("#state .note-success:has-text('1 次封存')")
        with page.expect_download() as download:
            page.get_by_role("link", name="下载封存文件").click()
        download.value.save_as(tmp_path / "seals.jsonl")
        assert len((tmp_path / "seals.jsonl").read_text("utf-8").splitlines()) == 1
        expect(page.get_by_role("link", name="台账", exact=True)).to_have_count(0)
