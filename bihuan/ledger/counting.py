"""The counters as the items themselves give them: what a rebuild writes and a verification compares with."""

from __future__ import annotations

from bihuan.rules.figures import SUM_NAMES

_VALUES = {
    "items": "1",
    "overdue": "CASE WHEN overdue THEN 1 ELSE 0 END",
    "ongoing": "CASE WHEN ongoing THEN 1 ELSE 0 END",
    "claimed": "CASE WHEN claimed<>'' THEN 1 ELSE 0 END",
}
#: Facet → its label, and the items that have one (SQL).
FACETS = {
    "all": ("CAST('' AS text)", "1=1"),
    "unit": ("CAST(owner_id AS text)", "owner_id<>0"),
    "class": ("klass", "klass<>''"),
    "channel": ("channel", "channel<>''"),
}


def counting(facet: str) -> str:
    """Return the SELECT that counts the items by ``facet``: register, facet, label, state, colour, then the sums."""
    label, where = FACETS[facet]
    sums = ",".join(f"SUM({_VALUES.get(n, n)})" for n in SUM_NAMES)
    return (
        f"SELECT register_id,'{facet}' AS facet,{label} AS label,state,colour,{sums} FROM item WHERE {where} "  # noqa: S608
        "GROUP BY 1,3,4,5"
    )
