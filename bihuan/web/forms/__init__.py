"""Forms: what a page asks for, and the values that an action takes."""

from __future__ import annotations

from bihuan.web.forms import steps, work
from bihuan.web.forms.steps import About, StepForm

STEP_FORMS: dict[str, type[StepForm]] = {
    "approve": steps.Approve,
    "assign": steps.Assign,
    "accept": steps.Accept,
    "return": steps.Return,
    "plan": work.Plan,
    "report": work.Report,
    "attach": steps.Attach,
    "submit": steps.Submit,
    "review": steps.Review,
    "close": steps.Close,
    "look_back": steps.LookBack,
    "reopen": steps.Reopen,
    "extend": steps.Extend,
    "transfer": steps.Transfer,
    "suspend": steps.Suspend,
    "resume": steps.Resume,
    "merge": steps.Merge,
    "escalate": steps.Escalate,
    "respond": steps.Respond,
    "hand_back": steps.HandBack,
    "cancel": steps.Cancel,
    "amend": work.Amend,
    "comment": steps.Comment,
}

__all__ = ["STEP_FORMS", "About", "StepForm"]
