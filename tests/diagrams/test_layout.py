"""Every diagram is drawn so that a person can read it, and the checker notices when one is not."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from lxml import etree

from tests.diagrams import layout
from tests.diagrams.layout import BPMN, BPMNDI, DC, DI

PROCESSES = Path(__file__).parents[2] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*.bpmn"))


class Draft:
    """A copy of the case referral that can be drawn badly."""

    def __init__(self) -> None:
        self.root = etree.fromstring((PROCESSES / "case_referral.bpmn").read_bytes())

    def element(self, id_: str) -> etree._Element:
        return next(node for node in self.root.iter(f"{BPMN}*") if node.get("id") == id_)

    def drawn(self, id_: str) -> etree._Element:
        return next(node for node in self.root.iter(f"{BPMNDI}*") if node.get("bpmnElement") == id_)

    def move(self, id_: str, *, right: float = 0, down: float = 0) -> None:
        _shift(_one(self.drawn(id_), f"{DC}Bounds"), right, down)

    def move_label(self, id_: str, *, right: float = 0, down: float = 0) -> None:
        _shift(_one(self.drawn(id_), f"{BPMNDI}BPMNLabel/{DC}Bounds"), right, down)

    def move_waypoint(self, edge: str, index: int, *, right: float = 0, down: float = 0) -> None:
        _shift(self.drawn(edge).findall(f"{DI}waypoint")[index], right, down)

    def route(self, edge: str, *points: tuple[float, float]) -> None:
        drawn = self.drawn(edge)
        for child in list(drawn):
            drawn.remove(child)
        for x, y in points:
            etree.SubElement(drawn, f"{DI}waypoint", x=str(x), y=str(y))

    def centre(self, id_: str) -> tuple[float, float]:
        return layout.Drawing(etree.tostring(self.root)).shapes[id_].centre

    def problems(self) -> list[str]:
        return layout.problems(etree.tostring(self.root))


def _one(parent: etree._Element, path: str) -> etree._Element:
    found = parent.find(path)
    assert found is not None
    return found


def _shift(place: etree._Element, right: float, down: float) -> None:
    place.set("x", str(float(place.get("x", "")) + right))
    place.set("y", str(float(place.get("y", "")) + down))


@pytest.fixture
def draft() -> Draft:
    return Draft()


def test_there_are_diagrams_to_look_at() -> None:
    assert DIAGRAMS


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: path.stem)
def test_a_diagram_has_no_layout_problem(diagram: Path) -> None:
    assert layout.problems(diagram.read_bytes()) == []


def test_an_element_without_a_shape_is_noticed(draft: Draft) -> None:
    shape = draft.drawn("sign_for")
    shape.getparent().remove(shape)  # type: ignore[union-attr]
    assert "sign_for has no shape" in draft.problems()


def test_a_flow_without_an_edge_is_noticed(draft: Draft) -> None:
    edge = draft.drawn("flow_sign_for_merge_review")
    edge.getparent().remove(edge)  # type: ignore[union-attr]
    assert draft.problems() == ["flow_sign_for_merge_review has no edge"]


def test_a_shape_drawn_twice_is_noticed(draft: Draft) -> None:
    shape = draft.drawn("sign_for")
    shape.addnext(copy.deepcopy(shape))
    assert draft.problems() == ["sign_for is drawn 2 times"]


def test_a_shape_of_an_element_that_does_not_exist_is_noticed(draft: Draft) -> None:
    shape = copy.deepcopy(draft.drawn("sign_for"))
    shape.set("bpmnElement", "forgotten")
    draft.drawn("sign_for").addnext(shape)
    assert "forgotten is drawn but does not exist" in draft.problems()


def test_a_name_without_a_place_is_noticed(draft: Draft) -> None:
    gateway = draft.drawn("g_urgent")
    gateway.remove(_one(gateway, f"{BPMNDI}BPMNLabel"))
    assert draft.problems() == ["g_urgent has a name but no place for it"]


def test_shapes_on_top_of_each_other_are_noticed(draft: Draft) -> None:
    draft.move("keep_case", right=-150)
    assert "g_prepared and keep_case overlap" in draft.problems()


def test_a_boundary_event_away_from_its_activity_is_noticed(draft: Draft) -> None:
    draft.move("urgent_due", down=-30)
    assert "urgent_due does not sit on the border of its activity" in draft.problems()


def test_a_shape_outside_its_lane_is_noticed(draft: Draft) -> None:
    draft.move("sign_for", down=-130)
    assert "sign_for lies outside its lane lane_liaison" in draft.problems()


def test_a_flow_through_a_foreign_shape_is_noticed(draft: Draft) -> None:
    (left, y), (right, _) = draft.centre("describe_withdrawal"), draft.centre("merge_withdrawn")
    draft.route("flow_g_delivered_merge_withdrawn", (left, y), (right, y))
    assert "flow_g_delivered_merge_withdrawn runs through deliver_withdrawal" in draft.problems()


def test_a_diagonal_flow_is_noticed(draft: Draft) -> None:
    draft.move_waypoint("flow_keep_case_kept_early", -1, down=3)
    assert "flow_keep_case_kept_early has a diagonal stretch" in draft.problems()


def test_a_flow_that_ends_in_the_air_is_noticed(draft: Draft) -> None:
    draft.move_waypoint("flow_keep_case_kept_early", -1, right=-12)
    assert draft.problems() == ["flow_keep_case_kept_early does not meet kept_early"]


def test_a_flow_that_meets_the_empty_corner_of_a_gateway_is_noticed(draft: Draft) -> None:
    draft.move_waypoint("flow_merge_stop_join_send", -1, right=20)
    draft.move_waypoint("flow_merge_stop_join_send", -2, right=20)
    assert draft.problems() == ["flow_merge_stop_join_send does not meet join_send"]


def test_unrelated_flows_on_one_line_are_noticed(draft: Draft) -> None:
    x, y = draft.centre("merge_object")
    draft.route("flow_merge_object_study_objection", (x, y - 25), (x, y - 80), (x + 40, y - 80))
    overlapping = "flow_g_merged_merge_object and flow_merge_object_study_objection run on one line"
    assert overlapping in draft.problems()


def test_more_crossings_than_a_reader_can_follow_are_noticed(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_CROSSINGS", 0)
    (problem,) = draft.problems()
    assert "crossings, more than 0: " in problem
    assert "flow_fork_accept_sign_for with flow_deliver_supplement_merge_accept" in problem


def test_a_label_on_another_label_is_noticed(draft: Draft) -> None:
    (x, y), (other_x, other_y) = draft.centre("clock_urgent_end"), draft.centre("urgent_overdue")
    draft.move_label("clock_urgent_end", right=other_x - x, down=other_y - y)
    assert draft.problems() == ["the labels of clock_urgent_end and urgent_overdue overlap"]


def test_a_label_on_a_shape_is_noticed(draft: Draft) -> None:
    draft.move_label("clock_urgent_end", right=-40)
    assert "the label of clock_urgent_end lies on clock_urgent_end" in draft.problems()


def test_a_label_on_a_flow_is_noticed(draft: Draft) -> None:
    draft.move_label("flow_g_prepared_keep_case", down=10)
    assert "the label of flow_g_prepared_keep_case lies on flow_g_prepared_keep_case" in draft.problems()


def test_a_label_on_the_border_of_a_lane_is_noticed(draft: Draft) -> None:
    border = _one(draft.drawn("lane_leader"), f"{DC}Bounds").get("y", "")
    _, y = draft.centre("acceptance_overdue")
    draft.move_label("acceptance_overdue", right=300, down=float(border) - y)
    assert draft.problems() == ["the label of acceptance_overdue lies on the border of a lane"]


@pytest.mark.parametrize(
    ("id_", "name"),
    [("sign_for", "受移送单位的联系人在收到移送函和全部材料之后逐页核对再签收"), ("kept", "由移送单位自行办理")],
)
def test_a_name_too_long_for_its_box_is_noticed(draft: Draft, id_: str, name: str) -> None:
    draft.element(id_).set("name", name)
    assert draft.problems() == [f"the name of {id_} is too long for its box"]


def test_seven_chinese_characters_fit_on_a_line_of_a_task(draft: Draft) -> None:
    draft.element("sign_for").set("name", "一二三四五六七" * 4)
    assert draft.problems() == []
    draft.element("sign_for").set("name", "一二三四五六七" * 4 + "八")
    assert draft.problems() == ["the name of sign_for is too long for its box"]
