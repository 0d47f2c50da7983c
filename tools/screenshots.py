"""Looks at every page with demonstration data, on a wide screen and on a phone: ``build/screenshots/NAME-WIDTH.png``.

Says which pages are wider than the screen, and what the browser complained of; status 1 if there was anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "screenshots"
HOME = ROOT / "build" / "screenshots-ledger"
WIDTHS = {1440: 900, 390: 844}
BROWSER = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=zh-CN"),
)


@dataclass
class Findings:
    """What should not be: pages wider than the screen, messages on the console."""

    wrong: list[str] = field(default_factory=list)


def demonstration() -> dict[str, str]:
    """Make the demonstration's ledger if it is not there; return user name → password."""
    kept = HOME / "演示账号.txt"
    if not kept.is_file():
        shutil.rmtree(HOME, ignore_errors=True)
        command = [sys.executable, "-c", "from bihuan.cli.main import main; main()"]
        options = [
            "--home",
            str(HOME),
            "demo",
            "--ledger-only",
            "--until",
            "today",
            "--out",
            str(HOME / "out"),
        ]
        subprocess.run([*command, *options], check=True, cwd=ROOT)
    return dict(re.findall(r"用户名 (\S+) +密码 (\S+)", kept.read_text("utf-8")))


@contextmanager
def served() -> Iterator[str]:
    """Serve the ledger in a thread on a free port; yields the address."""
    os.environ["BIHUAN_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = str(HOME), "bihuan.settings"
    import waitress.server

    from bihuan.web.wsgi import application  # first: it sets Django up

    from bihuan.web.serve import options  # isort: skip

    server = waitress.server.create_server(application, **options("127.0.0.1", 0))
    Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@contextmanager
def browser(width: int, findings: Findings) -> Iterator[tuple[BrowserContext, Page]]:
    """A window of ``width``; what its console complains of is a finding."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(BROWSER))
        context = found.new_context(
            viewport={"width": width, "height": WIDTHS[width]}, locale="zh-CN", device_scale_factor=1
        )
        page = context.new_page()

        def note(message: ConsoleMessage) -> None:
            if message.type == "error":
                findings.wrong.append(f"{page.url}: {message.text}")

        def fault(error: Error) -> None:
            findings.wrong.append(f"{page.url}: {error}")

        page.on("console", note)
        page.on("pageerror", fault)
        yield context, page
        found.close()


def take(page: Page, name: str, width: int, findings: Findings) -> None:
    """Take one picture of the whole page."""
    page.wait_for_load_state("networkidle")
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        findings.wrong.append(f"{name} at {width}: the page is {wide} wide")
    page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)


def log_in(page: Page, base: str, name: str, password: str) -> None:
    """Log in."""
    page.goto(f"{base}/login/")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("button:has-text('登录')")


def supervisor(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The pages of a supervisor."""
    shot("overview")
    page.goto(f"{base}/?by=unit&as_of=2026-10-01")
    shot("overview-as-of")
    page.goto(f"{base}/items/")
    shot("items")
    page.goto(f"{base}/items/?q=没有这样的事项")
    shot("items-empty")
    page.goto(f"{base}/items/new/")
    shot("items-new")
    for state in ("working", "reviewing", "closed", "registered", "passed"):
        page.goto(f"{base}/items/?state={state}")
        if link := page.query_selector(".items .c-number a"):
            page.goto(base + (link.get_attribute("href") or ""))
            shot(f"item-{state}")
    page.goto(f"{base}/report/")
    page.goto(f"{base}/report/?campaign={page.eval_on_selector('[name=campaign]', 'e => e.value')}")
    shot("report")
    page.goto(f"{base}/ledger/")
    page.click("text=立即核验")
    page.wait_for_selector(".note-success")
    shot("ledger")
    page.goto(f"{base}/items/99999999/")
    shot("error-404")


def importing(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The pages of an import."""
    page.goto(f"{base}/import/")
    shot("import")
    page.set_input_files("[name=file]", next((ROOT / "examples" / "ledgers").glob("B-*.xlsx")))
    page.wait_for_selector("#commit")
    shot("import-preview")
    page.click(".mapping summary") if not page.query_selector(".mapping[open]") else None
    shot("import-mapping")


def handler(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The pages of a handler."""
    shot("handler-overview")
    page.goto(f"{base}/items/?state=working")
    shot("handler-items")
    if link := page.query_selector(".items .c-number a"):
        page.goto(base + (link.get_attribute("href") or ""))
        shot("handler-item")


def stranger(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The pages of an administrator, who sees no business content."""
    shot("admin-home")
    page.goto(f"{base}/items/")
    shot("error-403")
    page.goto(f"{base}/people/")
    shot("people")
    page.goto(f"{base}/people/new/")
    shot("people-new")
    page.goto(f"{base}/people/")
    page.goto(base + (page.get_attribute(".table tbody a", "href") or ""))
    shot("person")
    page.goto(f"{base}/units/")
    shot("units")
    page.goto(base + (page.get_attribute(".tree a", "href") or ""))
    shot("unit")


WALKS: tuple[tuple[str, tuple[Callable[..., Any], ...]], ...] = (
    ("duban", (supervisor, importing)),
    ("chengban", (handler,)),
    ("admin", (stranger,)),
)


def main() -> int:
    """Take all pictures."""
    accounts, findings = demonstration(), Findings()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with served() as base:
        for width in WIDTHS:
            for account, walks in WALKS:
                with browser(width, findings) as (_, page):
                    page.goto(f"{base}/login/")
                    if account == "duban":
                        take(page, "login", width, findings)
                    log_in(page, base, account, accounts[account])
                    for walk in walks:
                        walk(page, base, lambda name, w=width, p=page: take(p, name, w, findings))
    print(*findings.wrong, sep="\n")
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
