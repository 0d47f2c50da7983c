"""Whether the values handed to a step are those it takes: named and typed as the function says that enters them.

A door may hand on anything; a text taken for a list would become one measure a character.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bihuan.ledger.blobs import Upload
from bihuan.rules.errors import Invalid

Kinds = tuple[type, ...] | None
_TAKEN: dict[Any, tuple[type, ...]] = {
    bool: (bool,),
    int: (int,),
    str: (str,),
    NoneType: (NoneType,),
    Sequence: (list, tuple),
    Mapping: (Mapping,),
    Upload: (Upload,),
}
_NAMES = {
    bool: "是或否",
    int: "整数",
    str: "文字",
    list: "一列内容",
    Mapping: "一组名称和内容",
    Upload: "文件",
}


def check_values(what: str, function: Callable[..., Any], values: Mapping[str, object]) -> None:
    """Raise Invalid unless ``function`` takes every one of ``values`` as a keyword; ``what`` names the step."""
    taken = _parameters(function)
    if not values.keys() <= taken.keys():
        unknown = sorted(values.keys() - taken.keys())
        raise Invalid(
            f"{what}没有这些内容：{'、'.join(unknown)}。", hint=f"可填：{'、'.join(sorted(taken))}。"
        )
    for name, value in values.items():
        kinds = taken[name]
        if not (kinds is None or type(value) in kinds or _is_one_of(value, kinds)):
            names = "、".join(n for kind, n in _NAMES.items() if kind in kinds)
            raise Invalid(f"{what}的 {name} 应是{names}，给的是 {value!r}。")


def check_texts(what: str, values: object, names: frozenset[str]) -> Mapping[str, str]:
    """Return ``values`` if it is an object of texts under some of ``names``; raises Invalid otherwise."""
    if not isinstance(values, Mapping) or not all(isinstance(v, str) for v in values.values()):
        raise Invalid(
            f"{what}应是一组名称和文字，给的是 {values!r}。", hint=f"可填：{'、'.join(sorted(names))}。"
        )
    unknown = sorted(set(values) - names)
    if unknown:
        raise Invalid(
            f"{what}没有这些内容：{'、'.join(unknown)}。", hint=f"可填：{'、'.join(sorted(names))}。"
        )
    return values


def is_count(value: object) -> bool:
    """Whether ``value`` is a whole number of at least nought (True and False are none)."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@cache
def _parameters(function: Callable[..., Any]) -> dict[str, Kinds]:
    hints = get_type_hints(function)
    return {
        p.name: _kinds(hints[p.name])
        for p in signature(function).parameters.values()
        if p.kind is Parameter.KEYWORD_ONLY and p.name != "using"
    }


def _kinds(hint: Any) -> Kinds:
    """Return the types that ``hint`` allows, None where it allows anything."""
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    found: tuple[type, ...] = ()
    for part in parts:
        kinds = _TAKEN.get(get_origin(part) or part)
        if kinds is None:
            return None
        found += kinds
    return found


def _is_one_of(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
