"""Notices: what a person has been told and how the person wants to be told, how the channels stand, and sending again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.db.session import Database
from engine.errors import NotAllowed, NotFound, Refused
from engine.ids import new_id
from engine.messages import Text
from engine.messages import gettext as _
from engine.notices import preferences, receipts, resending
from engine.notices.channels import Channel
from engine.notices.message import Message
from engine.notices.network import DeliveryError
from engine.notices.preferences import Preference
from engine.notices.routes import MAIL
from engine.organisation.assignment import Actor, PersonSubject, may
from engine.organisation.sign_ins import Visitor
from engine.reports.oversight import notices, sending
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.step.context import Context
from engine.states import NoticeKind
from engine.uses.transactions import Transactions


class NoticeUses:
    def __init__(self, transactions: Transactions, channels: Mapping[str, Channel]) -> None:
        self._transactions, self._channels = transactions, channels

    @property
    def _database(self) -> Database:
        return self._transactions.database

    def unread(self, visitor: Visitor) -> int:
        """The number on the bell: for every unit that the person works for."""
        with self._database.reading() as tx:
            return notices.unread(tx, visitor.actor.person_id, _units(visitor), visitor.looks_after)

    def messages(self, visitor: Visitor, tab: str, place: Place = HEAD) -> notices.Messages:
        with self._database.reading() as tx:
            return notices.messages(tx, visitor.actor.person_id, _units(visitor), tab, place, visitor.looks_after)

    def open(self, visitor: Visitor, notice_id: str) -> notices.Opened:
        """The person has read the notice when acting for its unit. Returns where it leads. Raises NotFound."""

        def look(tx: Connection, context: Context) -> notices.Opened:
            found = notices.find(tx, visitor.actor, _units(visitor), notice_id, visitor.looks_after)
            if found is None:
                raise NotFound(_("There is no such message, or it was not sent to you."))
            if found.unit_code == visitor.actor.unit_code:
                _require(visitor.actor, "read_notices", visitor.actor.person_id)
                receipts.read(tx, visitor.actor.person_id, notice_id, context.now)
            return found

        return self._transactions.write(look)

    def read_all(self, visitor: Visitor) -> int:
        """No notice of the person's units is unread. Returns how many were."""

        person_id = visitor.actor.person_id
        _require(visitor.actor, "read_notices", person_id)
        return self._transactions.write(
            lambda tx, context: receipts.clear_all(tx, person_id, _units(visitor), context.now, visitor.looks_after)
        )

    def preference(self, actor: Actor) -> Preference:
        with self._database.reading() as tx:
            return preferences.of_people(tx, [actor.person_id])[actor.person_id]

    def choose(self, actor: Actor, person_id: str, sent: Mapping[str, str]) -> None:
        """The person is told in this way from now on. Raises InvalidValues, NotAllowed."""
        _require(actor, "choose_notices", person_id)
        chosen = preferences.read(sent)
        self._transactions.write(lambda tx, context: preferences.store(tx, person_id, chosen, context.now))

    def has_mail(self) -> bool:
        """Whether this installation sends mail at all."""
        return MAIL in self._channels

    # --- oversight ---

    def states(self, actor: Actor) -> tuple[list[sending.ChannelState], list[sending.Trouble]]:
        """How each channel stands, and what did not go out; its words only for who may read every case. Raises NotAllowed."""
        _require_sending(actor, "see_sending")
        names = {key: channel.name for key, channel in self._channels.items()}
        may_read = may(actor, "supervise", None).allowed
        with self._database.reading() as tx:
            return sending.channel_states(tx, names), sending.troubles(tx, self._channels, may_read)

    def may_send_again(self, actor: Actor) -> bool:
        return may(actor, "send_again", None).allowed

    def send_again(self, actor: Actor, message_id: str) -> None:
        """The message waits to be sent again, under the id it has. Raises NotAllowed, and Refused with why it is not."""
        _require_sending(actor, "send_again")

        now = self._transactions.clock.now()

        def wish(tx: Connection) -> None:
            if why := resending.send_again(tx, message_id, self._channels, now, actor.person_id):
                raise Refused(why)

        self._database.run(wish)

    def send_all_again(self, actor: Actor) -> int:
        """Every message that did not go out waits to be sent again. Returns how many. Raises NotAllowed."""
        _require_sending(actor, "send_again")
        return self._send_all_again(actor.person_id, None)

    # --- the command line ---

    def not_sent(self) -> list[sending.Trouble]:
        with self._database.reading() as tx:
            return sending.troubles(tx, self._channels, False)

    def send_again_by(self, by: str, beginnings: Sequence[str]) -> int:
        """The messages whose ids begin so wait to be sent again; all that did not go out when none is named.

        Returns how many. Raises Refused, and then nothing has changed.
        """
        if not beginnings:
            return self._send_all_again(None, by)

        now = self._transactions.clock.now()

        def wish(tx: Connection) -> int:
            for beginning in dict.fromkeys(beginnings):
                found = resending.beginning_with(tx, beginning)
                if len(found) != 1:
                    raise Refused(
                        _(
                            "%(number)s: the ids of several notices begin with this. Give more characters.",
                            number=beginning,
                        )
                        if found
                        else _("%(number)s: there is no such notice.", number=beginning)
                    )
                if why := resending.send_again(tx, found[0], self._channels, now, by=by):
                    raise Refused(_("%(number)s: %(why)s", number=beginning, why=why))
            return len(set(beginnings))

        return self._database.run(wish)

    def _send_all_again(self, person_id: str | None, by: str | None) -> int:
        now = self._transactions.clock.now()

        def wish(tx: Connection) -> int:
            ids = resending.not_sent(tx, self._channels)
            return sum(resending.send_again(tx, one, self._channels, now, person_id, by) == "" for one in ids)

        return self._database.run(wish)

    def try_mail(self, address: str) -> None:
        """A mail that says that mail works has gone to the address. Raises Refused with the reason when it has not."""
        if MAIL not in self._channels:
            raise Refused(_("No mail server is set. Set LIANBAN_SMTP_URL and LIANBAN_MAIL_FROM first."))
        if not preferences.is_address(address):
            raise Refused(_("'%(address)s' is not a mail address.", address=address))
        now = self._transactions.clock.now()
        words = str(_("This is a test mail from Lianban. If you have received it, the mail settings work."))
        mail = Message(
            id=new_id(),
            kind=NoticeKind.NOTIFICATION,
            number=str(_("Test")),
            title=str(_("Mail settings")),
            unit_code="",
            unit_name="",
            roles=(),
            text=words,
            step="",
            due_at=None,
            last_moment="",
            rule="",
            basis="",
            made_at=now,
            link="",
            address=address,
        )
        try:
            self._channels[MAIL].send(mail)
        except DeliveryError as error:
            raise Refused(_("The test mail was not sent: %(error)s", error=_said_by(error))) from error


def _said_by(error: DeliveryError) -> Text:
    """Why it was not delivered, as the channel says it."""
    found: Text = error.args[0] if error.args else str(error)
    return found


def _require(actor: Actor, verb: str, person_id: str) -> None:
    decision = may(actor, verb, PersonSubject(person_id))
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _require_sending(actor: Actor, verb: str) -> None:
    decision = may(actor, verb, None)
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _units(visitor: Visitor) -> list[str]:
    """The units whose notices the person may read: what was told to a handler is not for an administrator."""
    return sorted(visitor.reads)
