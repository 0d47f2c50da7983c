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
from functools import partial
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
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # playwright runs a loop in this thread, and nothing of ours in it
    )
    import waitress.server

    from bihuan.web.wsgi import application  # first: it sets Django up

    from bihuan.web.serve import options  # isort: skip

    server = waitress.server.create_server(application, host="127.0.0.1", port=0, **options())
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
        context.set_default_timeout(120_000)  # a busy machine is no fault of the pages
        page = context.new_page()

        def note(message: ConsoleMessage) -> None:
            if (
                message.type == "error" and "status of 40" not in message.text
            ):  # the pages of errors are looked at too
                findings.wrong.append(f"{page.url}: {message.text}")

        def fault(error: Error) -> None:
            findings.wrong.append(f"{page.url}: {error}")

        page.on("console", note)
        page.on("pageerror", fault)
        yield context, page
        found.close()


def take(page: Page, name: str, width: int, findings: Findings) -> None:
    """Take one picture of the whole page, once it is loaded and nothing is on its way into it."""
    page.wait_for_load_state()
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        findings.wrong.append(f"{name} at {width}: the page is {wide} wide")
    page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)


def _shoot(page: Page, width: int, findings: Findings, name: str) -> None:
    take(page, name, width, findings)


def log_in(page: Page, base: str, name: str, password: str) -> None:
    """Log in."""
    page.goto(f"{base}/login/")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.click("button:has-text('登录')")


def importing(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The pages of an import."""
    page.goto(f"{base}/import/")
    page.set_input_files("[name=file]", next((ROOT / "examples" / "ledgers").glob("B-*.xlsx")))
    page.wait_for_selector("#commit")
    shot("import-preview")
    page.click(".mapping summary") if not page.query_selector(".mapping[open]") else None
    shot("import-mapping")


def verifying(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The ledger verified."""
    page.goto(f"{base}/ledger/")
    page.click("text=立即核验")
    page.wait_for_selector(".note-success")
    shot("ledger-verified")


def comparing(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """What only shows once it was compared."""
    page.goto(f"{base}/signs/")
    if page.query_selector("text=现在比对"):
        with page.expect_navigation():
            page.click("text=现在比对")
    shot("signs-found")


def calling(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """A token just made."""
    page.goto(f"{base}/security/tokens/")
    page.fill("[name=name]", "每周汇总脚本")
    page.click("main .actions button")
    page.wait_for_selector(".token")
    shot("token-made")


def proofreading(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """A text proofread, a bundle looked at, a text compared side by side, a batch taken in."""
    texts = sorted((ROOT / "examples" / "prose").glob("*.txt"))
    page.goto(f"{base}/library/proofread/")
    page.fill(
        "[name=text]",
        "关于加强燃气管理的通知\n各乡镇人民政府:\n截止目前,已销号99项。。\n请各单位认真贯彻落实党的二十大精神，抓好整改。\n",
    )
    page.click("button:has-text('校对')")
    page.wait_for_selector("#proof")
    page.click("text=有把握的全部改好")
    page.wait_for_selector("#proof ins")
    shot("library-proof")
    page.goto(f"{base}/library/add/")
    page.set_input_files("[name=file]", texts[0])
    page.click("text=先看怎么拆分")
    page.wait_for_selector("[name=part]")
    shot("library-split")
    page.goto(f"{base}/library/similar/")
    page.fill("[name=text]", texts[2].read_text("utf-8")[:400])
    page.click("#compare button")
    page.click("text=并排看 >> nth=0")
    page.wait_for_selector("#sides")
    shot("library-sides")
    page.goto(f"{base}/library/add/")
    page.set_input_files("[name=file]", texts)
    page.click("text=直接收入")
    page.wait_for_selector("text=收完了")
    shot("library-batch")


#: User name → what has to be clicked through.
WALKS: dict[str, tuple[Callable[..., Any], ...]] = {
    "duban": (importing, verifying, comparing, proofreading),
    "security": (calling,),
}


def look(page: Page, base: str, account: str, shot: Callable[[str], None]) -> None:
    """Take the pictures of one person's pages."""
    from bihuan.demo.pages import PAGES

    for name, address in PAGES[account].items():
        page.goto(base + (address if isinstance(address, str) else address()))
        shot(name)
    for walk in WALKS.get(account, ()):
        walk(page, base, shot)


#: Picture in docs/images → the screenshot it is made of, what is cut out of it, and how wide it becomes.
README: dict[str, tuple[str, tuple[int, int], int]] = {
    "todo": ("todo-1440", (1440, 900), 960),
    "overview": ("overview-1440", (1440, 900), 960),
    "items": ("items-1440", (1440, 900), 960),
    "phone": ("handler-todo-390", (390, 780), 390),
}
_MOST_BYTES = 150_000


def for_the_readme(findings: Findings) -> None:
    """Make the README's pictures of the screenshots, small enough for the repository."""
    from PIL import Image

    target = ROOT / "docs" / "images"
    target.mkdir(exist_ok=True)
    for name, (source, size, wide) in README.items():
        picture = Image.open(OUT / f"{source}.png").convert("RGB").crop((0, 0, *size))
        picture = picture.resize((wide, size[1] * wide // size[0]), Image.Resampling.LANCZOS).quantize(
            256, Image.Quantize.MAXCOVERAGE
        )
        picture.save(target / f"{name}.png", optimize=True)
        if (bytes_ := (target / f"{name}.png").stat().st_size) > _MOST_BYTES:
            findings.wrong.append(f"docs/images/{name}.png has {bytes_} bytes")


def main() -> int:
    """Take all pictures, or those of the user names given."""
    accounts, findings = demonstration(), Findings()
    if not sys.argv[1:]:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    with served() as base:
        from bihuan.demo.pages import PAGES, stock  # Django is set up by now

        wanted = sys.argv[1:] or list(PAGES)
        stock(ROOT / "examples" / "prose")
        for width in WIDTHS:
            for account in wanted:
                with browser(width, findings) as (_, page):
                    page.goto(f"{base}/login/")
                    if account == "duban":
                        take(page, "login", width, findings)
                    log_in(page, base, account, accounts[account])
                    look(page, base, account, partial(_shoot, page, width, findings))
    if not sys.argv[1:]:
        for_the_readme(findings)
    print(*findings.wrong, sep="\n")
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
