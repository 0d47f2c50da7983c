"""bihuan picture: draws a campaign or an item into a file, and says what it cannot."""

import json

import pytest

from bihuan.cli.main import run
from tests.actions.county import County


@pytest.fixture
def county(db):
    made = County()
    made.at("working", "tough", title="断头路")
    return made


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_campaign_and_an_item_are_drawn_into_a_file(county, tmp_path, capsys, cjk_font, kind):
    from bihuan.models import Item

    for what in (["--campaign", "专项整治", "--by", "unit"], ["--item", Item.objects.get().number]):
        out = tmp_path / "图" / f"{what[0]}.{kind}"
        assert run(["picture", *what, "--out", str(out), "--json"]) == 0
        said = capsys.readouterr()
        assert json.loads(said.out) == {"file": str(out)}
        assert "截至" in said.err
        assert out.read_bytes()[:4] == {"svg": b"<svg", "png": b"\x89PNG"}[kind]


@pytest.mark.parametrize(
    ("what", "status", "why"),
    [
        ([], 2, "--campaign 或 --item"),
        (["--campaign", "专项整治", "--item", "1"], 2, "--campaign 或 --item"),
        (["--campaign", "没有的"], 1, "没有名为“没有的”的专项工作"),
        (["--item", "没有的"], 1, "没有编号为“没有的”的事项"),
        (["--campaign", "专项整治", "--out", "图.pdf"], 2, ".svg 或 .png"),
    ],
)
def test_what_cannot_be_drawn_is_said(county, capsys, tmp_path, monkeypatch, what, status, why):
    monkeypatch.chdir(tmp_path)
    assert run(["picture", *what]) == status
    assert why in capsys.readouterr().err
    assert list(tmp_path.glob("图*")) == []
