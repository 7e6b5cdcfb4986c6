"""What the bureaus of oversight look at: where every instance stands."""

from __future__ import annotations

from engine.deployments import definitions
from engine.errors import NotAllowed
from engine.organisation.assignment import Actor, may
from engine.reports.oversight import supervision
from engine.reports.oversight.by_unit import WORST, UnitsWanted
from engine.reports.parts.filters import Filters
from engine.reports.parts.paging import HEAD, Place
from engine.uses.transactions import Transactions


class OversightUses:
    """Every use raises NotAllowed for whoever supervises nothing."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def supervision(
        self,
        actor: Actor,
        filters: Filters,
        place: Place = HEAD,
        shown: str = "",
        items: Place = HEAD,
        units: UnitsWanted = WORST,
    ) -> supervision.Supervision:
        """`shown` is the procedure whose diagram is looked at, `items` the place in the list of what is supervised."""
        _require_oversight(actor)
        return self._transactions.read(
            lambda tx, context: supervision.supervision(tx, context, filters, place, shown, items, units)
        )

    def latest_diagram(self, actor: Actor, key: str) -> bytes:
        _require_oversight(actor)
        return self._transactions.read(lambda tx, context: definitions.shown_bytes(tx, definitions.latest(tx, key).id))


def _require_oversight(actor: Actor) -> None:
    decision = may(actor, "supervise", None)
    if not decision.allowed:
        raise NotAllowed(decision.reason)
