"""The names of states in the code are those that the database lets pass."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest
from sqlalchemy import CheckConstraint, Table

from engine.db.tables import correction, deadline, duty_proposal, outbox, process_instance, task, thrown_event
from engine.states import (
    CorrectionStatus,
    InstanceStatus,
    PeriodStatus,
    ProposalStatus,
    SendingStatus,
    TaskStatus,
    ThrownStatus,
)


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (process_instance, InstanceStatus),
        (task, TaskStatus),
        (deadline, PeriodStatus),
        (correction, CorrectionStatus),
        (duty_proposal, ProposalStatus),
        (outbox, SendingStatus),
        (thrown_event, ThrownStatus),
    ],
    ids=lambda found: getattr(found, "name", None) or found.__name__,
)
def test_every_state_that_a_row_can_have_has_one_name(table: Table, states: type[StrEnum]) -> None:
    checks = [str(found.sqltext) for found in table.constraints if isinstance(found, CheckConstraint)]
    (allowed,) = [text for text in checks if text.startswith("status in")]

    assert set(re.findall("'([a-z_]+)'", allowed)) == {state.value for state in states}
