"""A fault that belongs to one instance: it is parked, and everything else goes on."""

from __future__ import annotations

from engine.errors import LianbanError


class Fault(LianbanError):
    """这件办件自己的故障。"""

    code = "fault"

    def __init__(
        self,
        instance_id: str,
        message: str,
        element_id: str | None,
        names: frozenset[str] = frozenset(),
        undecided: bool = False,
    ) -> None:
        """`names` are the facts on which it hangs, when it hangs on any; `undecided`: a gateway that leads nowhere."""
        super().__init__(message)
        self.instance_id, self.element_id, self.names, self.undecided = instance_id, element_id, names, undecided
