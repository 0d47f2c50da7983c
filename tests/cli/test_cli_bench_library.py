"""``bihuan bench library``: every figure of the issue, each with its target, in a database of its own."""

import json

import pytest

from bihuan.cli.bench.library_corpus import documents, sentences
from bihuan.cli.main import run

pytestmark = pytest.mark.slow


def test_every_figure_is_measured_and_exact_search_is_exact(capsys):
    assert run(["bench", "library", "--size", "quick"]) == 0
    told = json.loads(capsys.readouterr().out)
    figures = {figure["name"]: figure for figure in told["figures"]}
    assert list(figures) == [
        "build_characters_per_second", "index_bytes", "exact_p95_ms", "one_p95_ms", "exact_against_scan", "exact_precision",
        "exact_recall", "near_p95_ms", "add_seconds", "search_while_adding_ms",
    ]  # fmt: skip
    assert (figures["exact_precision"]["value"], figures["exact_recall"]["value"], told["corpus"]) == (
        1.0,
        1.0,
        "built-in",
    )
    assert figures["near_p95_ms"]["details"]["recall"] == 1.0
    assert figures["add_seconds"]["details"]["documents"] == 10


def test_a_corpus_of_given_texts_is_made_of_their_sentences(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"text": "第一句话说的是一件事情。第二句话说的是另一件；短。"}), "utf-8"
    )
    pool = sentences(tmp_path / "a.jsonl")
    assert pool == ["第一句话说的是一件事情。", "第二句话说的是另一件；"]
    ((title, text),) = documents(1, pool)
    assert text.startswith(title)
    assert 1_170 <= len(text) < 1_400
