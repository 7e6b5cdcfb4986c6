"""What a person has asked to see of a list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Filters:
    """Empty means everything. `state` is over, near or ok; of instances also running, urgent, ended or incident.

    Urgent is over or near.
    """

    key: str = ""
    state: str = ""
    unit_code: str = ""
    text: str = ""

    @property
    def any(self) -> bool:
        return bool(self.key or self.state or self.unit_code or self.text)
