"""What every walk through the pages begins with: an office with accounts, somebody who logs in, pages that are turned.

What is read of a page is awaited (``expect``): a click does not wait for what it leads to, so what is read at once after it may be
of the old page, or of none while one is swapped for the other. ``follow`` waits for the new page.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

PASSWORD = "Xk7-melon-Harbor"


def found() -> Any:
    """Found an ``Office`` whose people can log in. Runs in a thread: Playwright owns this one's loop."""
    from tests.web.office import Office

    office = Office()
    for name in ("supervisor", "handler", "head", "reviewer", "lead", "chief", "admin"):
        account = office.account(name)
        account.set_password(PASSWORD)
        account.save()
    return office


def apart(work: Any) -> Any:
    """Run database work where no event loop runs."""
    from django.db import connections

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@contextmanager
def turning(page: Any) -> Iterator[None]:
    """Do what leads to another page; at the block's end that has been loaded, and nothing can be read of the old one."""
    page.evaluate("() => { window.turning = true; }")
    yield
    page.wait_for_function("() => !window.turning")
    page.wait_for_load_state()


def follow(target: Any) -> None:
    """Click what leads to another page, and wait for that."""
    with turning(target.page):
        target.click()


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    """Fill the page of the log-in that is shown."""
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    follow(page.get_by_role("button", name="登录"))
    page.wait_for_url(lambda url: "/login/" not in url)


def log_in(page: Any, address: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/login/")
    sign_in(page, name, password)


def log_out(page: Any, address: str) -> None:
    page.locator("details.person summary").click()
    follow(page.get_by_role("button", name="退出登录"))
    page.wait_for_url(f"{address}/login/")


def open_part(page: Any, label: str) -> None:
    """Follow an entry of the menu; on a phone some of them are in the person's menu."""
    link = page.locator(".top").get_by_role("link", name=label, exact=True)
    if not link.first.is_visible():  # every page before was waited for: this is not one on its way
        page.locator("details.person summary").click()
    follow(link)


def taken(page: Any) -> None:
    """Wait until the page says that what was sent was taken."""
    page.locator(".note-success").first.wait_for()


def send(page: Any) -> None:
    """Send the step that stands open, and wait for the page that says that it was taken."""
    follow(page.locator("#step .btn-primary"))
    taken(page)
