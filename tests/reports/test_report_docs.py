"""The pages on templates and report files name everything that there is."""

import re
from pathlib import Path

import pytest

from bihuan.reports.finish import WHOLE_TABLE_ROWS
from bihuan.reports.template import FILTERS
from bihuan.reports.values import template_values
from bihuan.reports.verdict import KINDS
from tests.reports.samples import rich

DOCS = Path(__file__).parents[2] / "docs" / "howto"
TEMPLATE = (DOCS / "template.md").read_text("utf-8")
REPORT = (DOCS / "report.md").read_text("utf-8")


@pytest.mark.parametrize("name", template_values(rich()))
def test_every_name_of_a_template_is_explained(name: str) -> None:
    assert re.search(rf"`{name}(\(|`)", TEMPLATE)


def test_the_names_inside_lists_are_explained() -> None:
    values = template_values(rich())
    inner = {*values["分项统计"][0], *values["分项统计"][0]["行"][0], *values["附件行"][0]}
    assert [
        name for name in sorted(inner) if f"`{name}`" not in TEMPLATE and f"`{name}` (" not in TEMPLATE
    ] == []


def test_every_filter_and_the_table_limit_are_explained() -> None:
    assert all(f"`{name}`" in TEMPLATE for name in FILTERS)
    assert f"up to {WHOLE_TABLE_ROWS} rows" in TEMPLATE


def test_every_kind_of_finding_is_explained_with_its_severity() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| (error|hint) \|", REPORT, re.MULTILINE)
    assert {kind: severity for kinds, severity in rows for kind in re.findall("`([a-z-]+)`", kinds)} == KINDS
