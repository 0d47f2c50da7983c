"""axe, on every page of the demonstration as somebody who works with it, on a wide screen and on a phone: it finds nothing.

No page is wider than these, nor than a tablet.

In the short form each page is looked at in one of the two widths, in depth in both.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.urls import get_resolver, resolve

from tests.browser.hands import apart, log_in
from tests.support.depth import DEEP
from tests.support.tree import ROOT

AXE = ROOT / "assets" / "checks" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK = """async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ["violations"]})).violations
    .map((v) => [v.id, v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0] || n.all[0] || n.none[0]).message)])"""
#: Nothing is on its way into the page: axe would look at half of it.
CALM = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


def demonstrated(out: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Make the demonstration; returns user name → password, and user name → name of a page → address."""
    from django.conf import settings

    from bihuan.cli.main import run
    from bihuan.demo.pages import PAGES, stock

    assert run(["demo", "--ledger-only", "--until", "today", "--out", str(out)]) == 0
    stock(ROOT / "examples" / "prose")
    kept = (Path(settings.HOME) / "演示账号.txt").read_text("utf-8")
    places = {a: {n: v if isinstance(v, str) else v() for n, v in p.items()} for a, p in PAGES.items()}
    return dict(re.findall(r"用户名 (\S+) +密码 (\S+)", kept)), places


WIDTHS = (1440, 390)
TABLET = 768
#: What GET brings is no page of its own.
NO_PAGE = {
    *(
        "items-export",
        "items-evidence",
        "items-picture-file",
        "picture-file",
        "slips-print",
        "inspections-sheet",
    ),
    *(
        "meetings-paper",
        "institutions-file",
        "cases-paper",
        "report-file",
        "ledger-export",
        "ledger-seals",
        "ledger-verifier",
    ),
    *(
        "library-basket-zip",
        "library-file",
        "library-draft-file",
        "library-proofread-file",
        "procedures-file",
    ),
    *("templates-file", "templates-preview", "feed"),  # files
    *("items-cell", "library-suggest"),  # parts of pages
    *("provider", "provider-back"),  # lead elsewhere
}
#: Pages to which only something typed or handed in leads: ``make screenshots`` clicks through them.
CLICKED = {"login", "second", "import-preview", "library-batch", "library-split", "library-proofread-one"}


def unlisted(places: dict[str, dict[str, str]]) -> set[str]:
    """The names of the addresses that a person can open and that the table of pages does not have."""
    patterns = get_resolver("bihuan.web.urls").url_patterns
    readable = {str(p.name) for p in patterns if "GET" in p.callback.methods}
    listed = {
        place.partition("?")[0].partition("#")[0] for pages in places.values() for place in pages.values()
    }
    return readable - {resolve(path).url_name for path in listed} - NO_PAGE - CLICKED


def test_axe_finds_nothing_on_any_page_and_the_table_has_every_page(
    window: Any, address: str, tmp_path: Path
):
    passwords, places = apart(lambda: demonstrated(tmp_path))
    assert unlisted(places) == set()
    found: list[str] = []
    turn = 0
    for account, pages in {"": {"login": "/login/"}, **places}.items():
        with window(1440) as view:
            page = view.page
            if account:
                log_in(page, address, account, passwords[account])
            page.context.add_init_script(path=AXE)
            for name, place in pages.items():
                turn += 1
                first, *more = WIDTHS if DEEP else WIDTHS[turn % 2 :][:1]
                page.set_viewport_size({"width": first, "height": 900})
                answer = page.goto(address + place)
                assert answer.status == int(
                    name.removeprefix("error-") if name.startswith("error-") else 200
                ), name
                for width in (first, *more):
                    page.set_viewport_size({"width": width, "height": 900})
                    page.wait_for_function(CALM)
                    found += [
                        f"{name} at {width}: {rule}: {node}"
                        for rule, nodes in page.evaluate(LOOK, TAGS)
                        for node in nodes
                    ]
                    assert view.fits(), (name, width)
                page.set_viewport_size({"width": TABLET, "height": 900})
                assert view.fits(), (name, TABLET)
    assert found == []
