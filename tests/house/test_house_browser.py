"""The browser's tests await what they say of a page: read at once, it may be of the page before, or of none while one is swapped."""

import ast
from pathlib import Path

from tests.support.tree import ROOT

#: What Playwright reads at once, of whatever is there; ``expect`` says the same of a page that comes.
AT_ONCE = set(
    "all all_inner_texts all_text_contents content count get_attribute inner_html inner_text input_value is_checked "
    "is_disabled is_enabled is_hidden is_visible text_content title url".split()
)
#: A moment says nothing of a busy machine.
MOMENTS = {"wait_for_timeout", "sleep", "networkidle"}


def read_at_once(source: str) -> list[tuple[int, str]]:
    """The line and the name of each reading in an assertion that does not wait, and of each moment that is waited for."""
    tree = ast.parse(source)
    asserted = [n for claim in ast.walk(tree) if isinstance(claim, ast.Assert) for n in ast.walk(claim.test)]
    read = [(n.lineno, n.attr) for n in asserted if isinstance(n, ast.Attribute) and n.attr in AT_ONCE]
    names = [(n.lineno, n.attr) for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    words = [(n.lineno, str(n.value)) for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    return sorted(read + [(line, word) for line, word in names + words if word in MOMENTS])


def test_no_test_asserts_of_a_page_what_it_did_not_await():
    files = [*(ROOT / "tests" / "browser").glob("*.py"), ROOT / "tools" / "screenshots.py"]
    found = [(Path(f).name, *told) for f in files for told in read_at_once(f.read_text("utf-8"))]
    assert len(files) > 5
    assert found == []


def test_the_readings_that_do_not_wait_are_seen():
    assert read_at_once("assert page.locator('h1').inner_text() == 'a'") == [(1, "inner_text")]
    assert read_at_once("assert page.url == 'a'") == [(1, "url")]
    assert read_at_once("page.wait_for_load_state('networkidle')") == [(1, "networkidle")]
    assert read_at_once("expect(page).to_have_url('a')\nassert view.fits()") == []
