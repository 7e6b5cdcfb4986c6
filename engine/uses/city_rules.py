"""The rules that the city has set for itself, and another value of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.organisation import city
from engine.uses.transactions import Transactions


class CityRuleUses:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def in_force(self) -> Mapping[str, Any]:
        """The city's rules in force."""
        return self._transactions.read(lambda tx, context: context.rules)

    def set(self, key: str, text: str, by: str) -> None:
        """The rule of the city has the value that the text says. Raises Refused with the reason why it cannot."""
        now = self._transactions.clock.now()
        self._transactions.database.run(lambda tx: city.set_rule(tx, key, city.read_value(tx, key, text), by, now))
