"""The channels by which notices leave the installation: mail, a signed webhook, and robots of WeCom and DingTalk.

Where they lead is said by the installation's settings and nowhere else, so nobody who works in the pages can make the
server talk to an address of their choice. A channel sends one message and raises `DeliveryError` when it could not.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses, parseaddr
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from engine.errors import SettingsError
from engine.messages import Text, ngettext, sentences
from engine.messages import gettext as _
from engine.notices.message import Message, as_json, as_mail
from engine.notices.network import WHOLE, DeliveryError, RefusedForGood, Unreachable, cut_after, post, words_of
from engine.notices.robots import Robot, read_robots
from engine.notices.routes import HEADS_PREFIX, MAIL, WEBHOOK, Routes
from engine.settings import Settings

MAIL_NAME = _("Mail")
SECRET_LENGTH = 16
_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_DIVIDED_WRONGLY = re.compile("[,;，；、]")
_SENDABLE = re.compile(r"[!-~]*")
"""What a request line can carry."""


class Channel(Protocol):
    @property
    def name(self) -> Text:
        """As people call it."""

    def send(self, message: Message) -> None:
        """The message has gone out. Raises DeliveryError."""


@dataclass(frozen=True)
class Mail:
    """A mail server. Credentials only ever go over an encrypted connection, or to this very machine."""

    host: str
    port: int
    encryption: str
    """smtp: encrypted when the server offers it; smtp+starttls: always; smtps: from the first byte."""
    user: str
    password: str = field(repr=False)
    sender: Address
    reply_to: Address | None
    timeout: float
    name: Text = MAIL_NAME

    def send(self, message: Message) -> None:
        if not message.address:
            raise RefusedForGood(_("The recipient has no mail address on record."))
        mail = as_mail(message, self.sender, self.reply_to)
        client: smtplib.SMTP | None = None
        try:
            client = self._client()
            with cut_after(self.timeout * WHOLE, lambda: client.sock if client else None):
                self._open(client)
                self._send(client, mail, message.address)
        finally:
            if client is not None:
                client.close()

    def _client(self) -> smtplib.SMTP:
        """Not connected yet, so that it can be cut off while it connects; greets by a name that needs no look-up."""
        me = self.sender.domain
        if self.encryption == "smtps":
            return smtplib.SMTP_SSL(local_hostname=me, timeout=self.timeout, context=ssl.create_default_context())
        return smtplib.SMTP(local_hostname=me, timeout=self.timeout)

    def _open(self, client: smtplib.SMTP) -> None:
        """Connected, encrypted and signed in: what fails here fails for every message."""
        try:
            client._host = self.host  # type: ignore[attr-defined]  # the name that its certificate must bear
            code, answer = client.connect(self.host, self.port)
            if code != 220:
                raise Unreachable(
                    _("The mail server did not accept the connection (%(answer)s).", answer=_answer(code, answer))
                )
            client.ehlo_or_helo_if_needed()
            encrypted = self.encryption == "smtps"
            if self.encryption == "smtp+starttls" and not client.has_extn("starttls"):
                raise Unreachable(_("The mail server does not support encryption (STARTTLS), so nothing was sent."))
            if not encrypted and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
                encrypted = True
            if self.user:
                if not encrypted and not _is_this_machine(self.host):
                    raise Unreachable(
                        _(
                            "The mail server does not support encryption, so the account and password were not sent "
                            "to it."
                        )
                    )
                client.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(_("The mail server does not accept the account and password that are set.")) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Unreachable(
                _("The mail server does not support signing in with an account and a password.")
            ) from error
        except smtplib.SMTPServerDisconnected as error:
            raise Unreachable(_("The mail server did not answer, or broke the connection.")) from error
        except smtplib.SMTPException as error:
            raise Unreachable(
                _("The mail server did not follow the protocol (%(error)s).", error=type(error).__name__)
            ) from error
        except OSError as error:
            raise Unreachable(words_of(error)) from error

    def _send(self, client: smtplib.SMTP, mail: object, address: str) -> None:
        try:
            client.send_message(mail, self.sender.addr_spec, [address])  # type: ignore[arg-type]
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = error.recipients[address]
            words = _("The address was refused (%(answer)s).", answer=_answer(code, answer))
            raise _refusal(code, words) from error
        except smtplib.SMTPResponseException as error:
            words = _("The mail was refused (%(answer)s).", answer=_answer(error.smtp_code, error.smtp_error))
            raise _refusal(error.smtp_code, words) from error
        except smtplib.SMTPServerDisconnected as error:
            raise DeliveryError(
                _("The mail was not sent completely: the server did not answer, or broke the connection.")
            ) from error
        except smtplib.SMTPException as error:
            raise DeliveryError(
                _("The mail was not sent completely (%(error)s).", error=type(error).__name__)
            ) from error
        except OSError as error:
            raise DeliveryError(words_of(error)) from error


@dataclass(frozen=True)
class MailTo:
    """The mail server, and always the same address at it."""

    mail: Mail
    address: str
    name: Text

    def send(self, message: Message) -> None:
        self.mail.send(replace(message, address=self.address))


@dataclass(frozen=True)
class Webhook:
    """A receiver of signed JSON. See docs/reference/running.md for how it verifies what it gets."""

    url: str
    secret: str = field(repr=False)
    timeout: float
    clock: Callable[[], datetime]
    name: Text = "Webhook"

    def send(self, message: Message) -> None:
        body = as_json(message)
        status, _answered = post(self.url, body, self.headers(message.id, body), self.timeout)
        if not 200 <= status < 300:
            answered = _("The receiver answered HTTP %(status)s.", status=status)
            redirects = _("Redirects are not followed.") if 300 <= status < 400 else ""
            raise DeliveryError(sentences(answered, redirects))

    def headers(self, message_id: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.clock().timestamp()))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Lianban",
            "Idempotency-Key": message_id,
            "X-Lianban-Timestamp": timestamp,
            "X-Lianban-Signature": f"sha256={sign(self.secret, timestamp, body)}",
        }


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, a dot and the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def read_channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """The channels that the settings name, by their keys. Raises SettingsError with what is wrong."""
    found: dict[str, Channel] = {}
    if settings.smtp_url:
        found[MAIL] = _read_mail(settings)
    if settings.webhook_url:
        found[WEBHOOK] = _read_webhook("LIANBAN_WEBHOOK_URL", settings.webhook_url, settings, clock)
    for robot in read_robots(settings.robots, settings.send_timeout_seconds):
        found[robot.key] = robot
    for place in settings.heads_to.split():
        channel = _read_place(place, found.get(MAIL), settings, clock)
        found[HEADS_PREFIX + hashlib.sha256(place.encode()).hexdigest()[:12]] = channel
    if settings.base_url and _split(settings.base_url).scheme not in ("http", "https"):
        raise SettingsError(_("LIANBAN_BASE_URL has to be an address such as https://… The service has not started."))
    return found


def routes_of(channels: dict[str, Channel]) -> Routes:
    heads = tuple(key for key in channels if key.startswith(HEADS_PREFIX))
    others = {key: channel for key, channel in channels.items() if key not in heads}
    robots = tuple((key, channel.unit_code) for key, channel in others.items() if isinstance(channel, Robot))
    return Routes(MAIL in channels, WEBHOOK in channels, robots, heads)


def _read_place(place: str, mail: Channel | None, settings: Settings, clock: Callable[[], datetime]) -> Channel:
    """One place where heads of the record are kept. Two that are run together would be taken for one. Raises SettingsError."""
    if _DIVIDED_WRONGLY.search(place):
        raise SettingsError(
            _(
                "Separate several places in LIANBAN_HEADS_TO with spaces, not with commas or semicolons. The service "
                "has not started."
            )
        )
    if place.startswith(("http://", "https://")):
        webhook = _read_webhook("LIANBAN_HEADS_TO", place, settings, clock)
        return replace(webhook, name=_seal_to(urlsplit(place).hostname or ""))
    try:
        if "://" in place:
            (robot,) = read_robots(place, settings.send_timeout_seconds)
            return replace(robot, name=_seal_to(robot.name))
        address = _read_place_of_mail(place)
    except SettingsError:
        raise SettingsError(
            _(
                "Something in LIANBAN_HEADS_TO is wrong. Each place has to be a mail address, https://host/path, "
                "wecombot://KEY or dingtalk://SECRET@TOKEN, separated by spaces. The service has not started."
            )
        ) from None
    if not isinstance(mail, Mail):
        raise SettingsError(
            _(
                "LIANBAN_HEADS_TO contains the mail address %(address)s, so LIANBAN_SMTP_URL and LIANBAN_MAIL_FROM "
                "also have to be set. The service has not started.",
                address=address,
            )
        )
    return MailTo(mail, address, _seal_to(address))


def _read_place_of_mail(place: str) -> str:
    """The address and nothing else. A host without a dot is one that was not written to its end. Raises SettingsError."""
    address = _read_address("LIANBAN_HEADS_TO", place)
    if address.addr_spec != place or "." not in address.domain.strip("."):
        raise SettingsError(_("LIANBAN_HEADS_TO has to be a mail address. The service has not started."))
    return address.addr_spec


def _read_mail(settings: Settings) -> Mail:
    parts = _split(settings.smtp_url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise SettingsError(
            _(
                "Write LIANBAN_SMTP_URL as smtp://, smtp+starttls:// or smtps:// and the host, such as "
                "smtps://ACCOUNT:PASSWORD@mail.example.gov.cn. The service has not started."
            )
        )
    if not settings.mail_from:
        raise SettingsError(
            _(
                "LIANBAN_SMTP_URL is set, so LIANBAN_MAIL_FROM also has to give the sender's address. The service has "
                "not started."
            )
        )
    return Mail(
        host=parts.hostname,
        port=parts.port or _SCHEMES[parts.scheme],
        encryption=parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=_read_address("LIANBAN_MAIL_FROM", settings.mail_from),
        reply_to=_read_address("LIANBAN_MAIL_REPLY_TO", settings.mail_reply_to) if settings.mail_reply_to else None,
        timeout=settings.send_timeout_seconds,
    )


def _read_webhook(name: str, url: str, settings: Settings, clock: Callable[[], datetime]) -> Webhook:
    parts = _split(url)
    wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or "@" in parts.netloc
    if wrong or not _SENDABLE.fullmatch(parts.path + parts.query):
        raise SettingsError(
            _("%(name)s has to be https://host/path, without an account. The service has not started.", name=name)
        )
    if len(settings.webhook_secret) < SECRET_LENGTH:
        raise SettingsError(
            ngettext(
                "LIANBAN_WEBHOOK_SECRET needs at least %(num)d character. The receiver uses it to check the "
                "signature. The service has not started.",
                "LIANBAN_WEBHOOK_SECRET needs at least %(num)d characters. The receiver uses it to check the "
                "signature. The service has not started.",
                SECRET_LENGTH,
            )
        )
    return Webhook(url, settings.webhook_secret, settings.send_timeout_seconds, clock)


def _split(url: str) -> SplitResult:
    """The parts of an address that can be called; empty ones for any other."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host.encode("idna")
        callable_ = parts.port != 0 and not re.search(r"\s", host)
    except ValueError:
        callable_ = False
    return parts if callable_ else urlsplit("")


def _read_address(name: str, text: str) -> Address:
    display_name, spec = parseaddr(text)
    try:
        address = Address(display_name=display_name, addr_spec=spec)
    except (ValueError, IndexError, MessageError):
        address = Address()
    several = len(getaddresses([text])) > 1
    if several or not address.username or not address.domain or "\n" in text or "\r" in text:
        raise SettingsError(
            _(
                "%(name)s has to be a mail address, such as Lianban <noreply@example.gov.cn>. The service has not started.",
                name=name,
            )
        )
    return address


def _seal_to(place: Text) -> Text:
    """What a place is called where heads of the record are kept."""
    return _("Daily seal (%(place)s)", place=place)


def _refusal(code: int, words: Text) -> DeliveryError:
    return RefusedForGood(words) if 500 <= code < 600 else DeliveryError(words)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answer(code: int, answer: bytes | str) -> str:
    """The code and the words with which a mail server answered."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())[:200]}"
