"""The forms of steps that are taken on many items at once: values that can be the same for each of them."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.actions.bulk import values_for
from bihuan.models import Item
from bihuan.queries.people import Directory
from bihuan.web.forms import fields as f


class BulkForm(forms.Form):
    """The form of one step on many items."""

    def __init__(self, units: Directory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields_for(units).items():
            self.fields[name] = field

    def fields_for(self, units: Directory) -> dict[str, forms.Field]:
        """Return the fields that need to know the units."""
        return {}

    def values(self, item: Item) -> dict[str, Any]:
        """Return the values of the step for ``item``; an empty optional field says nothing."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}


class Approve(BulkForm):
    """审定."""

    opinion = f.line("审定意见")


class Assign(BulkForm):
    """交办: each to the unit that it names already, unless one is given for all."""

    def fields_for(self, units: Directory) -> dict[str, forms.Field]:
        """The unit, and by when."""
        return {
            "owner": f.UnitField(units, "责任单位", help_text="不填则各按台账里写的责任单位。"),
            "due": f.line("办结时限", help_text="不填则各按原定时限或规程的默认时限。"),
            "note": f.line("交办要求"),
        }

    def values(self, item: Item) -> dict[str, Any]:
        """Where no unit is given, the one that the item names."""
        return values_for("assign", item, super().values(item))


class Close(BulkForm):
    """销号."""

    note = f.line("备注")


class Extend(BulkForm):
    """延期."""

    due = f.line("新的时限", required=True, help_text=f.DEADLINE_HELP)
    reason = f.line("延期理由", required=True)


class Transfer(BulkForm):
    """转办."""

    reason = f.line("转办理由", required=True)

    def fields_for(self, units: Directory) -> dict[str, forms.Field]:
        """The new owner."""
        return {"owner": f.UnitField(units, "新的责任单位", required=True)}


class Suspend(BulkForm):
    """挂起."""

    reason = f.line("挂起理由", required=True)


class Resume(BulkForm):
    """恢复办理."""

    note = f.line("说明")


class Comment(BulkForm):
    """批注."""

    text = f.text("批注内容", required=True, rows=2)


BULK_FORMS: dict[str, type[BulkForm]] = {
    "approve": Approve,
    "assign": Assign,
    "extend": Extend,
    "transfer": Transfer,
    "suspend": Suspend,
    "resume": Resume,
    "close": Close,
    "comment": Comment,
}
