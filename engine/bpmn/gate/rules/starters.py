"""Who may start is written down."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, every, of_the_procedure
from engine.bpmn.gate.rules.units import POST_UNKNOWN, UNIT_KIND_UNKNOWN
from engine.bpmn.reading.elements import CAMUNDA
from engine.messages import gettext as _
from engine.problems import Problem, Rule

NOBODY_STARTS = Rule("nobody-starts", _("A procedure says who may start it."))
STARTER_GROUP = Rule("starter-group", _("Who may start is written as kind of unit and post."))


def check(draft: Draft) -> Iterator[Problem]:
    written = draft.process.get(f"{CAMUNDA}candidateStarterGroups", "")
    groups = [group.strip() for group in written.split(",") if group.strip()]
    if not groups:
        yield of_the_procedure(
            NOBODY_STARTS,
            draft,
            _("Nothing says who may start it."),
            _("Write kind of unit and post in Candidate starter groups, such as town:case_officer."),
        )
    for group in groups:
        kind, colon, role = group.partition(":")
        if not (kind and colon):
            yield of_the_procedure(
                STARTER_GROUP,
                draft,
                _("'%(group)s' does not say who may start it.", group=group[:80]),
                _("Write kind of unit:post, such as town:case_officer."),
            )
            continue
        if draft.unit_kinds and kind not in draft.unit_kinds:
            yield of_the_procedure(
                UNIT_KIND_UNKNOWN,
                draft,
                _("There is no kind of unit called %(kind)s.", kind=kind[:80]),
                _("Available: %(known)s.", known=every(draft.unit_kinds)),
            )
        if role not in draft.roles:
            yield of_the_procedure(
                POST_UNKNOWN,
                draft,
                _("There is no post called %(role)s.", role=role[:80]),
                _("Available: %(known)s.", known=every(draft.roles)),
            )
