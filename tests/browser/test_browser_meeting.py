"""A meeting in a real browser: an item is brought before it, decided on many at once, and the minutes are handed out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from docx import Document

from tests.browser.hands import apart, follow, found, log_in, log_out, send


def _items() -> list[int]:
    """Two items at work; returns their ids."""
    from bihuan.actions import do, register
    from bihuan.models import Person, Register, Unit
    from bihuan.queries.people import actor_of

    now, made = datetime.now(UTC), []
    clerk, handler = (actor_of(Person.objects.get(name=n).pk) for n in ("supervisor", "handler"))
    register_id, town = Register.objects.get(name="rectification").pk, Unit.objects.get(name="东镇").pk
    for title in ("修桥", "修路"):
        given: dict[str, Any] = {"title": title, "klass": "分阶段整改", "owner": town, "due": "2099-06-30"}
        item = register(register_id, clerk, now, **given).item
        do("approve", item, clerk, now)
        do("assign", item, clerk, now, owner=town)
        do("accept", item, handler, now)
        made.append(item)
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_call_over_decisions_on_many_items_to_the_minutes(window, address, tmp_path, width):
    from playwright.sync_api import expect

    apart(found)
    one, two = apart(_items)
    with window(width) as view:
        page = view.page
        log_in(page, address, "supervisor")

        # the item is brought before a meeting from its own page, the other one is added to the agenda
        page.goto(f"{address}/items/{one}/")
        if not page.get_by_role("link", name="提请上会").is_visible():
            page.locator("details.others summary").click()
        follow(page.get_by_role("link", name="提请上会"))
        agenda = page.get_by_label("议程")
        expect(agenda).to_have_value(re.compile("：研究办理"))
        assert view.fits()
        first = agenda.input_value()
        agenda.fill(f"{first}\n{first.replace('1号', '2号')}")
        page.get_by_label("会议名称").fill("重点事项专题会")
        page.get_by_label("地点").fill("一号会议室")
        page.get_by_label("主持人").fill("lead")
        page.get_by_label("应到人员").fill("reviewer")
        follow(page.get_by_role("button", name="召集", exact=True))
        expect(page.locator("#step-title")).to_have_text("登记到会情况")
        assert view.fits()

        # who came; then a decision on both items, refused as a whole and taken as a whole
        page.get_by_label("reviewer的状态").select_option(label="请假")
        send(page)
        expect(page.get_by_text("已召开", exact=True)).to_be_visible()
        page.get_by_label("选择第1项").check()
        page.get_by_label("选择第2项").check()
        page.get_by_label("怎样议定").select_option(label="延期")
        follow(page.get_by_role("button", name="议定所选"))
        expect(page.locator(f"#id_i{two}-due")).to_be_visible()
        assert view.fits()
        for item, due in ((one, "2099-09-30"), (two, "2099-06-01")):
            page.locator(f"#id_i{item}-due").fill(due)
            page.locator(f"#id_i{item}-reason").fill("汛期停工")
        follow(page.get_by_role("button", name="登记议定的 2 项"))
        expect(page.locator(".note-error", has_text="什么都没有登记")).to_be_visible()
        expect(page.locator(f"#id_i{one}-due")).to_have_value("2099-09-30")
        page.locator(f"#id_i{two}-due").fill("2099-08-31")
        follow(page.get_by_role("button", name="登记议定的 2 项"))
        expect(page.locator(".decided")).to_have_count(2)
        assert view.fits()
        meeting = page.url
        log_out(page, address)

        # whoever chaired confirms from their tasks, and takes the minutes along
        log_in(page, address, "lead")
        follow(page.get_by_role("link", name="确认纪要"))
        send(page)
        expect(page.get_by_text("纪要已确认").first).to_be_visible()
        expect(page).to_have_url(meeting)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载会议纪要（Word）").click()
        minutes = tmp_path / "minutes.docx"
        download.value.save_as(minutes)
        told = "\n".join(p.text for p in Document(str(minutes)).paragraphs)
        assert "时限由2099年6月30日调整为2099年9月30日" in told
        assert "时限由2099年6月30日调整为2099年8月31日" in told
        assert [told for told in view.wrong if "422" not in told] == []  # the decision that was refused
