"""What docs/howto/web-page.md says of the handler's commonest jobs is counted: clicks and fields from the first page after the log-in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.browser.hands import apart, follow, found, log_in, taken
from tests.browser.test_browser_journey import _one_item
from tests.support.tree import ROOT

_TABLE = re.compile(r"^\| ([^|]+) \| (\d+)[^|]*\| (\d+)[^|]*\|", re.MULTILINE)


def written() -> dict[str, tuple[int, int]]:
    """Job → (clicks, fields) as the documentation has it."""
    text = (ROOT / "docs" / "howto" / "web-page.md").read_text("utf-8")
    return {job: (int(clicks), int(fields)) for job, clicks, fields in _TABLE.findall(text)}


@dataclass
class Hand:
    """Counts what it does; each of its clicks leads to another page."""

    page: Any
    clicks: int = 0
    fields: int = 0

    def click(self, target: Any) -> None:
        follow(target)
        self.clicks += 1

    def fill(self, target: Any, text: str) -> None:
        target.fill(text)
        self.fields += 1

    def done(self) -> tuple[int, int]:
        """Wait until it is said that it was taken."""
        taken(self.page)
        return self.clicks, self.fields


def _asked() -> None:
    """A slip that wants an answer, for the item; and everything that its closing needs."""
    from datetime import UTC, datetime

    from bihuan.actions import do
    from bihuan.actions.slip import issue_slip
    from bihuan.models import Item, Person
    from bihuan.queries.people import actor_of
    from tests.actions.county import upload

    now, item = datetime.now(UTC), Item.objects.get().pk
    clerk, handler = (actor_of(Person.objects.get(name=n).pk) for n in ("supervisor", "handler"))
    issue_slip(item, "整改反馈单", clerk, now, despite="请尽快答复")
    do("plan", item, handler, now, measures=["铺桥面"])
    do("report", item, handler, now, text="桥面铺好了。", percent=100, measures={"1": {"state": "done"}})
    do("attach", item, handler, now, file=upload())


def test_the_handlers_jobs_take_as_many_clicks_and_fields_as_the_documentation_says(window, address):
    apart(found)
    apart(_one_item)
    counted = {}
    with window(390) as view:
        page = view.page
        log_in(page, address, "handler")
        hand = Hand(page)
        hand.click(page.get_by_role("button", name="暂无进展"))
        counted["Say that nothing moved"] = hand.done()

        apart(_asked)
        page.goto(f"{address}/")
        hand = Hand(page)
        hand.click(page.get_by_role("link", name=re.compile("答复")).first)
        hand.fill(page.locator("#step textarea").first, "已整改到位。")
        hand.click(page.locator("#step .btn-primary"))
        counted["Answer a slip"] = hand.done()

        page.goto(f"{address}/")
        hand = Hand(page)
        hand.click(page.get_by_role("link", name="申请销号").first)
        hand.click(page.locator("#step .btn-primary"))
        counted["Apply for closure"] = hand.done()
        assert view.wrong == []
    assert counted == {job: written()[job] for job in counted}
