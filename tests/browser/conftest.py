"""A real browser on a real server over a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
#: How long anything is waited for, in milliseconds: a busy machine is no fault of the pages.
PATIENCE = 60_000
#: Waited for, and not asked once: a document that is being swapped for another has no element yet, and drawings follow a new width.
FITS = """() => document.readyState === "complete" && document.documentElement.scrollWidth <= window.innerWidth"""


@dataclass
class Window:
    """A browser's page, and everything in it that went wrong: messages on the console, requests to elsewhere."""

    page: Any
    width: int
    wrong: list[str] = field(default_factory=list)

    def fits(self) -> bool:
        """Whether the document, once it is loaded, comes to be no wider than the screen.

        Asked after something of a new page was awaited: before that it is the old page that answers.
        """
        from playwright.sync_api import TimeoutError

        try:
            self.page.wait_for_function(FITS)
        except TimeoutError:
            return False
        return True


@pytest.fixture
def address(own_database: Callable[[], Any]) -> Iterator[str]:
    """Where the pages of a fresh database are served, in a thread, by waitress."""
    from django.db import connections

    from tests.web.served import served

    own_database()
    kept = connections.settings["default"]
    age = kept.get("CONN_MAX_AGE")
    kept["CONN_MAX_AGE"] = 0  # the server's threads end with it, and must leave no connection behind
    with served() as port:
        yield f"http://127.0.0.1:{port}"
    kept["CONN_MAX_AGE"] = age


@contextmanager
def launched(program: Path) -> Iterator[Any]:
    """Run the browser; what ``expect`` waits for is waited for as long as everything else."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program), args=ARGUMENTS, timeout=2 * PATIENCE
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, address: str, width: int, **more: Any) -> Iterator[Window]:
    """Open a window of a width; it watches its console and where it asks."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True, **more
    )
    context.set_default_timeout(PATIENCE)
    made = Window(context.new_page(), width)
    made.page.on("console", lambda m: m.type in {"error", "warning"} and made.wrong.append(m.text))
    made.page.on("pageerror", lambda e: made.wrong.append(str(e)))
    made.page.on("request", lambda r: r.url.startswith((address, "data:")) or made.wrong.append(r.url))
    try:
        yield made
    finally:
        context.close()


@pytest.fixture
def window(chromium: Path, address: str) -> Iterator[Callable[..., Any]]:
    """Opens windows of a width."""
    with launched(chromium) as browser:
        yield partial(opened, browser, address)
