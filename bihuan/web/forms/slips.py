"""The forms of slips: issue one, and each step with one."""

from __future__ import annotations

from typing import Any

from django import forms

from bihuan.models import Slip
from bihuan.queries.slip_draft import Draft
from bihuan.web.forms import fields as f


class IssueSlip(forms.Form):
    """What the slip says, and why it goes out although something speaks against it."""

    def __init__(self, draft: Draft, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.initial = {"text": draft.text}
        self.fields["text"] = f.text("单据正文", required=True, rows=5, help_text="按规程拟好，可以修改。")
        if draft.against.count:
            self.fields["despite"] = f.line(
                "仍要发出的理由", required=True, help_text="会记入台账。能不发的，请不要发。"
            )

    def values(self) -> dict[str, str]:
        """Return the values for ``issue_slip``; the text alone where it was changed."""
        given = dict(self.cleaned_data)
        if "text" not in self.changed_data:
            given.pop("text")
        return given


class SlipForm(forms.Form):
    """The form of one step with a slip."""

    def __init__(self, slip: Slip, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = self.known(slip)

    def known(self, slip: Slip) -> dict[str, Any]:
        """Return what is filled in already."""
        return {}

    def values(self) -> dict[str, Any]:
        """Return the values for the action."""
        return dict(self.cleaned_data)


class Approve(SlipForm):
    """The form of 签批."""

    text = f.text("单据正文", required=True, rows=5, help_text="签批后即编号发出；可以先修改。")

    def known(self, slip: Slip) -> dict[str, Any]:
        """What was proposed."""
        return {"text": slip.text}


class Deliver(SlipForm):
    """The form of 送达."""

    note = f.line("送达情况", required=True, help_text="交给谁、怎样送达，如“3月5日当面交办公室王某”。")


class Acknowledge(SlipForm):
    """The form of 签收."""

    note = f.line("备注", help_text="可不填。")


class Answer(SlipForm):
    """The form of 答复."""

    text = f.text(
        "答复内容", required=True, rows=4, help_text="写明进展、原因或打算即可；没有进展也可以如实写。"
    )


class Judge(SlipForm):
    """The form of 评判."""

    accepted = f.Radios("答复", [("1", "认可，单据办结"), ("0", "退回重新答复")])
    opinion = f.text("意见", rows=2, help_text="退回的须写明理由。")

    def values(self) -> dict[str, Any]:
        """Give the judgement as a truth value."""
        return {"accepted": self.cleaned_data["accepted"] == "1", "opinion": self.cleaned_data["opinion"]}


class Close(SlipForm):
    """The form of 了结."""

    note = f.line("情况说明", required=True, help_text="为什么不再需要答复。")


class Withdraw(SlipForm):
    """The form of 撤回."""

    reason = f.line("理由", required=True, help_text="编号不再使用，留痕保留。")


class Read(SlipForm):
    """Nothing to fill in: the slip was opened."""


SLIP_FORMS: dict[str, type[SlipForm]] = {
    "approve": Approve,
    "deliver": Deliver,
    "read": Read,
    "acknowledge": Acknowledge,
    "answer": Answer,
    "judge": Judge,
    "close": Close,
    "withdraw": Withdraw,
}
