"""Every error that a person may read: one tree, each class with a stable code and an HTTP status.

The docstring of a class is its default message, in the reader's language; a caller that knows more says more.
Nothing here knows of a page: `tasks_ui/errors.py` shows these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class LianbanError(Exception):
    """系统没有办成这件事，什么都没有改变。请重试；仍然不行请联系系统管理员。"""

    code = "error"
    status = 500

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class SettingsError(LianbanError):
    """环境变量设置有误，服务没有启动。"""

    code = "settings"


class NewerDatabase(LianbanError):
    """数据库是更新版本的联办升级过的，本程序不认识，什么都没有改变。请改用那个版本的程序，或恢复升级前的备份。"""

    code = "newer_database"


class NotFound(LianbanError):
    """没有找到，或者你所在的单位不是当事方，无权查看。"""

    code = "not_found"
    status = 404


class NotSignedIn(LianbanError):
    """请先登录。"""

    code = "not_signed_in"
    status = 401


class NotAllowed(LianbanError):
    """这一步不由你办理。"""

    code = "not_allowed"
    status = 403


class Refused(LianbanError):
    """按规定现在不能这样办，什么都没有改变。"""

    code = "refused"
    status = 409


class AlreadyDone(Refused):
    """这一步已经有人办理过了。"""

    code = "already_done"


class Stale(Refused):
    """这件办件刚刚有了变化，请刷新后再办。"""

    code = "stale"


class InvalidValues(LianbanError):
    """填写的内容还有要改的地方，改好才能提交。"""

    code = "invalid_values"
    status = 422

    def __init__(self, problems: Mapping[str, str], message: str | None = None) -> None:
        """`problems` maps a field's key to one sentence; the key "" is the form as a whole."""
        super().__init__(message)
        self.problems = dict(problems)


class Unsure(LianbanError):
    """填写的内容里有可能让人看出应当保密的人是谁的说法，请核对后再提交。什么都还没有改变。"""

    code = "unsure"
    status = 422

    def __init__(self, problems: Mapping[str, str], token: str) -> None:
        """`problems` has a sentence for each field; who sends the `token` along has read them and goes on."""
        super().__init__()
        self.problems, self.token = dict(problems), token


@dataclass(frozen=True)
class Problem:
    """One thing in a diagram or a form that cannot be run: where, why, and what to do instead."""

    element_id: str
    element_name: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        where = f"元素“{self.element_name or self.element_id}”（{self.element_id}）：" if self.element_id else ""
        return f"{where}{self.reason}{self.remedy}"


class DiagramRefused(LianbanError):
    """流程图没有部署：有系统不能照图执行的地方，什么都没有保存。"""

    code = "diagram_refused"
    status = 422

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([self.message, *map(str, self.problems)])


class ExpressionError(LianbanError):
    """表达式有误。"""

    code = "expression"
    status = 422

    def __init__(self, message: str, line: int = 1, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column
        self.names: frozenset[str] = frozenset()
        """What the expression that could not be worked out reads."""
        self.element_id: str | None = None
        """Where in the diagram it stands, when that is known."""


class StoredByAnotherVersion(LianbanError):
    """这件办件的存储状态不是本版本写的，不能读取。请联系系统管理员。"""

    code = "stored_by_another_version"


class RecordsDamaged(LianbanError):
    """这件办件存储的状态与封存时不符：被改过、被换过，或者已经损坏。"""

    code = "records_damaged"


class KeyLost(LianbanError):
    """记录密钥与数据库不符。"""

    code = "key_lost"


class IncidentRaised(LianbanError):
    """这件办件遇到故障，已单独停下并记录，其他办件不受影响。请联系系统管理员。"""

    code = "incident"
    status = 409


class StoreFull(LianbanError):
    """文件没有存上：服务器的存储空间不够或写不进去。其他内容都还在，请联系系统管理员，腾出空间后再上传。"""

    code = "store_full"
    status = 507


class DatabaseFull(LianbanError):
    """这一步没有办成，什么都没有改变：服务器的存储空间不够或写不进去。请联系系统管理员，腾出空间后再办。"""

    code = "database_full"
    status = 507


class ArchiveUnreadable(LianbanError):
    """这个文件不是联办的归档包，或者已经损坏。"""

    code = "archive_unreadable"
    status = 422


class Busy(LianbanError):
    """系统正忙，这一步没有办成。请稍等片刻再试。"""

    code = "busy"
    status = 503


class Uncertain(LianbanError):
    """数据库在保存的那一刻断开了，这一步办成没有还不知道。请刷新页面看一看：没有办成的，再办一次。"""

    code = "uncertain"
    status = 503
