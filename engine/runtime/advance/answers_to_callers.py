"""Cases that have ended and whose callers go on: one after the other, however many a step sets off.

A called case that waits for nobody ends while its caller's step is taken, and the caller may call the next one at once. Each
answer is a step of its own, and none is taken within another; so a long row of them is no deep one, and one without end is
noticed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from engine.bpmn.spiff.iterations import MOST
from engine.bpmn.spiff.workflow import WorkflowFault
from engine.db.unit import unit_of
from engine.messages import gettext as _
from engine.runtime.step.step import Step

AT_ONCE = MOST
"""So often a call activity of one case may have its answer in one transaction: as often as one may be done several times."""
_KEY = "answers_to_callers"


class Answers:
    def __init__(self) -> None:
        self.waiting: deque[Step] = deque()
        """The called cases whose callers have not been answered yet."""
        self._taken = Counter[tuple[str, str]]()

    def count(self, caller_id: str, element_id: str) -> None:
        """The call activity has its answer. Raises WorkflowFault when that seems to have no end."""
        self._taken[caller_id, element_id] += 1
        if self._taken[caller_id, element_id] > AT_ONCE:
            raise WorkflowFault(
                _(
                    "More than %(most)s cases called here have ended on their own, one after the other. The diagrams "
                    "may call one another in a loop that waits for nobody.",
                    most=AT_ONCE,
                ),
                element_id,
            )


def in_turn(called: Step, answer: Callable[[Step, Answers], bool]) -> None:
    """The called case's caller is answered now, or after those that wait already; with it all that this sets off.

    `answer` returns False when the caller could not go on and stands as it was: what its step had set off never was.
    """
    unit = unit_of(called.tx)
    if (under_way := unit.kept(_KEY)) is not None:
        under_way.waiting.append(called)
        return
    answers = Answers()
    answers.waiting.append(called)
    try:
        while answers.waiting:
            unit.keep(_KEY, lambda: answers)  # a savepoint that was gone back to has forgotten it
            first = answers.waiting.popleft()
            before = list(answers.waiting)
            if not answer(first, answers):
                answers.waiting = deque(before)
    finally:
        unit.let_go(_KEY)
