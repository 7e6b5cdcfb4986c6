"""What is read as something else than it says: worth knowing, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.gate.draft import at
from engine.bpmn.reading.meant import twins_in
from engine.messages import gettext as _
from engine.messages import ngettext
from engine.problems import Problem, Rule, Severity

DIALECT_TWIN = Rule("dialect-twin", _("Extensions are written for Camunda, not for a related tool."), Severity.WARNING)


def noted(root: etree._Element) -> Iterator[Problem]:
    """One warning for each name, in a file as it was written."""
    found: dict[str, list[etree._Element]] = {}
    for node, name in twins_in(root):
        found.setdefault(name, []).append(node)
    for name, nodes in found.items():
        own = f"camunda:{name.partition(':')[2]}"
        reason = ngettext(
            "%(name)s is read as %(own)s, in %(num)s place.",
            "%(name)s is read as %(own)s, in %(num)s places.",
            len(nodes),
            name=name[:80],
            own=own[:80],
        )
        yield at(DIALECT_TWIN, nodes[0], reason, _("You can leave it as it is."))
