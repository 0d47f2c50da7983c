import re
from pathlib import Path

import pytest
from procedure_texts import FULL

from bihuan.rules import procedure, procedure_clock, procedure_flow, procedure_slips, procedure_types
from bihuan.rules.procedure import ProcedureFaults, load
from bihuan.rules.procedure_lines import lines

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "procedure.md").read_text("utf-8")
HOWTO = (DOCS / "howto" / "procedure.md").read_text("utf-8")


def keys(text):
    """The dotted keys of a procedure that hold values, without indices."""
    paths = {tuple(part for part in path if isinstance(part, str)) for path in lines(text)}
    names = {".".join(path[:2] if path[:1] == ("labels",) else path) for path in paths}
    return {name for name in names if name and not any(other.startswith(name + ".") for other in names)}


def test_the_reference_lists_every_key_once_and_no_other():
    listed = re.findall(r"^\| `([a-z_.]+)` \| ", REFERENCE, re.MULTILINE)
    tables = {"measures", "progress", "evidence", "percent", "target", "rating", "statement"}
    tables |= {
        "workday",
        "day",
        "month",
        "workhour",
        "hour",
        "overdue",
        "near",
        "behind",
        "milestone",
        "stale",
        "poor",
    }
    assert sorted(set(listed) - tables | {"evidence"}) == sorted(keys(FULL))


def test_the_reference_names_every_word_that_a_key_takes():
    words = {
        *procedure.FIELDS,
        *procedure.COLUMN_TYPES,
        *procedure.LEVEL_ROLES,
        *procedure_flow.APPROVERS,
        *procedure.CHAIRS,
        *procedure.SCOPES,
        *procedure.MOMENTS,
        *procedure.CONDITIONS,
        *procedure_clock.RULES,
        *procedure_clock.LOOK_BACK_ROLES,
        *procedure_slips.KINDS,
        *procedure_slips.CAUSES,
        *procedure_slips.RECIPIENTS,
        *procedure_slips.SIGNERS,
        *procedure_types.UNITS,
        *procedure_types.CYCLES,
        *procedure_types.SCHEMES,
    }
    assert sorted(word for word in words if f"`{word}`" not in REFERENCE) == []


EXAMPLE = re.search(r"```toml\n(.*?)```", HOWTO, re.DOTALL)[1]


def test_the_example_of_the_howto_loads():
    assert load(EXAMPLE, "howto").name == "交办事项"


def test_the_howto_shows_faults_as_they_are_told():
    broken = EXAMPLE.replace("approval", "aproval").replace('"5 workdays"', '"5个工作日"')
    with pytest.raises(ProcedureFaults) as caught:
        load(broken, "errand.toml")
    assert re.search(r"```\n(规程文件.*?)\n```", HOWTO, re.DOTALL)[1] == str(caught.value)
