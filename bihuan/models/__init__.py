"""The tables. ``Entry`` holds the facts; what is listed in ``PROJECTIONS`` is rebuilt from them."""

from bihuan.models.account import Account, SavedView, SignedIn
from bihuan.models.entry import Entry, Head, Seal
from bihuan.models.house import (
    CalendarYear,
    Campaign,
    Counter,
    Grant,
    HeaderMapping,
    Import,
    Person,
    Procedure,
    Register,
    Unit,
    UnitAlias,
)
from bihuan.models.inspection import Finding, Inspection, WalkStep
from bihuan.models.item import Evidence, Helper, Item, Measure, Origin, Review
from bihuan.models.sample import Sample
from bihuan.models.slip import Happening, Receipt, Slip
from bihuan.models.tally import Tally, Timer, Transition

#: Projections, in an order in which they may be created; each is recreated from the entries, byte for byte.
PROJECTIONS = (
    Unit,
    UnitAlias,
    Person,
    Grant,
    Procedure,
    CalendarYear,
    Campaign,
    Register,
    Import,
    HeaderMapping,
    Counter,
    Item,
    Helper,
    Measure,
    Review,
    Evidence,
    Origin,
    Slip,
    Receipt,
    Happening,
    Sample,
    Inspection,
    Finding,
    WalkStep,
    Timer,
    Tally,
    Transition,
)

__all__ = [
    "PROJECTIONS",
    "Account",
    "CalendarYear",
    "Campaign",
    "Counter",
    "Entry",
    "Evidence",
    "Finding",
    "Grant",
    "Happening",
    "Head",
    "HeaderMapping",
    "Helper",
    "Import",
    "Inspection",
    "Item",
    "Measure",
    "Origin",
    "Person",
    "Procedure",
    "Receipt",
    "Register",
    "Review",
    "Sample",
    "SavedView",
    "Seal",
    "SignedIn",
    "Slip",
    "Tally",
    "Timer",
    "Transition",
    "Unit",
    "UnitAlias",
    "WalkStep",
]
