"""What an end event says about the result of the case."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.rules.units import names_unit
from engine.messages import gettext as _
from engine.problems import Problem, Rule

RESULT_LONG = Rule("result-long", _("The code of a result is short."))
RESULT_WITHIN = Rule("result-within", _("The end of a sub-process is not the result of the case."))
ARCHIVE_NO_RESULT = Rule("archive-no-result", _("The unit that archives a case is written on its result."))
RESULT_LIMIT = 64


def check(draft: Draft) -> Iterator[Problem]:
    for end in draft.of_kind("endEvent"):
        if len(end.properties.get("result", "")) > RESULT_LIMIT:
            yield about(
                RESULT_LONG,
                end,
                _("The code of the result is too long."),
                _("Shorten the property result to at most %(most)s characters.", most=RESULT_LIMIT),
            )
        if end.scope is not None and "result" in end.properties:
            yield about(
                RESULT_WITHIN,
                end,
                _("Only the sub-process ends here, so this cannot be the result of the case."),
                _("Delete the property result, and write it on the end event after the sub-process."),
            )
        if archived_by := end.properties.get("archived_by"):
            yield from names_unit(draft, end, archived_by)
            if "result" not in end.properties:
                yield about(
                    ARCHIVE_NO_RESULT,
                    end,
                    _("It says who archives the case, but it is not the result of the case."),
                    _("Write archived_by on the end event that has the property result."),
                )
