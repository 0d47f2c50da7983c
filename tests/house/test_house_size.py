"""How long files, functions and templates may be: what does not fit on a screen is not understood as a whole."""

import ast
import statistics

import pytest

from tests.support.tree import python, syntax, texts

CODE = ("bihuan", "verifier", "tools")


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def functions(*folders: str) -> dict[str, int]:
    """Length in lines of each function, without its decorators and docstring."""
    return {
        f"{path}:{node.lineno} {node.name}": length(node)
        for path in python(*folders)
        if "migrations" not in path.parts
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return whole - ((first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0)


def lines(suffix: str, *folders: str) -> dict[str, int]:
    return {str(path): text.count("\n") for path, text in texts(suffix) if path.parts[0] in folders}


def longest(sizes: dict[str, int]) -> str:
    return "the longest: " + ", ".join(
        f"{n} ({s})" for n, s in sorted(sizes.items(), key=lambda x: -x[1])[:8]
    )


def test_functions_are_short():
    sizes = functions(*CODE)
    assert len(sizes) > 100
    assert statistics.median(sizes.values()) <= 10, longest(sizes)
    assert percentile(list(sizes.values()), 0.95) <= 45, longest(sizes)


@pytest.mark.parametrize("folders", [CODE, ("tests",)])
def test_files_are_short(folders):
    sizes = lines(".py", *folders)
    assert sizes
    assert percentile(list(sizes.values()), 0.95) <= 400, longest(sizes)


def test_templates_are_short():
    sizes = lines(".html", "bihuan")
    assert sizes
    assert max(sizes.values()) <= 200, longest(sizes)


def test_lengths_are_counted_without_the_docstring():
    tree = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n')
    assert length(tree.body[0]) == 2
