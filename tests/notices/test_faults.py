"""A fault is mailed to whoever looks after the installation, and the mail says nothing of the case."""

from __future__ import annotations

import pytest

from engine.errors import IncidentRaised
from tests.notices.conftest import Towns
from tests.notices.people import choose, sendings
from tests.notices.receivers import Mailbox
from tests.processes.test_advance import break_letters
from tests.processes.town import MORNING

ADMIN = "anning.sf"


def test_a_fault_is_mailed_to_the_administrator_without_what_the_case_says(
    open_town_on_each_database: Towns, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = open_town_on_each_database(smtp_url=mailbox.url, base_url="https://lianban.example.gov.cn")
    choose(town, ADMIN, handling_mail=True)
    case = town.refer(at=MORNING).submit()
    break_letters(monkeypatch)
    with pytest.raises(IncidentRaised):
        case.approve()

    assert town.engine.delivery.deliver("mail") == 1

    (mail,) = mailbox.mails
    words = mail.get_content()
    assert "系统故障" in str(mail["Subject"])
    assert case.number in words
    assert "打印机着火了。" in words
    assert "https://lianban.example.gov.cn/messages/" in words
    assert "办件：" not in words
    assert "废铅蓄电池" not in f"{mail['Subject']}{words}"
    (sent,) = [row for row in sendings(town) if row.instance_id is None]
    assert sent.status == "sent"
