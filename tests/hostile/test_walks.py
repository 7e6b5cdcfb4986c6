"""What the gate accepts never gets stuck and does nothing twice: random drawings, walked at random to their end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.workflow import Places, Workflow
from engine.forms.schema import Form
from tests.unit.diagrams import HEAD, flow, form_of, forms_of, problems_of, properties, text_field

STEPS = 60


class Chance:
    """A host by whom every condition is as likely to hold as not."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        return self.draw.random() < 0.5

    def operate(self, element_id: str, place: Places = ()) -> None:
        """Nothing is to be done."""


class Drawing:
    """Blocks within blocks: tasks, choices, forks, loops and limits; then a few flows lead elsewhere."""

    def __init__(self, draw: random.Random, detours: int) -> None:
        self.draw = draw
        self.nodes: dict[str, str] = {"start": "start", "end": "end"}
        self.hosts: dict[str, str] = {}
        self.flows: list[tuple[str, str]] = []
        first, last = self.block(draw.randint(1, 4))
        self.flows += [("start", first), (last, "end")]
        for _ in range(detours):
            source, target = self.flows.pop(draw.randrange(len(self.flows)))
            elsewhere = draw.choice(list(self.nodes))
            self.flows.append((source, elsewhere) if draw.random() < 0.6 else (elsewhere, target))
        self.flows = list(dict.fromkeys(self.flows))

    def node(self, kind: str) -> str:
        key = f"{kind}{len(self.nodes)}"
        self.nodes[key] = kind
        return key

    def block(self, depth: int) -> tuple[str, str]:
        """The first and the last element of a block."""
        kinds = ["task", "task", "row", "row", "choice", "fork", "loop", "limit"]
        match self.draw.choice(kinds) if depth else "task":
            case "row":
                one, other = self.block(depth - 1), self.block(depth - 1)
                self.flows.append((one[1], other[0]))
                return one[0], other[1]
            case "choice" | "fork" as kind:
                return self.branches("parallelGateway" if kind == "fork" else "exclusiveGateway", depth)
            case "loop":
                merge, inner, choice = (
                    self.node("exclusiveGateway"),
                    self.block(depth - 1),
                    self.node("exclusiveGateway"),
                )
                self.flows += [(merge, inner[0]), (inner[1], choice), (choice, merge)]
                return merge, choice
            case "limit":
                task, limit, merge = self.node("userTask"), self.node("boundaryEvent"), self.node("exclusiveGateway")
                self.hosts[limit] = task
                self.flows += [(task, merge), (limit, merge)]
                return task, merge
        task = self.node("userTask")
        return task, task

    def branches(self, kind: str, depth: int) -> tuple[str, str]:
        fork, join = self.node(kind), self.node(kind)
        for _ in range(self.draw.randint(2, 3)):
            inner = self.block(depth - 1)
            self.flows += [(fork, inner[0]), (inner[1], join)]
            if self.draw.random() < 0.1:
                way_out, end = (
                    self.node("exclusiveGateway"),
                    self.node(self.draw.choice(["end", "terminate", "terminate"])),
                )
                self.flows[-1:] = [(inner[1], way_out), (way_out, end), (way_out, join)]
        return fork, join

    def text(self) -> str:
        starters = 'camunda:candidateStarterGroups="town:case_officer"'
        return "\n".join(
            [
                HEAD,
                f'<process id="walk" name="走" isExecutable="true" {starters}>',
                properties(starter="asking_unit", parties="asking_unit"),
                *map(self.drawn, self.nodes),
                *(flow(*ends, condition=self.condition(*ends)) for ends in self.flows),
                "</process></definitions>",
            ]
        )

    def drawn(self, key: str) -> str:
        timer = "<timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition>"
        match self.nodes[key]:
            case "start":
                return '<startEvent id="start" camunda:formRef="permit_start" />'
            case "end":
                return f'<endEvent id="{key}" />'
            case "terminate":
                return f'<endEvent id="{key}"><terminateEventDefinition /></endEvent>'
            case "userTask":
                form = f'camunda:formRef="form_{key}" camunda:candidateGroups="ecology:liaison"'
                return f'<userTask id="{key}" name="{key}" {form} />'
            case "boundaryEvent":
                return f'<boundaryEvent id="{key}" attachedToRef="{self.hosts[key]}">{timer}</boundaryEvent>'
            case "exclusiveGateway" if self.is_choice(key):
                default = f"{key}__{self.targets(key)[-1]}"
                return f'<exclusiveGateway id="{key}" name="走哪条？" default="{default}" />'
        return f'<{self.nodes[key]} id="{key}" />'

    def forms(self) -> dict[str, Form]:
        """Each task asks on a form of its own: on one form, tasks of one time would answer for each other."""
        tasks = [key for key, kind in self.nodes.items() if kind == "userTask"]
        own = {f"form_{key}": form_of(f"form_{key}", [text_field(f"checked_{key}")]) for key in tasks}
        return {"permit_start": forms_of()["permit_start"], **own}

    def targets(self, key: str) -> list[str]:
        return [target for source, target in self.flows if source == key]

    def is_choice(self, key: str) -> bool:
        return self.nodes[key] == "exclusiveGateway" and len(self.targets(key)) > 1

    def condition(self, source: str, target: str) -> str:
        return "subject is None" if self.is_choice(source) and target != self.targets(source)[-1] else ""


def walk(text: str, draw: random.Random) -> None:
    """Something can be done until the end is reached, and nothing is open twice; stored and restored at every step."""
    specification = Specification(read_elements(read_diagram(text.encode())))
    workflow = Workflow(specification, Chance(draw))
    workflow.run()
    for _ in range(STEPS):
        if workflow.completed:
            return
        workflow = Workflow(specification, Chance(draw), workflow.to_bytes())
        tasks, events = workflow.user_tasks(), workflow.armed_events()
        assert tasks, "nobody is asked"
        assert max(Counter(task.element_id for task in tasks).values()) == 1, "somebody is asked twice"
        if events and draw.random() < 0.3:
            workflow.fire(draw.choice(events).id)
        else:
            workflow.complete(draw.choice(tasks).id)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 0, 1, 1, 2, 3]))
def test_what_is_accepted_goes_on_until_it_ends(seed: int, detours: int):
    draw = random.Random(seed)
    drawing = Drawing(draw, detours)
    text = drawing.text()

    if not problems_of(text, drawing.forms()):
        walk(text, draw)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_fork_in_a_loop_is_joined_by_all_its_branches_every_time(seed: int):
    draw = random.Random(seed)
    drawing = Drawing(draw, 0)
    drawing.nodes = {"start": "start", "end": "end", "m": "exclusiveGateway", "f": "parallelGateway", "a": "userTask",
                     "b": "userTask", "c": "userTask", "j": "parallelGateway", "x": "exclusiveGateway"}  # fmt: skip
    drawing.flows = [("start", "m"), ("m", "f"), ("f", "a"), ("f", "b"), ("f", "c"), ("a", "j"), ("b", "j"), ("c", "j"),
                     ("j", "x"), ("x", "m"), ("x", "end")]  # fmt: skip
    text = drawing.text()

    assert problems_of(text, drawing.forms()) == []
    walk(text, draw)
