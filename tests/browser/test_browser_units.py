"""The tree of units in a real browser: a unit is dragged onto another, and the same without dragging by keyboard alone."""

from __future__ import annotations

from tests.browser.hands import apart, found, log_in, turning


def _place(name: str) -> str:
    from bihuan.models import Unit

    unit = Unit.objects.get(name=name)
    return Unit.objects.get(pk=unit.parent_id).name


def test_a_unit_is_dragged_below_another_once_that_is_confirmed(window, address):
    from playwright.sync_api import expect

    apart(found)
    with window(1440) as view:
        page = view.page
        log_in(page, address, "admin")
        page.goto(f"{address}/units/")
        with turning(page):
            page.locator("[data-unit=东镇]").drag_to(page.locator("[data-unit=西乡]"))
        page.get_by_role("heading", name="移到“西乡”之下").wait_for()
        assert apart(lambda: _place("东镇")) == "某县", "it was only asked"
        with turning(page):
            page.get_by_role("button", name="确认移动").press("Enter")
        page.get_by_text("“东镇”已移到“西乡”之下").wait_for()
        assert apart(lambda: _place("东镇")) == "西乡"

        page.locator("[data-unit=西乡]").drag_to(page.locator("[data-unit=东镇]"))
        expect(page).to_have_url(f"{address}/units/")  # nothing goes below itself

        with turning(page):
            page.get_by_role("link", name="东镇", exact=True).press("Enter")
        with turning(page):
            page.get_by_role("link", name="移动").press("Enter")
        page.get_by_label("移到哪个单位之下").fill("某县")
        with turning(page):
            page.keyboard.press("Enter")
        with turning(page):
            page.get_by_role("button", name="确认移动").press("Enter")
        page.get_by_text("“东镇”已移到“某县”之下").wait_for()
        assert view.fits()
        assert view.wrong == []
