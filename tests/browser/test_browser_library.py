"""The library in a real browser: typed, found, read, put into the basket, taken away; on a wide screen and on a phone."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from tests.browser.hands import apart, follow, found, log_in, open_part


def shelve() -> None:
    """Accounts, and two documents."""
    from tests.web.test_web_library import NOTICE, SPEECH, put

    found()
    put(SPEECH)
    put(NOTICE)


def test_a_document_is_found_read_and_taken_away_in_the_basket(window: Any, address: str, tmp_path: Path):
    from playwright.sync_api import expect

    apart(shelve)
    with window(1440) as view:
        page = view.page
        log_in(page, address, "handler")
        open_part(page, "资料")
        page.get_by_label("查找内容").fill("燃气管")
        page.get_by_label("查找内容").press("Enter")
        expect(page.locator("#results-title")).to_have_text("找到 2 份")
        page.get_by_label("种类").select_option("通知")
        expect(page.locator("#results-title")).to_have_text("找到 1 份")
        expect(page).to_have_url(re.compile("kind="))
        assert view.fits()

        follow(page.locator(".hit-title"))
        expect(page.locator("#f1")).to_have_text("燃气管")
        page.get_by_role("button", name="带出处复制").click()
        expect(page.get_by_role("button", name="已复制全文")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        assert view.fits()
        follow(page.get_by_role("button", name="放入资料篮"))
        expect(page.get_by_role("button", name="已在资料篮（取出）")).to_be_visible()

        page.goto(f"{address}/library/basket/")
        expect(page.get_by_role("link", name="打包下载（Word）")).to_be_visible()
        assert view.fits()
        with page.expect_download() as download:
            page.get_by_role("link", name="打包下载（Word）").click()
        download.value.save_as(tmp_path / "basket.zip")
        assert len(zipfile.ZipFile(tmp_path / "basket.zip").namelist()) == 1
        assert view.wrong == []
