"""The content that an action takes, as a schema: made from the action's own signature, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict, create_model

from bihuan.ledger.blobs import Upload
from bihuan.rules.permissions import Role

View = TypeVar("View", bound=Callable[..., Any])
#: Given by the door, never by the caller.
_OURS = frozenset({"act", "actor", "now", "using"})
_SIMPLE: dict[Any, Any] = {
    bool: bool, int: int, str: str, date: date, NoneType: None, Role: Role, Any: Any, object: str, datetime: AwareDatetime,
}  # fmt: skip
#: What the values are called, for people who read the schema.
LABELS = {
    "affirmed": "确认的事项", "aliases": "别名", "amount": "完成数量", "attendance": "到会情况", "basis": "依据",
    "by_unit": "按单位的结论", "call": "会议", "cancelled": "取消的措施", "category": "问题类别", "cause": "成因",
    "changed": "调整的措施", "changes": "更正内容", "channel": "渠道", "conclusion": "结论", "content": "督查内容",
    "despite": "仍要这样做的理由", "difficulty": "困难", "due": "时限", "each": "每层抽取数", "evidence": "材料类别",
    "expected": "应到人员", "extra": "其他列", "granted": "批准的内容", "ground": "依据", "handler": "责任人",
    "happened_at": "发生时间", "held": "成果是否巩固", "helpers": "配合单位", "into": "并入的事项", "items": "事项",
    "klass": "类别", "lead": "牵头领导", "lesson": "经验教训", "measure": "措施序号", "measures": "措施", "minutes": "用时（分钟）",
    "name": "名称", "no": "议程序号", "note": "说明", "objects": "督查对象", "observers": "列席人员", "obstacle": "堵点", "office": "单位",
    "opinion": "意见", "outcome": "复核结果", "owner": "责任单位", "parent": "上级单位", "passed": "是否通过", "percent": "完成百分比",
    "place": "地点", "plan": "方案", "population": "总体", "post": "职务", "presider": "主持人", "purpose": "目的", "quantity": "目标数量",
    "rating": "办理成效评价", "reason": "理由", "resolutions": "议定事项", "review_on": "下次评估日期", "rung": "单据名称",
    "seed": "随机种子", "service": "办理的服务", "share": "抽取比例", "size": "抽取数", "sizes": "各层抽取数", "source": "来源",
    "target": "目标", "text": "内容", "title": "标题", "turns": "关键节点", "unchanged": "无新进展", "unit": "单位", "until": "预计恢复日期",
    "what": "做了什么",
}  # fmt: skip


class Body(Schema):
    """Takes nothing that it does not know."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """Return what was given, under the names that the action takes."""
        return {name.removesuffix("_"): _plain(getattr(self, name)) for name in self.model_fields_set}


#: A model of a dataclass → the dataclass.
_MODELS: dict[type[Body], type[Any]] = {}


def body_of(
    function: Callable[..., Any],
    name: str,
    *,
    skip: Collection[str] = (),
    needs: Mapping[str, str] | None = None,
    also: Mapping[str, Any] | None = None,
) -> type[Body]:
    """Return the schema, called ``name``, of what ``function`` takes beside what the door gives and ``skip``.

    ``needs`` are the names of values that must be given, with their labels, whatever the signature says; ``also`` are what its
    ``**values`` take, by name and type. A file is not part of it.
    """
    hints = get_type_hints(function)
    given = {
        _attribute(p.name): (_type(hints[p.name]), _field(p.name, p.default, Parameter.empty, needs or {}))
        for p in signature(function).parameters.values()
        if p.name not in _OURS and p.name not in skip and p.kind is not Parameter.VAR_KEYWORD
        if not _is_file(hints[p.name])
    }
    given |= {_attribute(n): (_type(h) | None, _field(n, None, MISSING, {})) for n, h in (also or {}).items()}
    return cast("type[Body]", create_model(name, __base__=Body, **given))  # type: ignore[call-overload]


def _is_file(hint: Any) -> bool:
    return Upload in (hint, *get_args(hint))


def _attribute(name: str) -> str:
    """Return the attribute that holds the value ``name``; some names mean something else to a model."""
    return f"{name}_" if hasattr(Body, name) else name


def _field(name: str, default: Any, none: Any, needs: Mapping[str, str]) -> Any:
    title = needs.get(name) or LABELS.get(name, name)
    alias = name if _attribute(name) != name else None
    if default is none or name in needs:
        return Field(..., title=title, alias=alias)
    return Field(default=list(default) if isinstance(default, tuple) else default, title=title, alias=alias)


def _type(hint: Any) -> Any:
    """Return the type by which a value of ``hint`` is read from JSON."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return Union[tuple(_type(part) for part in parts)]  # noqa: UP007  (built at run time)
    if origin is Sequence:
        return list[_type(parts[0])]  # type: ignore[misc]
    if origin is Mapping:
        return dict[_type(parts[0]), _type(parts[1])]  # type: ignore[misc]
    return _model(hint) if isinstance(hint, type) and is_dataclass(hint) else _SIMPLE[hint]


@cache
def _model(kind: type[Any]) -> type[Body]:
    """Return the model of a dataclass; ``given`` makes the dataclass of it again."""
    hints = get_type_hints(kind)
    given = {
        _attribute(f.name): (_type(hints[f.name]), _field(f.name, _default(f), MISSING, {}))
        for f in fields(kind)
    }
    model = cast("type[Body]", create_model(kind.__name__, __base__=Body, **given))  # type: ignore[call-overload]
    _MODELS[model] = kind
    return model


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _plain(value: Any) -> Any:
    if isinstance(value, Body):
        return _MODELS[type(value)](**value.given())
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def taking(body: type[Body]) -> Callable[[View], View]:
    """Let a view's ``payload`` be read as ``body``: a schema made at run time cannot be written as its type."""

    def mark(view: View) -> View:
        view.__annotations__["payload"] = body
        return view

    return mark
