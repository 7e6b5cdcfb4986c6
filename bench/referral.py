"""The way of a case referral that is accepted at once: eight steps, each with who takes it and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.processes.town import Case

NO_LETTER, LETTER = "prepare_materials", "approve_referral"
"""The first writes no paper, the second a letter and the sheet of its signing."""


def steps(case: Case) -> list[tuple[str, str, dict[str, Any]]]:
    """(element, login, answers), in order."""
    ours, theirs = case.referring, case.receiving
    handlers = case.town.ids(theirs.officer, theirs.colleague)
    review = {"acceptance_outcome": "accept", "acceptance_opinion": "已审查。", "acceptance_handlers": handlers}
    result = {"result_kind": "ordered_to_correct", "result_summary": "当事人已改正。"}
    return [
        (NO_LETTER, ours.officer, {"preparation_outcome": "submit"}),
        (LETTER, ours.leader, {"approval_outcome": "approve"}),
        ("sign_for", theirs.liaison, {"materials_complete": True}),
        ("review_acceptance", theirs.officer, review),
        ("sign_acceptance", theirs.deputy, {"signing_outcome": "approve", "signing_opinion": "阅。"}),
        ("open_case", theirs.officer, {"filing_outcome": "file", "filing_number": "立〔2026〕1 号"}),
        ("handle_case", theirs.officer, {"handling_summary": "已调查取证。"}),
        ("report_result", theirs.officer, result),
    ]


def facts(names: frozenset[str], case: Case) -> Mapping[str, Any]:
    """What conditions may read before anybody has said it: nothing, and between whom the case is."""
    sides = {"referring_unit": case.referring.unit, "receiving_unit": case.receiving.unit}
    return {**dict.fromkeys(names), **sides, "competent_unit": case.receiving.unit}
