"""Mistakes in a template's expressions, told in Chinese with the paragraph in which they are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import TracebackType

from jinja2 import TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.exceptions import SecurityError

from bihuan.reports.template_tags import Paragraphs, TemplateInvalid
from bihuan.rules.errors import BihuanError

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.For, nodes.If, nodes.Getattr,
    nodes.Getitem, nodes.Call, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.List, nodes.Tuple,
)  # fmt: skip
_JINJA_NAMES = {"self", "super", "caller", "varargs", "kwargs"}
_SUMS = (nodes.BinExpr, nodes.UnaryExpr, nodes.Concat)
_SYNTAX = (
    (r"unexpected char '(.)'", "不认识字符“{}”，标签里的括号、引号、逗号要用英文半角"),
    (r"Encountered unknown tag '(.+?)'", "没有“{}”这种语句"),
    (r"No filter named '(.+?)'", "没有“{}”这种处理"),
    (r"No test named '(.+?)'", "没有“{}”这种判断"),
    (r"got 'end of", "标签里没有内容，或者没有写完"),
    (r"got '(.+?)'", "在“{}”附近写法不对"),
    (r"Expected an expression", "标签里没有内容，或者没有写完"),
)
_RUNTIME = (
    (r"^'.*?' has no attribute '(.+?)'$", "没有“{}”这一项"),
    (r"object has no attribute '(.+?)'$", "没有“{}”这一项"),
    (r"^'(.+?)' is undefined$", "没有“{}”这个名称"),
)
_TEMPLATE_FILES = ("<template>", "<unknown>")


def check_syntax_tree(
    tree: nodes.Template, names: Mapping[str, object], paragraphs: Paragraphs | None
) -> None:
    """Raise ``TemplateInvalid`` for an unknown name, also where it is not reached, and for what templates may not do."""
    for node in tree.find_all(nodes.Node):
        if isinstance(node, _SUMS):
            raise _at(node.lineno, paragraphs, "模板里不能做运算，报告里的数都要来自数据项。")
        if not isinstance(node, _ALLOWED):
            raise _at(_first_line(node), paragraphs, "模板里不能用这种语句，只能用 for、if 和取值。")
    unknown = (meta.find_undeclared_variables(tree) | _JINJA_NAMES) - set(names)
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load":
            raise _at(node.lineno, paragraphs, f"没有“{node.name}”这个名称。{_nearest(node.name, names)}")


def tell(error: Exception, paragraphs: Paragraphs | None, names: Mapping[str, object]) -> TemplateInvalid:
    """``error`` as a ``TemplateInvalid`` with its place."""
    if isinstance(error, TemplateSyntaxError):
        return _at(error.lineno, paragraphs, f"{_translated(_SYNTAX, str(error.message), '写法不对')}。")
    line = _line(error.__traceback__)
    if isinstance(error, SecurityError):
        return _at(line, paragraphs, "模板里不能用这种写法，只能用 for、if 和取值。")
    if isinstance(error, UndefinedError):
        return _at(line, paragraphs, f"{_translated(_RUNTIME, str(error.message), '取不到值')}。")
    if isinstance(error, BihuanError):
        return _at(line, paragraphs, error.message, hint=error.hint)
    return _at(line, paragraphs, f"这里的写法不能用（{error}）。")


def _first_line(node: nodes.Node) -> int:
    """The line of ``node``; Jinja gives none to the scopes that some statements open."""
    return next((part.lineno for part in (node, *node.find_all(nodes.Node)) if part.lineno), 1)


def _at(line: int, paragraphs: Paragraphs | None, problem: str, *, hint: str = "") -> TemplateInvalid:
    place = paragraphs.place(line - 1) if paragraphs else "文档属性"
    return TemplateInvalid(problem, place=place, hint=hint)


def _translated(table: tuple[tuple[str, str], ...], message: str, otherwise: str) -> str:
    for pattern, words in table:
        found = re.search(pattern, message)
        if found:
            return words.format(*found.groups())
    return f"{otherwise}（{message}）"


def _nearest(name: str, names: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return f"是不是要写“{near[0]}”？" if near else f"可用的名称：{'、'.join(names)}。"


def _line(traceback: TracebackType | None) -> int:
    """The line of the template in which a traceback passes last; 0 when it does not."""
    line = 0
    while traceback:
        if traceback.tb_frame.f_code.co_filename in _TEMPLATE_FILES:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
