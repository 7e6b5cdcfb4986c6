"""What the progress of a case tells beforehand: the steps of the usual way, and none that nobody can know yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.read import read_diagram

PROCESSES = Path(__file__).resolve().parents[2] / "processes"


@pytest.mark.parametrize(
    ("process", "step", "names"),
    [
        ("case_referral", "approve_referral", ["送达移送函", "签收", "受理审查", "审核签发"]),
        ("case_referral", "study_objection", []),
        ("first_responder", "check_complaint", []),
        ("first_responder", "file_own_case", ["登记查处结果", "拟写答复", "审核签发答复", "出具答复意见书"]),
        ("technical_assistance", "record_consultation", ["协调职责争议"]),
        ("dispute_resolution", "dispose_a", ["记录协商结果"]),
        (
            "dispute_resolution",
            "review_application",
            ["告知受理", "转送并征求意见", "另一方书面答复", "调查协调"],
        ),
        (
            "dispute_resolution",
            "sign_agreement_a",
            ["送达一致意见", "抄告市司法局", "建议列入职责边界清单", "确定执行单位"],
        ),
        ("dispute_resolution", "report_execution_a", ["报送执行情况"]),
    ],
)
def test_what_is_foretold_ends_where_nobody_can_know(process: str, step: str, names: list[str]) -> None:
    diagram = read_elements(read_diagram((PROCESSES / f"{process}.bpmn").read_bytes()))

    assert [element.name for element in diagram.expected_after(step)] == names


@pytest.mark.parametrize("informant", ["named", "anonymous"])
def test_r64_what_is_settled_already_decides_what_is_foretold(informant: str) -> None:
    """Nobody writes to whoever has given no name."""
    diagram = read_elements(read_diagram((PROCESSES / "first_responder.bpmn").read_bytes()))
    known = {'informant_kind == "anonymous"': informant == "anonymous"}

    told = [element.name for element in diagram.expected_after("register_intake", 3, known.get)]
    assert ("出具受理告知书" in told) is (informant == "named")
