"""Between a phone and a wide screen: nothing is wider than the window, and the menu keeps to one line with every entry within reach."""

from __future__ import annotations

from typing import Any

from tests.browser.hands import apart, found, log_in

#: What stands in the menu, of what stands there or in the person's menu: what can be seen, and how high the highest is.
SEEN = """() => [...document.querySelectorAll(".menu a, .person-menu a")]
    .filter((a) => getComputedStyle(a).display !== "none").map((a) => a.innerText.trim())"""
HEIGHT = "() => Math.max(...[...document.querySelectorAll('.menu a span')].map((a) => a.getBoundingClientRect().height))"
#: By how much the table is wider than the frame in which it scrolls.
HIDDEN = (
    "() => Math.max(...[...document.querySelectorAll('.scroll')].map((e) => e.scrollWidth - e.clientWidth))"
)

#: With their usual columns they show all of them.
SHEETS = {"/items/", "/slips/"}
WIDTHS = (390, 560, 768, 880, 991, 992, 1024, 1200, 1279, 1281, 1440)
ENTRIES = "待办 总览 台账 督办 资料 作战图 导入 汇报 核验 系统 账号安全".split()


def worked() -> None:
    """An office with items whose words are long, and with slips about them."""
    from bihuan.clock.tick import tick
    from bihuan.web.dates import now

    office = found()
    for number in range(12):
        title = f"解决第{number}个农贸市场周边占道经营、停车混乱（ABC mw 100%）等群众反映强烈的突出问题"
        office.at("working", title=title, klass="分阶段整改", measures=[title])
    tick(now())


def test_the_page_fits_and_the_menu_keeps_to_one_line_and_has_every_entry(window: Any, address: str):
    apart(worked)
    with window(1440) as view:
        page = view.page
        log_in(page, address, "supervisor")
        for place in ("/", "/overview/", "/items/", "/slips/", "/library/", "/ledger/", "/procedures/"):
            page.goto(address + place)
            page.locator("details.person summary").click()
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert view.fits(), (place, width)
                assert sorted(page.evaluate(SEEN)) == sorted(ENTRIES), (place, width)
                assert page.evaluate(HEIGHT) < 30, (place, width)
                assert place not in SHEETS or page.evaluate(HIDDEN) == 0, (place, width)
        assert view.wrong == []
