"""Which channels a notice takes besides the pages. Pure: what a step needs to know without knowing how anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

MAIL, WEBHOOK = "mail", "webhook"
HEADS_PREFIX = "heads:"
"""Before the key of a channel that leads to where heads of the record are kept."""


@dataclass(frozen=True)
class Routes:
    """The installation's channels; `robots` maps a channel's key to its unit, None for every unit.

    `heads` are the keys of those that get the heads of the record, and nothing else.
    """

    mail: bool = False
    webhook: bool = False
    robots: tuple[tuple[str, str | None], ...] = ()
    heads: tuple[str, ...] = ()

    def for_unit(self, unit_code: str, to_posts: bool = True) -> list[str]:
        """The channels that get a notice to the unit once, whoever its people are.

        What is told to one person is not said in a group: colleagues' questions and opinions are the unit's own.
        """
        robots = [key for key, unit in self.robots if to_posts and unit in (None, unit_code)]
        return [*([WEBHOOK] if self.webhook else []), *robots]


NO_ROUTES = Routes()
"""Notices are found in the pages, and nowhere else."""
