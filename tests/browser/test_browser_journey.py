"""The main job in a real browser: a workbook becomes a ledger, an item is worked to its closure, a report is checked."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.hands import (
    apart,
    follow,
    found,
    log_in,
    log_out,
    open_part,
    send,
    sign_in,
    taken,
    turning,
)

WIDTHS = [1440, 390]


def ledger(path: Path) -> Path:
    """A clerk's workbook."""
    from tests.web.test_web_import import workbook

    file = path / "问题整改台账.xlsx"
    file.write_bytes(
        workbook([
            [1, "东镇主街路灯不亮", "1.更换灯具 2.检修线路", "东镇", "李四", "2099年12月底前", "", "正在整改"],
            [2, "西乡垃圾清运不及时", "增加清运班次", "西乡", "王五", "2099-11-30", "", "正在整改"],
        ])
    )  # fmt: skip
    return file


def open_item(page: Any, address: str, title: str) -> None:
    page.goto(f"{address}/items/")
    follow(page.get_by_role("link", name=re.compile(title)).first)
    page.wait_for_selector("#timeline-title")


@pytest.mark.parametrize("width", WIDTHS)
def test_from_a_workbook_by_a_proved_closure_to_a_checked_report(window, address, tmp_path, width):
    from playwright.sync_api import expect

    apart(found)
    with window(width) as view:
        page = view.page
        log_in(page, address, "supervisor")
        assert view.fits()

        # import: the file is chosen, the preview appears by itself
        open_part(page, "导入")
        with turning(page):
            page.set_input_files("input[type=file]", ledger(tmp_path))
        page.wait_for_selector("#commit")
        expect(page.locator(".summary")).to_contain_text("读到 2 个事项")
        assert view.fits()

        # a column is corrected in place, without loading the page anew
        page.locator(".mapping summary").click()
        page.locator("#col-E").select_option(label="牵头领导")
        page.wait_for_selector(".corrected #col-E")
        page.locator("#col-E").select_option(label="责任人")
        expect(page.locator(".corrected")).to_have_count(0)
        expect(page.locator("#commit .field", has_text="清单名称")).to_be_hidden()
        page.get_by_label("写入哪个清单").select_option(label="rectification")
        follow(page.get_by_role("button", name=re.compile("写入 2 个事项")))
        expect(page.locator(".done")).to_contain_text("新登记")
        assert view.fits()

        # the list: a filter changes the rows and the address
        follow(page.get_by_role("link", name="看台账"))
        expect(page.locator("#list-title")).to_have_text("共 2 项")
        page.get_by_label("搜索").fill("路灯")
        expect(page.locator("#list-title")).to_have_text("共 1 项")
        expect(page).to_have_url(re.compile("q=%E8%B7%AF%E7%81%AF"))
        page.reload()
        expect(page.locator("#list-title")).to_have_text("共 1 项")
        assert view.fits()
        log_out(page, address)

        # the unit works it
        log_in(page, address, "handler")
        open_item(page, address, "路灯")
        assert view.fits()
        follow(page.get_by_role("button", name="完成 措施1"))
        expect(page.locator(".measure-done")).to_have_count(1)
        page.get_by_label("进展情况").fill("灯具已全部更换，线路检修完毕。")
        page.get_by_label("完成比例（%）").fill("100")
        page.get_by_label("措施2：检修线路的状态").select_option(label="已完成")
        send(page)
        expect(page.locator(".measure-done")).to_have_count(2)
        page.get_by_role("link", name="上传", exact=True).click()
        evidence = tmp_path / "整改前后.png"
        evidence.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(64))
        page.wait_for_selector("#step input[type=file]")
        page.set_input_files("#step input[type=file]", evidence)
        send(page)
        page.wait_for_selector('.files a[href*="/evidence/"]')
        expect(page.locator("#main")).not_to_contain_text("还差")
        expect(page.locator("#step-title")).to_have_text("申请销号")
        expect(page.get_by_label("完成情况")).to_have_value("灯具已全部更换，线路检修完毕。")
        send(page)
        expect(page.locator(".next")).to_contain_text("责任单位自查")
        log_out(page, address)

        # four levels of review, then the closure
        for name in ("head", "supervisor", "reviewer", "lead"):
            log_in(page, address, name)
            open_item(page, address, "路灯")
            page.get_by_label("通过").check()
            send(page)
            log_out(page, address)
        log_in(page, address, "supervisor")
        open_item(page, address, "路灯")
        send(page)
        expect(page.locator(".item-now")).to_contain_text("已销号")
        page.goto(f"{address}/overview/")
        expect(page.locator(".tile-finishing_rate .tile-value")).to_have_text("50.0%")
        page.wait_for_selector(".drawing canvas")
        assert view.fits()

        # the report: looked at, downloaded, handed in again
        page.goto(f"{address}/report/")
        page.locator("[name=recipient]").fill("县委")
        page.locator("[name=recipient]").press("Tab")
        word = page.get_by_role("link", name="下载 Word 报告")
        expect(word).to_have_attribute("href", re.compile("recipient=%E5%8E%BF%E5%A7%94"))
        assert view.fits()
        with page.expect_download() as download:
            word.click()
        report = tmp_path / "report.docx"
        download.value.save_as(report)
        page.set_input_files("#file", report)
        page.get_by_role("button", name="核对", exact=True).click()
        page.wait_for_selector("#verdict .note-success")
        expect(page.locator("#verdict")).to_contain_text("全部相符")
        assert view.fits()
        assert view.wrong == []


def test_what_was_typed_survives_a_lost_connection_and_an_expired_session(window, address):
    from playwright.sync_api import expect

    apart(found)
    with window(390) as view:
        page = view.page
        apart(_one_item)
        log_in(page, address, "handler")
        open_item(page, address, "修桥")
        page.get_by_label("进展情况").fill("桥面已经铺好，正在装护栏。")

        page.context.set_offline(True)
        page.locator("#step .btn-primary").click()
        page.wait_for_selector("#notice:has-text('连不上服务器')")
        page.context.set_offline(False)
        expect(page.get_by_label("进展情况")).to_have_value("桥面已经铺好，正在装护栏。")

        cookies = [c for c in page.context.cookies() if c["name"] != "sessionid"]
        page.context.clear_cookies()
        page.context.add_cookies(cookies)
        page.locator("#step .btn-primary").click()
        page.wait_for_selector("#notice:has-text('登录已过期')")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="在新窗口登录").click()
        sign_in(opened.value, "handler")
        opened.value.close()

        send(page)
        expect(page.locator(".facts").first).to_contain_text("桥面已经铺好，正在装护栏。")


def _one_item() -> None:
    from datetime import UTC, datetime

    from bihuan.actions import do, register
    from bihuan.models import Person, Register, Unit
    from bihuan.queries.people import actor_of

    now = datetime.now(UTC)
    clerk = actor_of(Person.objects.get(name="supervisor").pk)
    handler = actor_of(Person.objects.get(name="handler").pk)
    town = Unit.objects.get(name="东镇").pk
    made = register(
        Register.objects.get(name="rectification").pk,
        clerk,
        now,
        title="修桥",
        klass="分阶段整改",
        owner=town,
        due="2099-12-31",
    )
    do("approve", made.item, clerk, now)
    do("assign", made.item, clerk, now, owner=town)
    do("accept", made.item, handler, now)


def test_a_unit_does_its_work_from_the_task_list_on_a_phone(window, address):
    from playwright.sync_api import expect

    apart(found)
    with window(390) as view:
        page = view.page
        apart(_one_item)
        log_in(page, address, "handler")
        assert view.fits()
        follow(page.get_by_role("button", name="暂无进展"))
        taken(page)
        expect(page).to_have_url(f"{address}/")
        with page.expect_response(re.compile("/read/$")):  # it is noted that the slip was opened
            # the notice about it: others wait for that
            follow(page.get_by_role("link", name=re.compile("修桥")).first)
        page.wait_for_selector(".paper")
        assert view.fits()
        page.reload()
        expect(page.locator(".trace")).to_contain_text("阅看")
        send(page)
        page.goto(f"{address}/")
        expect(page.get_by_role("link", name="修桥").first).to_be_visible()
        expect(page.get_by_role("button", name="签收")).to_have_count(0)
        assert view.wrong == []


def test_the_register_is_worked_like_a_sheet_with_the_keyboard(window, address):
    from playwright.sync_api import expect

    apart(found)
    with window(1440) as view:
        page = view.page
        apart(_one_item)
        log_in(page, address, "chief")
        page.goto(f"{address}/items/?col=title&col=lead")
        page.locator(".sheet").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press(" ")
        expect(page.locator("tbody .c-tick input")).to_be_checked()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("F2")
        page.locator("[data-cell]").fill("张三")
        page.locator("[data-cell]").press("Enter")
        page.get_by_role("button", name="撤销").click()
        expect(page.locator("td.c-lead")).to_have_text("")
        page.get_by_label("批量办理").select_option(label="批注")
        follow(page.get_by_role("button", name="批量办理…"))
        page.get_by_label("批注内容").fill("请抓紧")
        follow(page.get_by_role("button", name="先预览"))
        follow(page.get_by_role("button", name="确认批注 1 项"))
        page.wait_for_selector("text=已办理 1 项")
        assert view.wrong == []


def test_what_was_ticked_stays_chosen_while_the_list_shows_other_items(window, address):
    from playwright.sync_api import expect

    apart(found)
    apart(_one_item)
    apart(_one_item)
    with window(1440) as view:
        page = view.page
        log_in(page, address, "supervisor")
        page.goto(f"{address}/items/")
        told = page.locator("[data-elsewhere]")
        for number in ("1号", "2号"):
            page.get_by_label("搜索").fill(number)
            expect(page.locator("#list-title")).to_have_text("共 1 项")
            expect(page.locator(".items .c-number")).to_contain_text([number])
            page.locator("tbody .c-tick input").check()
        expect(told).to_contain_text("不在本页的 1 项")
        page.get_by_label("批量办理").select_option(label="批注")
        follow(page.get_by_role("button", name="批量办理…"))
        page.get_by_label("批注内容").fill("请抓紧")
        follow(page.get_by_role("button", name="先预览"))
        page.get_by_role("button", name="确认批注 2 项").wait_for()
        assert view.wrong == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_main_ways_work_without_javascript(window, address, width):
    from playwright.sync_api import expect

    apart(found)
    apart(_one_item)
    with window(width, java_script_enabled=False) as view:
        page = view.page
        log_in(page, address, "handler")
        page.goto(f"{address}/items/")
        page.get_by_label("搜索").fill("修桥")
        follow(page.get_by_role("button", name="筛选"))
        follow(page.get_by_role("link", name=re.compile("修桥")).first)
        follow(page.get_by_role("link", name="上传佐证"))
        page.wait_for_selector("#step input[type=file]")
        follow(page.get_by_role("link", name="反馈整改进展"))
        page.get_by_label("进展情况").fill("没有脚本也能报。")
        send(page)
        expect(page.locator(".facts").first).to_contain_text("没有脚本也能报。")
        follow(page.get_by_role("button", name="暂无进展"))
        taken(page)
        assert view.wrong == []


def test_the_keyboard_reaches_everything_and_the_focus_is_seen(window, address):
    apart(found)
    with window(1440) as view:
        page = view.page
        log_in(page, address, "supervisor")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
        reached, unseen = set(), []
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            name, outline, shadow = page.evaluate(
                "(e => [e.textContent.trim().slice(0, 4), getComputedStyle(e).outlineStyle, getComputedStyle(e).boxShadow])"
                "(document.activeElement)"
            )
            reached.add(name)
            if outline == shadow == "none":
                unseen.append(page.evaluate("document.activeElement.outerHTML"))
        assert {"总览", "台账", "导入", "汇报", "核验"} <= reached
        assert unseen == []
