"""docs/reference/export.md says what the verifier does: its example is right, and it lists every ``how``."""

import hashlib
import io
import re
from pathlib import Path

from verifier import bihuan_verify

DOCS = Path(bihuan_verify.__file__).parents[1] / "docs"
REFERENCE = (DOCS / "reference" / "export.md").read_text("utf-8")


def test_the_worked_example_is_right():
    body = re.search(r"^    (\{.*\})$", REFERENCE.partition("### A worked example")[2], re.MULTILINE)[1]
    shown_hash, shown_root = re.findall(r"^    ([0-9a-f]{64})$", REFERENCE, re.MULTILINE)
    line = f'{{"body":{body},"hash":"{shown_hash}"}}\n'.encode()
    report = bihuan_verify.verify(io.BytesIO(line))
    assert (report["ok"], report["head"], report["root"]) == (True, shown_hash, shown_root)
    assert shown_hash == hashlib.sha256(bytes(32) + body.encode()).hexdigest()


def test_every_way_in_which_something_can_be_wrong_is_listed():
    source = Path(bihuan_verify.__file__).read_text("utf-8")
    words = r"(?:seal-(?:form|hash|key|signature|head|root)|[a-z]+-altered|altered|removed|inserted|duplicated|swapped)"
    used = set(re.findall(rf'"({words}|[a-z]+-[a-z0-9]+|truncated|crlf|form|sequence|opened|empty)"', source))
    table = REFERENCE.partition("| `how` |")[2].partition("\n\n")[0]
    listed = {
        how
        for row in table.splitlines()
        for how in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1] if "|" in row else "")
    }
    assert listed == used - {"utf-8", "utf-16-be", "utf-16-le"}


def test_every_option_is_in_the_howto():
    options = set(re.findall(r"--[a-z]+", bihuan_verify.USAGE))
    assert options == set(
        re.findall(r"^\| `(--[a-z]+)", (DOCS / "howto" / "verify.md").read_text("utf-8"), re.MULTILINE)
    )
