"""The picture as a browser draws and prints it: no words over others, and exactly one A3 page."""

import re
import subprocess
from pathlib import Path

from tests.browser.hands import PASSWORD, apart, log_in
from tests.web.office import Office, in_days

_OVER = """() => { const boxes = [...document.querySelectorAll('.a3 text')].map(t => [t.textContent, t.getBBox()]); const over = [];
boxes.forEach(([words, a], i) => { if (a.x < 0 || a.x + a.width > 1680) over.push(words);
  boxes.slice(i + 1).forEach(([others, b]) => { const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
    const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y); if (wide > 1 && high > a.height * .4) over.push(words + ' | ' + others); }); });
return over; }"""


def fill() -> None:
    """Accounts, and many items with long titles, some of them late."""
    office = Office()
    for number in range(40):
        title = f"解决第{number}个农贸市场周边占道经营、停车混乱（ABC mw 100%）等群众反映强烈的突出问题"
        office.register(
            title=title, due=in_days(20 * number - 100), measures=[{"text": title, "due": in_days(15)}]
        )
    account = office.account("chief")
    account.set_password(PASSWORD)
    account.save()


def test_a_campaign_prints_on_exactly_one_a3_page_with_no_words_over_others(
    window, address, pdftotext, cjk_font, tmp_path
):
    from playwright.sync_api import expect

    apart(fill)
    with window(1440) as seen:
        log_in(seen.page, address, "chief")
        seen.page.goto(f"{address}/picture/")
        expect(seen.page.locator(".a3 text").first).to_be_visible()
        assert seen.page.evaluate(_OVER) == []
        assert seen.fits()
        assert seen.wrong == []
        paper = tmp_path / "picture.pdf"
        seen.page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
    told = subprocess.run(
        [Path(pdftotext).with_name("pdfinfo"), paper], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"Pages:\s+1\n", told)
    wide, high = map(float, re.search(r"Page size:\s+([\d.]+) x ([\d.]+) pts", told).groups())
    assert (round(wide / 72 * 25.4), round(high / 72 * 25.4)) == (420, 297)
    text = subprocess.run([pdftotext, paper, "-"], capture_output=True, text=True, check=True).stdout
    assert "解决第0个农贸市场" in text
