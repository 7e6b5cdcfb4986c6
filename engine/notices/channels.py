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
from engine.notices.message import Message, as_json, as_mail
from engine.notices.network import WHOLE, DeliveryError, RefusedForGood, Unreachable, cut_after, post, words_of
from engine.notices.robots import Robot, read_robots
from engine.notices.routes import HEADS_PREFIX, MAIL, WEBHOOK, Routes
from engine.settings import Settings

SECRET_LENGTH = 16
_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_DIVIDED_WRONGLY = re.compile("[,;，；、]")
_SENDABLE = re.compile(r"[!-~]*")
"""What a request line can carry."""


class Channel(Protocol):
    @property
    def name(self) -> str:
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
    name: str = "邮件"

    def send(self, message: Message) -> None:
        if not message.address:
            raise RefusedForGood("收件人没有登记邮箱。")
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
                raise Unreachable(f"邮件服务器没有接受连接（{code} {_text(answer)}）。")
            client.ehlo_or_helo_if_needed()
            encrypted = self.encryption == "smtps"
            if self.encryption == "smtp+starttls" and not client.has_extn("starttls"):
                raise Unreachable("邮件服务器不支持加密（STARTTLS），没有发送任何内容。")
            if not encrypted and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
                encrypted = True
            if self.user:
                if not encrypted and not _is_this_machine(self.host):
                    raise Unreachable("邮件服务器不支持加密，没有向它发送账号和密码。")
                client.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable("邮件服务器不接受设置的账号和密码。") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Unreachable("邮件服务器不支持用账号和密码登录。") from error
        except smtplib.SMTPServerDisconnected as error:
            raise Unreachable("邮件服务器没有应答，或中断了连接。") from error
        except smtplib.SMTPException as error:
            raise Unreachable(f"邮件服务器没有按规程应答（{type(error).__name__}）。") from error
        except OSError as error:
            raise Unreachable(words_of(error)) from error

    def _send(self, client: smtplib.SMTP, mail: object, address: str) -> None:
        try:
            client.send_message(mail, self.sender.addr_spec, [address])  # type: ignore[arg-type]
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = error.recipients[address]
            raise _refusal(code, f"收件地址被拒收（{code} {_text(answer)}）。") from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, f"邮件被拒收（{error.smtp_code} {_text(error.smtp_error)}）。") from error
        except smtplib.SMTPServerDisconnected as error:
            raise DeliveryError("邮件没有发完，服务器没有应答或中断了连接。") from error
        except smtplib.SMTPException as error:
            raise DeliveryError(f"邮件没有发完（{type(error).__name__}）。") from error
        except OSError as error:
            raise DeliveryError(words_of(error)) from error


@dataclass(frozen=True)
class MailTo:
    """The mail server, and always the same address at it."""

    mail: Mail
    address: str
    name: str

    def send(self, message: Message) -> None:
        self.mail.send(replace(message, address=self.address))


@dataclass(frozen=True)
class Webhook:
    """A receiver of signed JSON. See docs/reference/running.md for how it verifies what it gets."""

    url: str
    secret: str = field(repr=False)
    timeout: float
    clock: Callable[[], datetime]
    name: str = "Webhook"

    def send(self, message: Message) -> None:
        body = as_json(message)
        status, _ = post(self.url, body, self.headers(message.id, body), self.timeout)
        if not 200 <= status < 300:
            raise DeliveryError(f"接收方回答 HTTP {status}。" + ("不跟随重定向。" if 300 <= status < 400 else ""))

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
        raise SettingsError("LIANBAN_BASE_URL 应当是 https://… 这样的地址。服务没有启动。")
    return found


def routes_of(channels: dict[str, Channel]) -> Routes:
    heads = tuple(key for key in channels if key.startswith(HEADS_PREFIX))
    others = {key: channel for key, channel in channels.items() if key not in heads}
    robots = tuple((key, channel.unit_code) for key, channel in others.items() if isinstance(channel, Robot))
    return Routes(MAIL in channels, WEBHOOK in channels, robots, heads)


def _read_place(place: str, mail: Channel | None, settings: Settings, clock: Callable[[], datetime]) -> Channel:
    """One place where heads of the record are kept. Two that are run together would be taken for one. Raises SettingsError."""
    if _DIVIDED_WRONGLY.search(place):
        raise SettingsError("LIANBAN_HEADS_TO 里有几处的，用空格隔开，不能用逗号、分号、顿号。服务没有启动。")
    if place.startswith(("http://", "https://")):
        webhook = _read_webhook("LIANBAN_HEADS_TO", place, settings, clock)
        return replace(webhook, name=f"每日封存（{urlsplit(place).hostname}）")
    try:
        if "://" in place:
            (robot,) = read_robots(place, settings.send_timeout_seconds)
            return replace(robot, name=f"每日封存（{robot.name}）")
        address = _read_place_of_mail(place)
    except SettingsError:
        raise SettingsError(
            "LIANBAN_HEADS_TO 里有写错的地方：每一处应当是邮箱地址、https://主机/路径、wecombot://机器人密钥 "
            "或 dingtalk://加签密钥@令牌，用空格隔开。服务没有启动。"
        ) from None
    if not isinstance(mail, Mail):
        raise SettingsError(
            f"LIANBAN_HEADS_TO 写了邮箱 {address}，还要设置 LIANBAN_SMTP_URL 和 LIANBAN_MAIL_FROM。服务没有启动。"
        )
    return MailTo(mail, address, f"每日封存（{address}）")


def _read_place_of_mail(place: str) -> str:
    """The address and nothing else. A host without a dot is one that was not written to its end. Raises SettingsError."""
    address = _read_address("LIANBAN_HEADS_TO", place)
    if address.addr_spec != place or "." not in address.domain.strip("."):
        raise SettingsError("LIANBAN_HEADS_TO 应当是邮箱地址。服务没有启动。")
    return address.addr_spec


def _read_mail(settings: Settings) -> Mail:
    parts = _split(settings.smtp_url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise SettingsError(
            "LIANBAN_SMTP_URL 应当写成 smtp://、smtp+starttls:// 或 smtps:// 加主机名，"
            "例如 smtps://账号:密码@mail.example.gov.cn。服务没有启动。"
        )
    if not settings.mail_from:
        raise SettingsError("设置了 LIANBAN_SMTP_URL，还要用 LIANBAN_MAIL_FROM 写明发件人地址。服务没有启动。")
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
        raise SettingsError(f"{name} 应当是 https://主机/路径，不带账号。服务没有启动。")
    if len(settings.webhook_secret) < SECRET_LENGTH:
        raise SettingsError(f"LIANBAN_WEBHOOK_SECRET 至少要 {SECRET_LENGTH} 个字符，接收方用它核对签名。服务没有启动。")
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
        raise SettingsError(f"{name} 应当是邮箱地址，例如 联办 <noreply@example.gov.cn>。服务没有启动。")
    return address


def _refusal(code: int, words: str) -> DeliveryError:
    return RefusedForGood(words) if 500 <= code < 600 else DeliveryError(words)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:200]
