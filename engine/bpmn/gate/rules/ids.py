"""Everything that can be spoken of has an id of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.gate import constructs
from engine.bpmn.gate.draft import Draft, at, local_name
from engine.bpmn.reading.elements import BPMN
from engine.messages import gettext as _
from engine.problems import Problem, Rule

ID_MISSING = Rule("id-missing", _("Everything that runs has an id."))
ID_SPELLING = Rule("id-spelling", _("An id is written with letters, digits and underscores."))
ID_TWICE = Rule("id-twice", _("An id is used only once in a file."))
NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_NEED_ID = frozenset(
    {"process", "lane"}
    | {name for name, construct in constructs.RUNS.items() if "process" in construct.within}
    - {"laneSet", "extensionElements", "sequenceFlow"}
)


def check(draft: Draft) -> Iterator[Problem]:
    """Every element that can be spoken of has one id, and no two have the same."""
    seen: set[str] = set()
    for node in draft.root.iter(f"{BPMN}*"):
        name, element_id = local_name(node), node.get("id")
        if element_id is None:
            if name in _NEED_ID:
                yield at(
                    ID_MISSING,
                    node,
                    _("The element %(name)s has no id.", name=name),
                    _("Give it an id in the modeler."),
                )
            continue
        if name != "process" and not NCNAME.fullmatch(element_id):
            yield at(
                ID_SPELLING,
                node,
                _("The id '%(id)s' cannot be used.", id=element_id[:80]),
                _("Use letters, digits and underscores, beginning with a letter, at most 64 characters."),
            )
        elif element_id in seen:
            yield at(
                ID_TWICE,
                node,
                _("The id '%(id)s' is used twice.", id=element_id),
                _("Change one of them. An id can be used only once in a file."),
            )
        seen.add(element_id)
