"""Random diagrams of all words that the engine runs, also of those that the gate does not let pass yet."""

from __future__ import annotations

from tests.reference.blocks import Block, Border, Task
from tests.reference.blocks_scopes import BEGUN, HOW, Repeated, Sub, Times
from tests.reference.generator import DEEPEST, TESTS, Around, Generator

UNTIL = (
    "", "", "nrOfCompletedInstances >= 2", "nrOfCompletedInstances * 2 > nrOfInstances", "nrOfActiveInstances < 2",
    "loopCounter == 1", "x == 2",
)  # fmt: skip
"""Completion conditions."""


class WideGenerator(Generator):
    """Draws from one seed, always the same. What the gate asks for beyond what runs is not looked after."""

    def __init__(self, seed: int, size: int) -> None:
        super().__init__(seed, size, left_out=frozenset())

    def block(self, around: Around) -> Block:
        self.left -= 1
        kinds = ["task"] * 4 + ["row"] * 4 + ["work", "work", "wait", "call"]
        if self.left > 0 and around.depth < DEEPEST:
            kinds += ["choice", "choice", "fork", "fork", "loop", *self._wide_kinds()]
        return getattr(self, f"_{self.draw.choice(kinds)}")(around.deeper())

    def _wide_kinds(self) -> list[str]:
        return ["sub"] * 4 + ["several"] * 3 + ["repeated"] * 3

    def _sub(self, around: Around) -> Block:
        inner = around.deeper(beside=False, forked=False)
        begun = self.draw.choices(BEGUN, (12, 2, 2, 1))[0]
        return Sub(self._key("S"), self.block(inner), self._borders(around), self.draw.random() < 0.6, begun)

    def _several(self, around: Around) -> Block:
        """Often with branches side by side, of which each time has its own."""
        inner = around.deeper(beside=False, forked=False)
        body = self._fork(inner) if self.draw.random() < 0.4 else self.block(inner)
        return Sub(self._key("S"), body, self._borders(around), times=self._times())

    def _repeated(self, around: Around) -> Block:
        kind = self.draw.choice(["userTask"] * 4 + ["serviceTask", "callActivity", "receiveTask"])
        return Repeated(self._key("n"), kind, self._times(), self._borders(around))

    def _times(self) -> Times:
        how = self.draw.choice(HOW)
        if how.startswith("loop"):
            return Times(how, self.draw.choice(["", "2", "3"]), self.draw.choice(TESTS))
        return Times(how, self.draw.choice(["", "", "0", "1", "3"]), self.draw.choice(UNTIL))

    def _borders(self, around: Around) -> tuple[Border, ...]:
        """Events on the border of anything but a task."""
        task = self._task(around)
        assert isinstance(task, Task)
        return task.borders
