"""Robots of WeCom and DingTalk groups, through the library apprise: its addresses, its checks, its signatures.

The library's own sending takes every answer with HTTP 200 as a success. Both services answer 200 when they refuse (a wrong
key, too many messages a minute) and say so in the body, so here the answer is read as well.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.wecombot import NotifyWeComBot

from engine.errors import SettingsError
from engine.messages import Text
from engine.messages import gettext as _
from engine.notices.message import Message, lines_of
from engine.notices.network import DeliveryError, post

_PLUGINS: dict[str, Any] = {"wecombot": NotifyWeComBot, "dingtalk": NotifyDingTalk}
_NAMES = {"wecombot": _("WeCom robot"), "dingtalk": _("DingTalk robot")}


@dataclass(frozen=True)
class Robot:
    """A robot in one group. `unit_code` is the unit whose notices it gets; None for every unit."""

    key: str
    name: Text
    unit_code: str | None
    plugin: Any = field(repr=False)
    timeout: float = 10

    def send(self, message: Message) -> None:
        text = "\n".join(lines_of(message))
        url, content = self.request(_shorten(text, self.plugin.body_maxlen))
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Lianban"}
        status, answer = post(url, json.dumps(content, ensure_ascii=False).encode(), headers, self.timeout)
        if status != 200:
            raise DeliveryError(_("The service answered HTTP %(status)s.", status=status))
        code, words = _refusal(answer)
        if code:
            raise DeliveryError(_("The service did not accept it (%(code)s %(words)s).", code=code, words=words))

    def request(self, text: str) -> tuple[str, dict[str, Any]]:
        """Where and what to post, signed when the robot has a secret."""
        if isinstance(self.plugin, NotifyWeComBot):
            return self.plugin.api_url, {"msgtype": "text", "text": {"content": text}}
        url = self.plugin.notify_url.format(token=self.plugin.token)
        if self.plugin.secret:
            timestamp, signature = self.plugin.get_signature()  # quoted already
            url += f"&{urlencode({'timestamp': timestamp})}&sign={signature}"
        at = {"atMobiles": self.plugin.targets, "isAtAll": False}
        return url, {"msgtype": "text", "text": {"content": text}, "at": at}


def read_robots(text: str, timeout: float) -> list[Robot]:
    """The robots that a setting names: addresses of apprise between blanks, each after `unit=` when it is one unit's.

    Raises SettingsError.
    """
    found = []
    for entry in text.split():
        unit_code, divided, url = entry.partition("=")
        if not divided or "://" in unit_code:
            unit_code, url = "", entry
        scheme = urlsplit(url).scheme
        plugin = _PLUGINS[scheme].parse_url(url) if scheme in _PLUGINS else None
        try:
            instance = _PLUGINS[scheme](**plugin) if plugin else None
        except TypeError:  # the library's own error of a wrong key is one
            instance = None
        if instance is None:
            raise SettingsError(
                _(
                    "An address in LIANBAN_ROBOTS is wrong. It has to be wecombot://KEY or dingtalk://SECRET@TOKEN, "
                    "with UNIT= before it if needed. The service has not started."
                )
            )
        digest = hashlib.sha256(entry.encode()).hexdigest()[:12]
        found.append(Robot(f"robot:{digest}", _NAMES[scheme], unit_code or None, instance, timeout))
    return found


def _refusal(answer: bytes) -> tuple[int, Text]:
    """The code with which the service refused, 0 when it accepted, and its words."""
    try:
        said = json.loads(answer)
        return int(said.get("errcode", 0)), str(said.get("errmsg", ""))[:200]
    except (ValueError, AttributeError, TypeError):
        return -1, _("The answer is not JSON")


def _shorten(text: str, limit: int) -> str:
    """No more bytes of UTF-8 than the service takes; a cut text says that it is one."""
    content = text.encode()
    return text if len(content) <= limit else content[: limit - 3].decode(errors="ignore") + "…"
