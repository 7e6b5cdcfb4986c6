"""What the process says about itself: number, title, starting unit, parties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, of_the_procedure
from engine.bpmn.gate.rules.units import not_a_unit
from engine.messages import gettext as _
from engine.problems import Problem, Rule

NUMBER_PREFIX = Rule("number-prefix", _("Case numbers begin with capital letters."))
TITLE_UNSAID = Rule("title-unsaid", _("The title of a case is filled in on a form."))
STARTER_MISSING = Rule("starter-missing", _("A procedure says where the starting unit is recorded."))
STARTER_ASKED = Rule("starter-asked", _("No form asks for the starting unit."))
PARTIES_MISSING = Rule("parties-missing", _("A procedure names the parties."))
STARTER_NO_PARTY = Rule("starter-no-party", _("The starting unit is a party."))
PARTY_UNSAID = Rule("party-unsaid", _("Every party is filled in on a form."))
PREFIX = re.compile(r"[A-Z]{1,8}")


def check(draft: Draft) -> Iterator[Problem]:
    process = draft.diagram.process
    if process.number_prefix and not PREFIX.fullmatch(process.number_prefix):
        yield of_the_procedure(
            NUMBER_PREFIX,
            draft,
            _("The number prefix %(prefix)s cannot be used.", prefix=process.number_prefix[:40]),
            _("In the property number_prefix, write one to eight capital letters, such as YS."),
        )
    if process.title_fact and process.title_fact not in draft.said:
        yield of_the_procedure(
            TITLE_UNSAID,
            draft,
            _("No form asks for the fact %(fact)s, which is used as the title.", fact=process.title_fact[:80]),
            _("In the property title, write the key of a form field."),
        )
    if not process.starter_fact:
        yield of_the_procedure(
            STARTER_MISSING,
            draft,
            _("Nothing says where the starting unit is recorded."),
            _("Add the property starter with the name of a fact, such as referring_unit."),
        )
    elif any(process.starter_fact in form.own_keys for form in draft.forms.values()):
        yield of_the_procedure(
            STARTER_ASKED,
            draft,
            _(
                "The system records the starting unit in %(fact)s, but a form also asks for it.",
                fact=process.starter_fact,
            ),
            _("Make the field read-only (readonly) in the form."),
        )
    if not process.party_facts:
        yield of_the_procedure(
            PARTIES_MISSING,
            draft,
            _("No parties are given, so nobody can see a case."),
            _("Add the property parties, such as referring_unit,receiving_unit."),
        )
    elif process.starter_fact and process.starter_fact not in process.party_facts:
        yield of_the_procedure(
            STARTER_NO_PARTY,
            draft,
            _("The starting unit is not a party, so it could not see its own case."),
            _("Add %(fact)s to the property parties.", fact=process.starter_fact),
        )
    for fact in process.party_facts:
        if fact not in draft.said:
            yield of_the_procedure(
                PARTY_UNSAID,
                draft,
                _("No form asks for the party %(fact)s.", fact=fact[:80]),
                _("In the property parties, write the keys of form fields that ask for a unit."),
            )
        else:
            yield from (
                of_the_procedure(rule, draft, reason, remedy)
                for rule, reason, remedy in not_a_unit(draft, fact, several=True)
            )
