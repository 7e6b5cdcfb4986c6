"""Who does each task, who signs each paper, who keeps the file, and by when each step is due or may still be asked for, as
the diagrams draw it, in one readable list.

`who_and_when.toml` is what was agreed; the tests hold the diagrams against it. After a change that is meant, look at the
difference and write it anew: `python -m tests.rules.who_and_when`.
"""

from __future__ import annotations

import re
from pathlib import Path

from engine.bpmn.reading.elements import Diagram, Element, read_elements
from engine.bpmn.reading.read import read_diagram

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("who_and_when.toml")
HEAD = "# Made by `python -m tests.rules.who_and_when`; read the difference before it is committed.\n"
ISSUES, KEEPER = "issue_document", "archived_by"


def drawn() -> dict[str, dict[str, dict[str, str]]]:
    """Procedure -> starts, tasks, buttons, papers, files, periods, timers -> element -> what is drawn."""
    found = {}
    for path in sorted((ROOT / "processes").glob("*.bpmn")):
        diagram = read_elements(read_diagram(path.read_bytes()))
        elements = diagram.elements.values()
        found[diagram.key] = {
            "starts": {"by": ", ".join(sorted(f"{kind}:{role}" for kind, role in diagram.process.candidate_starters))},
            "tasks": {one.id: _task(diagram, one) for one in elements if one.kind == "userTask"},
            "buttons": {one.id: _button(diagram, one) for one in elements if one.is_button},
            "papers": {one.id: _paper(diagram, one) for one in elements if one.properties.get("operation") == ISSUES},
            "files": {one.id: one.properties[KEEPER] for one in elements if KEEPER in one.properties},
            "periods": {one.id: _period(one) for one in elements if one.is_period},
            "timers": {one.id: _timer(one) for one in elements if one.timer and not one.is_period},
        }
    return found


def written() -> str:
    lines = [HEAD]
    for procedure, parts in drawn().items():
        for part, entries in parts.items():
            lines += [
                f"\n[{procedure}.{part}]",
                *(f"{name} = {_quoted(text)}" for name, text in sorted(entries.items())),
            ]
    return "\n".join(lines) + "\n"


def _who(diagram: Diagram, element: Element) -> str:
    unit, roles = diagram.asked(element)
    excused = element.properties.get("excused")
    return f"{unit}: {', '.join(sorted(roles))}" + (f", excused {excused}" if excused else "")


def _task(diagram: Diagram, element: Element) -> str:
    recommended = element.properties.get("recommended")
    return _who(diagram, element) + (f"; recommended {recommended}" if recommended else "")


def _button(diagram: Diagram, element: Element) -> str:
    """With the conditions under which it may be pressed: until when, and how often."""
    conditions = sorted((name, text) for name, text in element.properties.items() if re.fullmatch(r"when(_\d+)?", name))
    return "; ".join([_who(diagram, element), *(f"while {text}" for _name, text in conditions)])


def _paper(diagram: Diagram, element: Element) -> str:
    said = element.properties
    receivers = ", ".join(filter(None, (said.get("to"), said.get("also")))) or "outside"
    letter = said.get("letter") or said.get("document") or said.get("same_as", "")
    signed = said.get("signed_by")
    signer = f"signed in {signed} by {_who(diagram, diagram.elements[signed])}" if signed else "not signed anew"
    return f"{letter} to {receivers}; {signer}"


def _period(element: Element) -> str:
    said = element.properties
    kind = "hard" if said.get("hard") == "true" else "recommended"
    return f"{said['deadline']} {said.get('rule', '')}: {element.timer.text if element.timer else ''}; {kind}; {_ends(element)}"


def _timer(element: Element) -> str:
    """What runs out or comes round without being a period."""
    assert element.timer is not None
    return f"{element.timer.kind} {element.timer.text}; {_ends(element)}"


def _ends(element: Element) -> str:
    return "ends its task" if element.interrupting else "task goes on"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    LIST.write_text(written(), encoding="utf-8")
