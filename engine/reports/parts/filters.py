"""What a person has asked to see of a list."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Filters:
    """Empty means everything. `state` is over, near or ok; of instances also running, urgent, ended or incident.

    Urgent is over or near; ever_over has a recorded overdue, ended_over met a period after it had run out.
    """

    key: str = ""
    state: str = ""
    unit_code: str = ""
    text: str = ""

    @property
    def any(self) -> bool:
        return bool(self.key or self.state or self.unit_code or self.text)

    @property
    def text_in_json(self) -> str:
        """The text as it stands within a value that is stored as JSON: a backslash or a quotation mark is doubled there."""
        return json.dumps(self.text, ensure_ascii=False)[1:-1]
