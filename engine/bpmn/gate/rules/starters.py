"""Who may start is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.bpmn.gate.draft import Draft, about, every, of_the_procedure
from engine.bpmn.gate.rules.units import POST_UNKNOWN, UNIT_KIND_UNKNOWN
from engine.bpmn.reading.elements import CAMUNDA
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

NOBODY_STARTS = Rule("nobody-starts", _("A procedure says who may start it."))
STARTER_GROUP = Rule("starter-group", _("Who may start is written as kind of unit and post."))


def check(draft: Draft) -> Iterator[Problem]:
    groups = _groups(draft.process.get(f"{CAMUNDA}candidateStarterGroups", ""))
    by_hand = draft.diagram.form_starts
    if not groups and any("starters" not in start.properties for start in by_hand):
        yield of_the_procedure(
            NOBODY_STARTS,
            draft,
            _("Nothing says who may start the procedure."),
            _("In the candidate starter groups, write kind of unit and post, such as town:case_officer."),
        )
    yield from _known(draft, groups, lambda *said: of_the_procedure(said[0], draft, *said[1:]))
    for start in by_hand:
        if "starters" in start.properties:
            own = _groups(start.properties["starters"]) or [""]
            yield from _known(draft, own, lambda *said, start=start: about(said[0], start, *said[1:]))


def _groups(text: str) -> list[str]:
    return [group.strip() for group in text.split(",") if group.strip()]


def _known(draft: Draft, groups: list[str], told: Callable[[Rule, Text, Text], Problem]) -> Iterator[Problem]:
    """What is wrong with those who may start, told of where they are written."""
    for group in groups:
        kind, colon, role = group.partition(":")
        if not (kind and colon):
            yield told(
                STARTER_GROUP,
                _("'%(group)s' does not say correctly who may start it.", group=group[:80]),
                _("Write it as kind of unit:post, such as town:case_officer."),
            )
            continue
        if draft.unit_kinds and kind not in draft.unit_kinds:
            yield told(
                UNIT_KIND_UNKNOWN,
                _("There is no kind of unit called %(kind)s.", kind=kind[:80]),
                _("Available: %(known)s.", known=every(draft.unit_kinds)),
            )
        if role not in draft.roles:
            yield told(
                POST_UNKNOWN,
                _("There is no post called %(role)s.", role=role[:80]),
                _("Available: %(known)s.", known=every(draft.roles)),
            )
