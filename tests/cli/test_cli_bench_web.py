"""``bihuan bench web``: every page of the demonstration is measured on a real server, beside an empty page."""

import json

import pytest

from bihuan.cli.bench.web import FIRST_LOAD, FRAGMENT, MOST_MS
from bihuan.cli.bench.web_people import FRAGMENTS, MIX
from bihuan.cli.main import run
from bihuan.demo.pages import PAGES

pytestmark = pytest.mark.slow


def test_every_page_is_measured_with_its_reference_and_weighed(capsys):
    assert run(["bench", "web", "--size", "quick"]) == 0
    figures = {f["name"]: f for f in json.loads(capsys.readouterr().out)["figures"]}
    pages = {name for own in PAGES.values() for name in own}
    fragments = {name for own in FRAGMENTS.values() for name in own}
    measured = figures.keys() - {"all", "first_load", "fragment", "handler-unchanged"}
    assert measured == pages | fragments
    assert {f["target"]["limit"] for n, f in figures.items() if n in measured} == {MOST_MS}
    assert figures["todo"]["reference"]["label"] == "空白 Django 页面"
    assert figures["all"]["details"]["empty_per_second"] > 0
    assert (figures["first_load"]["target"]["limit"], figures["first_load"]["holds"]) == (FIRST_LOAD, True)
    assert (figures["fragment"]["target"]["limit"], figures["fragment"]["holds"]) == (FRAGMENT, True)
    assert set(figures["fragment"]["details"]["bytes"]) == fragments


def test_with_the_restless_one_there_are_twenty_people():
    assert sum(group.people for group in MIX.values()) + 1 == 20


def test_what_is_opened_often_is_a_page_of_that_account():
    for account, group in MIX.items():
        assert group.often.keys() <= {*PAGES[account], *FRAGMENTS.get(account, {}), "handler-unchanged"}
