"""A procedure with frames, walked over the pages: a person sees steps, wherever in the diagram they stand."""

from __future__ import annotations

from pathlib import Path

from tests.processes import drawings, test_sub_processes
from tests.processes.drawings import flow, lane
from tests.web.office import OFFICER, Office

ECOLOGY = "fangsiyuan.hb"


def test_the_steps_of_a_frame_are_done_over_the_pages(office: Office, tmp_path: Path) -> None:
    border = test_sub_processes.timer(
        "review_over", "review", "working_days(3, now())", test_sub_processes.PERIOD, cancels=False
    )
    body = test_sub_processes.framed(border, after='<endEvent id="told" />' + flow("review_over", "told"))
    forms = {name: test_sub_processes.FORMS[name] for name in ("check", "discuss", "sum_up")}
    in_its_lane = lane("l_dept", "dept", "case_officer", "review")
    drawings.draw(office.town, tmp_path, "framed", body, "sum_up", forms, in_its_lane)
    case = drawings.start(office.town, "framed")
    handler, starter = office.desk(ECOLOGY), office.desk(OFFICER)

    inbox = handler.get("/inbox")
    assert "初核" in inbox.words()
    assert "复核期限" in inbox.words()
    task = handler.get(f"/tasks/{case.task('check')}")
    assert "复核期限" in task.words()
    done = handler.post(f"/tasks/{case.task('check')}", {"finding": "属实"})
    assert done.status == 302
    shown = starter.get(f"/instances/{case.number}")
    assert "商议" in shown.words()
    assert "复核期限" in shown.words()
    assert "review" in shown.text
    handler.post(f"/tasks/{case.task('discuss')}", {"view": "立案"})
    starter.post(f"/tasks/{case.task('sum_up')}", {"seen": "属实"})
    ended = starter.get(f"/instances/{case.number}")
    assert case.status == "ended"
    assert "按期" in ended.words()
