"""Actions as operations: each takes the values of its function, and answers what that led to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from ninja import Router, Schema, Status
from pydantic import create_model

from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.parts import Id

#: Looks whether the caller may see a thing at all; raises NotFound or NotAllowed.
Look = Callable[[Call, int], object]
Action = Callable[..., Any]


def answer_of(kind: type[Any]) -> type[Schema]:
    """Return the schema of a dataclass that an action answers with."""
    hints = get_type_hints(kind)
    given: Any = {f.name: (hints[f.name], ...) for f in fields(kind)}
    return create_model(f"{kind.__name__}Out", __base__=Schema, **given)


def deeds(
    router: Router,
    path: str,
    look: Look,
    actions: Mapping[str, tuple[str, Action]],
    *,
    answer: type[Any],
    key: str,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Add an operation ``path/{id}/actions/{name}`` for each of ``actions`` (name → Chinese name, function).

    ``key`` is the function's parameter that takes the id; ``also`` as in ``body_of``.
    """
    out = answer_of(answer)
    for name, (label, function) in actions.items():
        body = body_of(function, f"{function.__name__.title().replace('_', '')}", skip={key}, also=also)
        router.post(f"{path}/{{thing_id}}/actions/{name}", response=out, summary=label)(
            _deed(function, look, body, key)
        )


def _deed(function: Action, look: Look, body: type[Body], key: str) -> Action:
    @taking(body)
    def deed(request: Call, thing_id: Id, payload: Body) -> Any:
        look(request, thing_id)
        return function(actor=request.who.actor, now=now(), **{key: thing_id}, **payload.given())

    deed.__name__ = function.__name__
    return deed


def begin(router: Router, path: str, label: str, function: Action, *, answer: type[Any]) -> None:
    """Add an operation ``path`` that begins something by ``function``."""
    body = body_of(function, f"{function.__name__.title().replace('_', '')}")

    @taking(body)
    def deed(request: Call, payload: Body) -> Any:
        return Status(201, function(actor=request.who.actor, now=now(), **payload.given()))

    deed.__name__ = function.__name__
    router.post(path, response={201: answer_of(answer)}, summary=label)(deed)
