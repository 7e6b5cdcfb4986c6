"""Mail over TLS, with real sockets: what is trusted is sent, what is not is refused and waits, and nothing goes in plain."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.notices.conftest import Towns
from tests.notices.people import sendings, with_mail
from tests.notices.receivers import HOST, Hanging, Mailbox, mail_server
from tests.notices.tls import AUTHORITY, SilentHandshake, secret_mail_server
from tests.processes.town import MORNING, Town, at
from tests.said import kept

OFFICER = "shenhe.qh"
REMINDED = "2026-10-09T09:00"
SCHEMES = [("smtps", True), ("smtp+starttls", False), ("smtp", False)]
"""How the address says it, and whether the server encrypts from the first byte."""


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority of the tests, as an operator makes it trust the authority of an office."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


@pytest.fixture
def silent() -> Iterator[SilentHandshake]:
    server = SilentHandshake()
    yield server
    server.close()


def reminded(open_town: Towns, scheme: str, port: int, **chosen: object) -> Town:
    """A town whose officer is to be reminded by mail now."""
    town = open_town(smtp_url=f"{scheme}://{HOST}:{port}", **{"send_timeout_seconds": 10, **chosen})
    with_mail(town, OFFICER)
    town.refer(at=MORNING)
    town.at(REMINDED)
    return town


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(("scheme", "implicit"), SCHEMES)
def test_a_trusted_server_gets_the_mail_encrypted(open_town: Towns, scheme: str, implicit: bool) -> None:
    mailbox = Mailbox()
    with secret_mail_server(mailbox, "trusted", implicit, require_starttls=not implicit):
        town = reminded(open_town, scheme, mailbox.port)

        assert town.engine.delivery.deliver("mail") == 1

    assert [mail["To"] for mail in mailbox.mails] == ["沈禾 <shenhe.qh@example.gov.cn>"]


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(("scheme", "implicit"), SCHEMES)
@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ("untrusted", "unable to get local issuer certificate"),
        ("misnamed", "IP address mismatch"),
    ],
)
def test_a_server_that_is_not_trusted_gets_nothing_and_the_message_waits(
    open_town: Towns, scheme: str, implicit: bool, certificate: str, said: str
) -> None:
    mailbox = Mailbox()
    with secret_mail_server(mailbox, certificate, implicit):
        town = reminded(open_town, scheme, mailbox.port)

        assert town.engine.delivery.deliver("mail") == 0

    (row,) = sendings(town)
    assert mailbox.mails == []
    assert row.status == "failed"
    assert kept(row.reason).startswith("对方的证书不可信，没有发送任何内容（")
    assert said in kept(row.reason)
    assert row.next_try_at > at(REMINDED)


def test_what_waited_for_a_certificate_goes_when_it_is_trusted(
    open_town: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox()
    with secret_mail_server(mailbox, "trusted", True):
        town = reminded(open_town, "smtps", mailbox.port)
        assert town.engine.delivery.deliver("mail") == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
        town.later(minutes=1)

        assert town.engine.delivery.deliver("mail") == 1

    assert len(mailbox.mails) == 1


def test_encryption_that_is_demanded_and_not_offered_is_not_done_without(open_town: Towns, mailbox: Mailbox) -> None:
    town = reminded(open_town, "smtp+starttls", mailbox.port)

    assert town.engine.delivery.deliver("mail") == 0

    (row,) = sendings(town)
    assert mailbox.mails == []
    assert (row.status, kept(row.reason)) == ("failed", "邮件服务器不支持加密（STARTTLS），没有发送任何内容。")


def test_a_server_that_does_not_encrypt_cannot_be_called_as_one_that_does(open_town: Towns) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox):
        town = reminded(open_town, "smtps", mailbox.port)

        assert town.engine.delivery.deliver("mail") == 0

    assert mailbox.mails == []
    assert kept(sendings(town)[0].reason) == "加密连接没有建立，请检查证书。"


def test_a_server_that_hangs_in_the_handshake_is_left_and_tried_again(
    open_town: Towns, hanging: Hanging, silent: SilentHandshake
) -> None:
    for scheme, port in (("smtps", hanging.port), ("smtp+starttls", silent.port), ("smtp", silent.port)):
        town = reminded(open_town, scheme, port, send_timeout_seconds=0.2)

        assert town.engine.delivery.deliver("mail") == 0

        row = sendings(town)[-1]
        assert (row.status, kept(row.reason)) == ("failed", "连接超时，对方没有回应。")
    assert silent.asked.is_set()
    assert b"MAIL FROM" not in silent.heard.upper()


@pytest.mark.parametrize("implicit", [True, False])
def test_a_server_that_hangs_in_the_handshake_delays_no_step(
    open_town: Towns, hanging: Hanging, silent: SilentHandshake, implicit: bool
) -> None:
    server = hanging if implicit else silent
    town = reminded(open_town, "smtps" if implicit else "smtp+starttls", server.port)
    stuck = threading.Thread(target=town.engine.delivery.deliver, args=["mail"])
    stuck.start()
    assert (hanging.called if implicit else silent.asked).wait(20)

    case = town.refer()

    assert stuck.is_alive(), "the server still hangs"
    assert case.waiting == {"prepare_materials": 1}
    server.close()
    stuck.join(60)
    assert not stuck.is_alive()
