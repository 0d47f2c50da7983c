"""axe, on every page of the demonstration as somebody who works with it, on a wide screen and on a phone: it finds nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.browser.hands import apart
from tests.support.tree import ROOT

AXE = ROOT / "assets" / "checks" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK = """async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ["violations"]})).violations
    .map((v) => [v.id, v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0] || n.all[0] || n.none[0]).message)])"""


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


def test_axe_finds_nothing_on_any_page_at_either_width(window: Any, address: str, tmp_path: Path):
    passwords, places = apart(lambda: demonstrated(tmp_path))
    found: list[str] = []
    for account, pages in {"": {"login": "/login/"}, **places}.items():
        with window(1440) as view:
            page = view.page
            page.context.add_init_script(path=AXE)
            page.goto(f"{address}/login/")
            if account:
                page.get_by_label("用户名").fill(account)
                page.get_by_label("密码").fill(passwords[account])
                page.get_by_role("button", name="登录").click()
            for name, place in pages.items():
                page.goto(address + place)
                for width in (1440, 390):
                    page.set_viewport_size({"width": width, "height": 900})
                    found += [
                        f"{name} at {width}: {rule}: {node}"
                        for rule, nodes in page.evaluate(LOOK, TAGS)
                        for node in nodes
                    ]
                    assert view.fits(), (name, width)
    assert found == []
