"""Camunda's test files (CPT, JSON, of 8.9 and 8.10) as stories, as far as they say what there is here.

An instruction says one thing after another; a story says what is answered, when, and what is expected. Their clock stands
still but for SET_TIME and INCREASE_TIME, so the time of each answer is known. What has no counterpart is told in a sentence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.bpmn.reading.elements import Diagram
from engine.bpmn.reading.timers import read_duration
from engine.clock import parse_local
from engine.errors import ExpressionError
from engine.messages import Text
from engine.messages import gettext as _
from engine.trial.story import SIZE_LIMIT, Answer, Story, StoryRefused

_STATUS = {"IS_COMPLETED": "ended", "IS_TERMINATED": "ended", "IS_ACTIVE": "running", "IS_CREATED": "running"}
_OF_TASKS = {"IS_CREATED": "IS_ACTIVE", "IS_CANCELED": "IS_TERMINATED"}
_EXPECTED = {
    "IS_ACTIVE": "waits_at",
    "IS_COMPLETED": "passes",
    "IS_COMPLETED_IN_ORDER": "passes",
    "IS_TERMINATED": "lapses",
    "IS_NOT_ACTIVATED": "never",
}
"""What an assertion about elements is called in a story."""
SEEN = ("userTask", "boundaryEvent", "intermediateCatchEvent")
"""What a trial tells of: tasks, buttons and timers. Everything else is passed without a word."""


def read_tests(content: bytes, diagram: Diagram, now: datetime) -> list[Story]:
    """The tests of the file that begin this procedure; a case without SET_TIME begins now. Raises StoryRefused."""
    if len(content) > SIZE_LIMIT:
        raise StoryRefused(_("The answers file is too large."))
    try:
        told = json.loads(content)
        cases = told["testCases"]
        return [_Reader(diagram, now, str(case["name"])).story(case["instructions"]) for case in cases]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StoryRefused(
            _("This is not a Camunda test file: it has no testCases with names and instructions.")
        ) from None


@dataclass
class _Reader:
    diagram: Diagram
    now: datetime
    name: str
    start: Answer | None = None
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    expected: dict[str, Any] = field(default_factory=dict)
    left_out: list[Text] = field(default_factory=list)
    waits: set[str] = field(default_factory=set)
    """Elements that are waited at when the last thing has been done."""

    def story(self, instructions: list[Mapping[str, Any]]) -> Story:
        for instruction in instructions:
            kind = str(instruction["type"])
            take: Callable[[Mapping[str, Any]], None] | None = getattr(self, f"_{kind.lower()}", None)
            if take is None:
                self._leave_out(kind)
            else:
                take(instruction)
        if self.waits:
            self.expected["waits_at"] = sorted(self.waits)
        return Story(
            name=self.name,
            start=self.start or Answer({}, at=self.now),
            answers={element: tuple(given) for element, given in self.answers.items()},
            until=self.now,
            expected=self.expected,
            left_out=tuple(self.left_out),
        )

    def _leave_out(self, what: str) -> None:
        self.left_out.append(_("%(what)s has no equivalent here and was left out.", what=what[:80]))

    # --- what happens ---

    def _create_process_instance(self, told: Mapping[str, Any]) -> None:
        self.start = Answer(_values(told.get("variables")), at=self.now)

    def _complete_user_task(self, told: Mapping[str, Any]) -> None:
        if (element := self._element(told["userTaskSelector"])) is not None:
            self._answer(element, told)

    def _publish_message(self, told: Mapping[str, Any]) -> None:
        """A message that a button waits for presses it."""
        buttons = [
            one.id
            for one in self.diagram.elements.values()
            if one.is_button and any(event.name == told["name"] for event in one.events)
        ]
        if len(buttons) == 1:
            self._answer(buttons[0], {})
        else:
            self._leave_out(f"{told['type']} {told['name']}")

    _correlate_message = _publish_message

    def _answer(self, element: str, told: Mapping[str, Any]) -> None:
        self.answers[element].append(Answer(_values(told.get("variables")), at=self.now))
        self.waits.clear()

    def _increase_time(self, told: Mapping[str, Any]) -> None:
        if (duration := _duration(str(told["duration"]))) is None:
            self._leave_out(f"INCREASE_TIME {told['duration']}")
        else:
            self.now += duration
        self.waits.clear()

    def _set_time(self, told: Mapping[str, Any]) -> None:
        self.now = parse_local(str(told["time"]).replace("Z", "+00:00"))
        self.waits.clear()

    # --- what is expected ---

    def _assert_process_instance(self, told: Mapping[str, Any]) -> None:
        if told.get("state") in _STATUS:
            self.expected["status"] = _STATUS[told["state"]]

    def _assert_user_task(self, told: Mapping[str, Any]) -> None:
        self._expect([told["userTaskSelector"]], _OF_TASKS.get(told.get("state", ""), told.get("state", "")))
        for name in sorted(told.keys() & {"assignee", "candidateGroups", "priority", "dueDate", "followUpDate"}):
            self._leave_out(f"ASSERT_USER_TASK {name}")

    def _assert_element_instance(self, told: Mapping[str, Any]) -> None:
        self._expect([told["elementSelector"]], told["state"])

    def _assert_element_instances(self, told: Mapping[str, Any]) -> None:
        self._expect(told["elementSelectors"], told["state"])

    def _expect(self, selectors: list[Mapping[str, Any]], state: str) -> None:
        elements = [element for one in selectors if (element := self._element(one)) is not None]
        seen = [element for element in elements if self.diagram.elements[element].kind in SEEN]
        for element in elements:
            if element not in seen and self.diagram.elements[element].kind not in ("startEvent", "endEvent"):
                self._leave_out(f"{state} {element}")
        word = _EXPECTED.get(state)
        if word == "waits_at":
            self.waits |= set(seen)
        elif word == "passes":
            before = self.expected.setdefault("passes", [])
            before += [element for element in seen if element not in before]
        elif word is not None:
            self.expected[word] = [*self.expected.get(word, []), *seen]
        elif state:
            self._leave_out(state)

    def _element(self, selector: Mapping[str, Any]) -> str | None:
        """The element that is meant, by its id or its name."""
        named = (one.id for one in self.diagram.elements.values() if one.name and one.name == _name(selector))
        element = str(selector.get("elementId") or next(named, ""))
        if element in self.diagram.elements:
            return element
        self._leave_out(json.dumps(selector, ensure_ascii=False))
        return None


def _duration(text: str) -> timedelta | None:
    try:
        return read_duration(text)
    except ExpressionError:
        return None


def _name(selector: Mapping[str, Any]) -> str:
    return str(selector.get("elementName") or selector.get("taskName") or "")


def _values(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """As they stand in a file of answers: everything is text, nothing is empty."""
    return {name: _text(value) for name, value in (variables or {}).items()}


def _text(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return [_text(one) for one in value]
        case None:
            return ""
        case dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
