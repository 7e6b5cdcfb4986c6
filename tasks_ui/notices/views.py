"""Messages: what a person has been told, how the person wants to be told, and what did not go out and is sent again."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import InvalidValues, Refused
from engine.notices.kinds import GROUPS
from engine.reports.oversight.notices import TABS, Opened
from tasks_ui.messages import gettext as _
from tasks_ui.messages import ngettext
from tasks_ui.security import actor, engine, token, visitor
from tasks_ui.widgets import page_place

pages = Blueprint("notices", __name__)


@pages.get("/messages")
def messages() -> ResponseReturnValue:
    tab = request.args.get("tab", "unread")
    tab = tab if tab in TABS else "unread"
    found = engine().notices.messages(visitor(), tab, page_place())
    return render_template("notices/messages.html", found=found, kept={"tab": tab})


@pages.get("/messages/<notice_id>")
def open_message(notice_id: str) -> ResponseReturnValue:
    """Mails lead here as well. Who acts for another unit is asked to change first: a look never changes for whom."""
    found = engine().notices.open(visitor(), notice_id)
    if found.unit_code != actor().unit_code:
        flash(
            _("This message is for your post in %(unit)s. Press 'Open, acting for %(unit)s'.", unit=found.unit_name),
            "warn",
        )
        return redirect(url_for("notices.messages", tab="all"))
    return _led(found)


@pages.post("/messages/<notice_id>")
def act_and_open(notice_id: str) -> ResponseReturnValue:
    """The person acts for the notice's unit from now on, and has read it."""
    found = engine().notices.open(visitor(), notice_id)
    if found.unit_code == actor().unit_code:
        return _led(found)
    engine().accounts.act_for(token(), found.unit_code)
    flash(_("You now act for %(unit)s.", unit=found.unit_name), "ok")
    return redirect(url_for("notices.open_message", notice_id=notice_id))


@pages.post("/messages/read")
def read_all() -> ResponseReturnValue:
    count = engine().notices.read_all(visitor())
    flash(
        ngettext("%(num)d message marked as read.", "%(num)d messages marked as read.", count)
        if count
        else _("No unread messages."),
        "ok",
    )
    return redirect(url_for("notices.messages"))


@pages.get("/settings/notices")
def settings() -> ResponseReturnValue:
    return _settings_page(engine().notices.preference(actor()).as_sent(), {}), 200


@pages.post("/settings/notices")
def choose() -> ResponseReturnValue:
    me = actor()
    try:
        engine().notices.choose(me, me.person_id, request.form)
    except InvalidValues as invalid:
        return _settings_page(request.form, invalid.problems), invalid.status
    flash(_("Notice settings saved."), "ok")
    return redirect(url_for("notices.settings"))


@pages.get("/supervision/notices")
def delivery() -> ResponseReturnValue:
    states, troubles = engine().notices.states(actor())
    may_send = engine().notices.may_send_again(actor())
    return render_template("notices/delivery.html", states=states, troubles=troubles, may_send=may_send)


@pages.post("/supervision/notices/again")
def send_all_again() -> ResponseReturnValue:
    count = engine().notices.send_all_again(actor())
    flash(_resent(count) if count else _("There is no notice to send again."), "ok")
    return redirect(url_for("notices.delivery"))


@pages.post("/supervision/notices/<message_id>/again")
def send_again(message_id: str) -> ResponseReturnValue:
    try:
        engine().notices.send_again(actor(), message_id)
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("This notice will be sent again at once. Check back shortly."), "ok")
    return redirect(url_for("notices.delivery"))


def _settings_page(values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    """The form with these values, as a browser sends them."""
    has_mail = engine().notices.has_mail()
    return render_template("notices/settings.html", groups=GROUPS, values=values, has_mail=has_mail, problems=problems)


def _led(found: Opened) -> ResponseReturnValue:
    """To what the message is about; when that cannot be seen any more, back to the messages with the reason."""
    if found.lost:
        flash(str(found.lost), "warn")
        return redirect(url_for("notices.messages", tab="all"))
    if not found.number:  # a fault, told to whoever looks after the installation and reads no case
        return redirect(url_for("notices.messages", tab="all"))
    if found.task_id is not None:
        return redirect(url_for("inbox.task", task_id=found.task_id))
    return redirect(url_for("instances.instance", number=found.number))


def _resent(count: int) -> str:
    return ngettext(
        "%(num)d notice will be sent again at once. Check back shortly.",
        "%(num)d notices will be sent again at once. Check back shortly.",
        count,
    )
