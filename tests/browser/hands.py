"""What every walk through the pages begins with: an office with accounts, somebody who logs in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

PASSWORD = "Xk7-melon-Harbor"


def found() -> dict[str, str]:
    """Found an office with accounts; returns person → user name. Runs in a thread: Playwright owns this one's loop."""
    from bihuan.models import Account
    from tests.web.office import Office

    office = Office()
    for name in ("supervisor", "handler", "head", "reviewer", "lead", "chief", "admin"):
        account = office.account(name)
        account.set_password(PASSWORD)
        account.save()
    return dict(Account.objects.values_list("name", "name"))


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
    """Do what leads to another page; at the block's end that has been loaded, and what is read then is read of it.

    A click alone does not wait: what follows it may still find the old page, or none while one is swapped for the other.
    """
    page.evaluate("() => { window.turning = true; }")
    yield
    page.wait_for_function("() => !window.turning && document.readyState === 'complete'")


def follow(target: Any) -> None:
    """Click what leads to another page, and wait for that."""
    with turning(target.page):
        target.click()


def log_in(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/login/")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: url.startswith(address) and "/login/" not in url)


def log_out(page: Any, address: str) -> None:
    page.locator("details.person summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(f"{address}/login/")


def open_part(page: Any, label: str) -> None:
    """Follow an entry of the menu; on a phone some of them are in the person's menu."""
    link = page.locator(".top").get_by_role("link", name=label, exact=True)
    if not link.first.is_visible():
        page.locator("details.person summary").click()
    link.click()
