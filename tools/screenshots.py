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
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

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
    """Take one picture of the whole page."""
    page.wait_for_load_state("networkidle")
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
    page.click("button:has-text('登录')")


def stock() -> None:
    """Fill the library with the examples, and begin a draft."""
    from bihuan.library import basket
    from bihuan.library.drafts.keep import begin
    from bihuan.library.intake import files_of, take_in
    from bihuan.models import Account, BasketEntry, Document, Person

    if BasketEntry.objects.exists():
        return
    list(take_in(files_of([ROOT / "examples" / "prose"]), lambda: datetime.now(UTC)))
    clerk = Person.objects.get(pk=Account.objects.get(name="duban").person_id)
    basket.put(clerk.pk, Document.objects.order_by("id").values_list("id", flat=True)[:3])
    begin("briefing", clerk.pk, clerk.unit_id, datetime.now(UTC), campaign=_first("Campaign"))


def _document(kind: str) -> int:
    from bihuan.models import Document

    return int(Document.objects.filter(kind=kind).order_by("id").values_list("id", flat=True)[0])


def _titled(words: str) -> int:
    from bihuan.models import Document

    return Document.objects.filter(title__contains=words).order_by("id")[0].pk


def _first(model: str) -> Any:
    from bihuan import models

    return getattr(models, model).objects.order_by("id").first()


def _slip(**wanted: str) -> str:
    from bihuan.models import Slip

    found = Slip.objects.filter(**wanted).order_by("-id").first() or _first("Slip")
    return f"/slips/{found.pk}/"


def _inspection(**wanted: str) -> str:
    from bihuan.models import Inspection

    found = Inspection.objects.filter(**wanted).order_by("id").first() or _first("Inspection")
    return f"/inspections/{found.pk}/"


def _meeting(state: str) -> str:
    from bihuan.models import Meeting

    return f"/meetings/{Meeting.objects.filter(state=state).order_by('-decisions', '-id')[0].pk}/"


def _deciding() -> str:
    """Where a meeting that is held decides on its first two items."""
    from bihuan.models import Agenda

    held = _meeting("held")
    items = Agenda.objects.filter(meeting_id=held.strip("/").split("/")[-1]).order_by("no")[:2]
    return f"{held}decide/?step=plan&{'&'.join(f'item={a.item_id}' for a in items)}"


def _ask() -> str:
    """An extension that the unit of the handler may ask for."""
    return f"{_item('working', unit='chengban')}ask/extension/"


def _escalated() -> str:
    from bihuan.models import Item

    item = Item.objects.exclude(escalated_at=None).order_by("responded_at", "id").first()
    assert item is not None
    return f"/items/{item.pk}/"


def _institution(**wanted: Any) -> str:
    from bihuan.models import Institution

    found = Institution.objects.filter(**wanted).order_by("id").first() or _first("Institution")
    return f"/institutions/{found.pk}/"


def _closed_ids() -> str:
    from bihuan.models import Item

    found = Item.objects.filter(state="closed").order_by("-version").values_list("id", flat=True)[:2]
    return "&".join(f"id={i}" for i in found)


def _item(state: str, unit: str = "") -> str:
    from bihuan.models import Account, Item, Person

    found = Item.objects.filter(state=state).order_by("-evidence", "-measures_done", "id")
    if unit:
        person = Account.objects.get(name=unit).person_id
        found = found.filter(owner_id=Person.objects.get(pk=person).unit_id)
    row = found.first()
    return f"/items/{row.pk}/" if row else f"/items/?state={state}"


def _working() -> int:
    from bihuan.models import Item

    return int(Item.objects.filter(state="working").exclude(slips=[]).order_by("id")[0].pk)


def _rung() -> str:
    from bihuan.models import Item, Slip

    item = Item.objects.get(pk=_working())
    return quote(Slip.objects.filter(item_id=item.pk)[0].rung)


_STATES = ("registered", "approved", "assigned", "working", "reviewing", "passed", "closed")
#: User name → the pages that somebody in this role looks at: name of the picture → address, or how to find it.
PAGES: dict[str, dict[str, str | Callable[[], str]]] = {
    "duban": {
        "todo": "/",
        "overview": "/overview/",
        "overview-as-of": "/overview/?by=unit&as_of=2026-10-01",
        "items": "/items/",
        "items-empty": "/items/?q=没有这样的事项",
        "items-new": "/items/new/",
        "slips": "/slips/",
        "slip-answered": lambda: _slip(state="answered"),
        "slip-closed": lambda: _slip(state="closed"),
        "slip-issue": lambda: f"/items/{_working()}/slip/",
        "slip-issue-again": lambda: f"/items/{_working()}/slip/?rung={_rung()}",
        "inspections": "/inspections/",
        "inspection": partial(_inspection, state="finished"),
        "inspection-walk": partial(_inspection, mode="walk"),
        "inspections-new": "/inspections/new/",
        "requests": "/requests/",
        "meetings": "/meetings/",
        "meeting-new": "/meetings/new/",
        "meeting-called": partial(_meeting, "called"),
        "meeting-confirmed": partial(_meeting, "confirmed"),
        "institutions": "/institutions/",
        "institutions-recurring": "/institutions/recurring/",
        "institution": partial(_institution, review_waits=False, state="issued"),
        "institution-waiting": partial(_institution, review_waits=True),
        "institution-new": "/institutions/new/",
        "cases": "/cases/",
        "case": lambda: f"/cases/{_first('CaseReview').pk}/",
        "case-choose": "/cases/new/",
        "case-new": lambda: f"/cases/new/?{_closed_ids()}",
        "lookbacks": "/lookbacks/",
        "item-escalated": _escalated,
        "samples": "/samples/",
        "sample": lambda: f"/samples/{_first('Sample').pk}/",
        **{f"item-{state}": partial(_item, state) for state in _STATES},
        "library": "/library/",
        "library-found": "/library/?q=整改 落实",
        "library-none": "/library/?q=没有这样的一句话",
        "library-read": lambda: f"/library/{_document('讲话')}/?find=环境#f1",
        "library-add": "/library/add/",
        "library-basket": "/library/basket/",
        "library-similar": lambda: f"/library/similar/?document={_document('讲话')}",
        "library-decompose": "/library/tasks/",
        "library-tasks": lambda: f"/library/tasks/{_document('讲话')}/",
        "library-proofread": "/library/proofread/",
        "library-words": "/library/proofread/words/",
        "library-named": lambda: f"/library/{_titled('调研报告')}/",
        "library-templates": "/library/drafts/templates/",
        "library-drafts": "/library/drafts/",
        "library-draft": lambda: f"/library/drafts/{_first('Draft').pk}/?find=责任&check=1",
        "report": lambda: f"/report/?campaign={_first('Campaign').pk}",
        "error-404": "/items/99999999/",
    },
    "lingdao": {"lead-todo": "/", "lead-overview": "/overview/", "lead-slip": lambda: _slip(state="proposed"),
                "lead-meeting": partial(_meeting, "confirmed")},
    "shenhe": {"reviewer-todo": "/"},
    "jiancha": {"checker-todo": "/", "finding": lambda: f"{_inspection(state='underway')}finding/"},
    "shenji": {"auditor-home": "/"},
    "chengban": {
        "handler-todo": "/",
        "handler-overview": "/overview/",
        "handler-items": "/items/?state=working",
        "handler-item": lambda: _item("working", unit="chengban"),
        "handler-slips": "/slips/",
        "handler-library": "/library/",
        "handler-ask": _ask,
    },
    "fuzeren": {"head-todo": "/"},
    "admin": {"admin-home": "/", "error-403": "/items/", "people": "/people/", "people-new": "/people/new/",
              "units": "/units/"},
    "security": {"security-home": "/", "security-account": "/security/", "api": "/api/"},
}  # fmt: skip


def importing(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """The pages of an import."""
    page.goto(f"{base}/import/")
    shot("import")
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
    shot("ledger")


def holding(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """A meeting while it is held, and what only shows once it was compared."""
    address = _deciding()
    page.goto(base + address)
    shot("meeting-decide")
    page.goto(base + address.partition("decide/")[0])
    shot("meeting-held")
    page.goto(f"{base}/signs/")
    if page.query_selector("text=现在比对"):
        page.click("text=现在比对")
    shot("signs")


def keeping(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """A person and a unit."""
    page.goto(f"{base}/people/")
    page.goto(base + (page.get_attribute(".table tbody a", "href") or ""))
    shot("person")
    page.goto(f"{base}/units/")
    page.goto(base + (page.get_attribute(".tree a", "href") or ""))
    shot("unit")


def calling(page: Page, base: str, shot: Callable[[str], None]) -> None:
    """A token just made."""
    page.goto(f"{base}/security/tokens/")
    page.fill("[name=name]", "每周汇总脚本")
    page.click("main .actions button")
    page.wait_for_selector(".token")
    shot("tokens")


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
    "duban": (importing, verifying, holding, proofreading),
    "admin": (keeping,),
    "security": (calling,),
}


def look(page: Page, base: str, account: str, shot: Callable[[str], None]) -> None:
    """Take the pictures of one person's pages."""
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
    wanted = sys.argv[1:] or list(PAGES)
    if not sys.argv[1:]:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    with served() as base:
        stock()
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
