"""`lianban check --fix`: a cleaned copy beside the file, whose writing is changed and whose meaning never is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.gate.cleaning import cleaned
from engine.bpmn.gate.rules.shapes import DI, drawn_in
from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.read import read_as_written, read_diagram
from engine.bpmn.reading.spelling import meant
from engine.messages import speaking
from engine.organisation.people import post_codes
from tests.cli.test_commands import run
from tests.diagrams.layout import Box
from tests.reference.by_hand import end, process, start, sub, user
from tests.unit.diagrams import PERMIT, broken, in_a_folder, problems_of

AGREE = 'review_outcome == "agree"'
ODD = (
    re.sub(r'<sequenceFlow id="[^"]+"', "<sequenceFlow", broken((AGREE, "${review_outcome = “agree”}")))
    .replace("camunda:", "activiti:")
    .replace('xmlns:camunda="http://camunda.org/schema/1.0/bpmn"', 'xmlns:activiti="http://activiti.org/bpmn"')
)


def test_the_cleaned_copy_means_the_same() -> None:
    content, _done = cleaned(ODD.encode())

    assert read_elements(read_diagram(content)) == read_elements(read_diagram(PERMIT.encode()))
    assert problems_of(content) == []


def test_in_the_cleaned_copy_nothing_is_left_to_be_cleaned() -> None:
    content, _done = cleaned(ODD.encode())

    assert cleaned(content)[1] == []
    assert b"activiti:" not in content
    assert b"camunda:formRef" in content


def test_posts_that_are_written_by_name_get_their_codes() -> None:
    """In lanes, on steps and where it says who may start; a name that is no post stays."""
    lane = (
        '<camunda:property name="role" value="deputy_leader" />',
        '<camunda:property name="role" value="分管领导" />',
    )
    asked = (
        'camunda:formRef="review"',
        'camunda:formRef="review" camunda:candidateGroups="asked_unit:承办人,asked_unit:牵头人"',
    )
    starts = ('camunda:candidateStarterGroups="town:case_officer"', 'camunda:candidateStarterGroups="town:承办人"')
    content, done = cleaned(broken(lane, asked, starts).encode(), post_codes())

    text = content.decode()
    assert 'name="role" value="deputy_leader"' in text
    assert 'camunda:candidateGroups="asked_unit:case_officer,asked_unit:牵头人"' in text
    assert 'camunda:candidateStarterGroups="town:case_officer"' in text
    assert any("3" in str(said) for said in done)


def test_what_was_done_is_told() -> None:
    with speaking("en"):
        _content, done = cleaned(ODD.encode())
        said = " ".join(map(str, done))

    assert "ids were added" in said
    assert "extensions were rewritten for Camunda" in said
    assert "1 expression now has the spelling of this system" in said


def test_everything_that_runs_is_drawn_and_no_two_steps_lie_on_each_other() -> None:
    root = read_as_written(cleaned(PERMIT.encode())[0])
    diagram = read_elements(root)

    assert diagram.elements.keys() | diagram.flows.keys() <= drawn_in(root)
    bounds = root.iter("{http://www.omg.org/spec/DD/20100524/DC}Bounds")
    boxes = [Box(*(float(one.get(name, "")) for name in ("x", "y", "width", "height"))) for one in bounds]
    steps = [box for box in boxes if box.width == 100]
    apart = (abs(a.x - b.x) >= 100 or abs(a.y - b.y) >= 80 for a in steps for b in steps if a is not b)
    assert all(apart)


def test_what_is_in_a_sub_process_is_drawn_on_a_plane_of_its_own() -> None:
    text = process(
        start(), sub("s", user("a b"), sub("deep", user("c")), flows="a>b; b>deep"), end(), flows="start>s; s>end"
    )
    root = read_as_written(cleaned(text.encode())[0])
    diagram = read_elements(root)

    assert diagram.elements.keys() | diagram.flows.keys() <= drawn_in(root)
    planes = {plane.get("bpmnElement"): drawn_in(plane) for plane in root.iter(f"{DI}BPMNPlane")}
    assert {"a", "b", "deep"} <= planes["s"]
    assert planes["deep"] == {"c"}
    assert not {"a", "c"} & planes[diagram.key]


@pytest.mark.parametrize("expanded", ["true", "false"])
def test_a_line_that_is_missing_in_a_sub_process_is_drawn_where_its_steps_are(expanded: str) -> None:
    """In one that is closed on its own plane, in one that is open on the plane that it stands on."""
    text = process(start(), sub("s", user("a b"), flows="a>b"), end(), flows="start>s; s>end")
    root = read_as_written(cleaned(text.encode())[0])
    inner = next(plane for plane in root.iter(f"{DI}BPMNPlane") if plane.get("bpmnElement") == "s")
    (line,) = inner.iter(f"{DI}BPMNEdge")
    drawn = line.get("bpmnElement")
    line.getparent().remove(line)
    (shape,) = (one for one in root.iter(f"{DI}BPMNShape") if one.get("bpmnElement") == "s")
    shape.set("isExpanded", expanded)
    if expanded == "true":
        shape.getparent().extend(list(inner))
        inner.getparent().getparent().remove(inner.getparent())
    planes = [plane.get("bpmnElement") for plane in root.iter(f"{DI}BPMNPlane")]

    mended = read_as_written(cleaned(etree.tostring(root))[0])

    (line,) = (one for one in mended.iter(f"{DI}BPMNEdge") if one.get("bpmnElement") == drawn)
    assert line.getparent().get("bpmnElement") == (planes[0] if expanded == "true" else "s")
    assert [plane.get("bpmnElement") for plane in mended.iter(f"{DI}BPMNPlane")] == planes


def test_a_flow_that_leads_nowhere_stays_as_it_is() -> None:
    text = process(start(), user("a"), flows="start>a; a>gone")

    assert "gone" not in drawn_in(read_as_written(cleaned(text.encode())[0]))


@pytest.mark.parametrize("written", ["", "NaN", "12px", "1e999"])
def test_a_shape_whose_place_cannot_be_read_holds_up_nothing(written: str) -> None:
    bounds = (
        f'<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="{written}" y="0" width="36" height="36" />'
    )
    plane = f'<bpmndi:BPMNPlane><bpmndi:BPMNShape bpmnElement="start">{bounds}</bpmndi:BPMNShape></bpmndi:BPMNPlane>'
    picture = f"<bpmndi:BPMNDiagram>{plane}</bpmndi:BPMNDiagram></definitions>"
    text = process(start(), user("a"), flows="start>a").replace("</definitions>", picture)

    assert {"start", "a"} <= drawn_in(read_as_written(cleaned(text.encode())[0]))


def test_what_cannot_be_read_and_not_be_guessed_stays() -> None:
    content, _done = cleaned(broken((AGREE, "review_outcome agree or")).encode())

    assert b"review_outcome agree or" in content


@pytest.mark.parametrize("written", ["a && !b", AGREE])
def test_the_copy_says_what_is_read_anyway(written: str) -> None:
    content, _done = cleaned(broken((AGREE, written.replace("&", "&amp;"))).encode())

    conditions = {flow.condition for flow in read_elements(read_diagram(content)).flows.values()}
    assert meant(written) in conditions


def test_the_file_itself_stays_and_a_copy_is_never_written_over(tmp_path: Path) -> None:
    diagram = in_a_folder(tmp_path)
    before = diagram.read_bytes()

    first, second = run("check", "--fix", str(diagram)), run("check", "--fix", str(diagram))

    assert diagram.read_bytes() == before
    assert (tmp_path / "permit.fixed.bpmn").exists()
    assert "permit.fixed.bpmn 已写好" in first.output
    assert second.exit_code == 2
    assert "permit.fixed.bpmn 已经有了" in second.output
