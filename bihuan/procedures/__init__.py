"""The built-in procedures: TOML files, read here because ``bihuan.rules`` does no I/O."""

from __future__ import annotations

from importlib.resources import files


def texts() -> dict[str, str]:
    """Return each built-in procedure's code with the text of its file ``CODE.toml``, in the order of the codes."""
    found = (entry for entry in files(__name__).iterdir() if entry.name.endswith(".toml"))
    return {entry.name.removesuffix(".toml"): entry.read_text("utf-8") for entry in sorted(found, key=str)}
