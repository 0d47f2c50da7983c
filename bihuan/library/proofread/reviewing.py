"""A text with its findings and why some were put aside. The same content is read once: a click on its page costs a look-up."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from bihuan.library.proofread.base import Finding, Rule
from bihuan.library.proofread.dismissals import dismissed, key_of
from bihuan.library.proofread.engine import Options, chosen_rules, proofread, without_doubles
from bihuan.library.proofread.ledger import FIGURES, ledger_rule
from bihuan.library.proofread.text import Text
from bihuan.models import Campaign
from bihuan.queries.counts import figures, registers_of
from bihuan.rules.figures import Ref

#: So many texts' findings are kept in the process; a finding takes about half a kilobyte.
_TEXTS = 64
_kept: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Reviewed:
    """A finding with its number from 1, its rule, and the reason for which it was put aside ("" while it is open)."""

    no: int
    finding: Finding
    rule: Rule | None
    reason: str = ""


def reviewed(
    text: Text, options: Options, campaign: Campaign | None = None, using: str = "default"
) -> list[Reviewed]:
    """Return every finding in ``text``; with ``campaign`` its figures are held against the ledger's. Raises WordsInvalid."""
    more = [against_ledger(campaign, using=using)] if campaign else []
    found = findings(text, options, more)
    rules = {rule.id: rule for rule in [*chosen_rules(options), *more]}
    known = dismissed(text, found)
    return [
        Reviewed(no, f, rules.get(f.rule), known.get(key_of(text, f), "")) for no, f in enumerate(found, 1)
    ]


def findings(text: Text, options: Options, more: Sequence[Rule] = ()) -> list[Finding]:
    """Return the findings of the rules that ``options`` ask for, kept for the content, and of ``more``, which depend on the moment."""
    key = _key(text, options)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
    if found is None:
        found = tuple(proofread(text, chosen_rules(options)))
        with _lock:
            _kept[key] = found
            while len(_kept) > _TEXTS:
                _kept.popitem(last=False)
    return without_doubles([*found, *proofread(text, more)]) if more else list(found)


def _key(text: Text, options: Options) -> str:
    """The rules stay as they are while the process lives; text, layout and list of words tell the rest."""
    parts = repr((text.text, sorted(text.places.items()), text.markdown, options))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def against_ledger(
    campaign: Campaign, as_of: datetime | None = None, upto: int | None = None, using: str = "default"
) -> Rule:
    """Return the rule that holds a text's figures against those of ``campaign``."""
    registers = [r.pk for r in registers_of(campaign.pk, using)]
    refs = [Ref.parse(name) for name in FIGURES]
    return ledger_rule(figures(refs, registers, as_of=as_of, upto=upto, using=using), campaign.name)
