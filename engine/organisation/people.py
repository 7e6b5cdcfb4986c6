"""People and the posts they hold, with the dates between which they hold them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, true, update

from engine.db.tables import person, post
from engine.errors import Refused
from engine.ids import new_id
from engine.messages import Joined, Message, either, pgettext, speaking
from engine.messages import gettext as _
from engine.organisation.city_now import Person as Person
from engine.organisation.city_now import Post as Post
from engine.organisation.city_now import organisation

ROLES: dict[str, Message] = {
    "principal_leader": pgettext("role", "principal leader"),
    "acting_principal": pgettext("role", "acting principal"),
    "deputy_leader": pgettext("role", "deputy leader"),
    "liaison": pgettext("role", "liaison"),
    "case_officer": pgettext("role", "case officer"),
    "legal_reviewer": pgettext("role", "legal reviewer"),
    "clerk": pgettext("role", "clerk"),
    "archivist": pgettext("role", "archivist"),
    "unit_admin": pgettext("role", "unit administrator"),
    "system_admin": pgettext("role", "system administrator"),
    "auditor": pgettext("role", "auditor"),
    "analyst": pgettext("role", "procedure analyst"),
}
TECHNICAL_ROLES = frozenset({"unit_admin", "system_admin", "auditor", "analyst"})
"""They look after the installation: held alone they read no case, and no diagram asks for them."""
CASE_ROLES = frozenset(ROLES) - TECHNICAL_ROLES


def post_codes() -> dict[str, str]:
    """The name of each post that handles cases, in both languages -> its code."""
    codes: dict[str, str] = {}
    for language in ("zh", "en"):
        with speaking(language):
            codes |= {str(ROLES[code]): code for code in ROLES if code in CASE_ROLES}
    return {name: code for name, code in codes.items() if name != code}


def standing(roles: Collection[str]) -> frozenset[str]:
    """The roles as rules mean them: whoever leads a unit for the time being is its principal leader (R54)."""
    return frozenset(roles) | ({"principal_leader"} if "acting_principal" in roles else set())


def named_roles(roles: Iterable[str]) -> Joined:
    """The names of the roles, of which one is enough."""
    held = set(roles)
    return either(name for role, name in ROLES.items() if role in held)


def posts_of(tx: Connection, person_id: str, at: datetime) -> list[Post]:
    """The posts that the person holds at that instant, the longest held first."""
    return organisation(tx).posts_of(person_id, at)


def holders(tx: Connection, unit_code: str, role: str, at: datetime) -> list[Person]:
    """Who holds the role for the unit. A dated acting principal stands in for the principal leader (R54)."""
    return _active(tx, organisation(tx).posts_for(unit_code, _asked([role]), at))


def holders_of_any(tx: Connection, unit_code: str, roles: Collection[str], at: datetime) -> list[Person]:
    """Who holds any of the roles for the unit, by login; the principal leader's may be an acting one's (R54)."""
    return _by_login(_active(tx, organisation(tx).posts_for(unit_code, _asked(roles), at)))


def holders_anywhere(tx: Connection, role: str, at: datetime) -> list[tuple[Person, str]]:
    """Who holds the role in any unit, each once, with the unit for which the post is held; by login."""
    held = organisation(tx).posts_anywhere(role, at)
    units = {found.person_id: found.acting_unit for found in reversed(held)}
    return [(found, units[found.id]) for found in _by_login(_active(tx, held))]


def colleagues(tx: Connection, unit_code: str, at: datetime) -> list[Person]:
    """Everybody who has to do with cases for the unit, its internal bodies included, by name."""
    return _by_login(_active(tx, organisation(tx).posts_for(unit_code, CASE_ROLES, at)))


def add(tx: Connection, login: str, name: str, password_hash: str) -> Person:
    added = Person(new_id(), login, name)
    tx.execute(insert(person).values(**vars(added), password_hash=password_hash, active=True))
    return added


def appoint(
    tx: Connection, person_id: str, unit_code: str, role: str, valid_from: datetime, valid_to: datetime | None = None
) -> str:
    """The person holds the post from then on. Raises Refused when the unit has its one principal leader at that time."""
    if role not in ROLES:
        raise Refused(_("There is no post called '%(role)s'.", role=role))
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(_("A post has to end after it begins."))
    if role == "principal_leader":
        theirs = select(post.c.id).where(post.c.unit_code == unit_code, post.c.role == role)
        lasts = or_(post.c.valid_to.is_(None), post.c.valid_to > valid_from)
        begins = true() if valid_to is None else post.c.valid_from < valid_to
        if tx.execute(theirs.where(lasts, begins)).first():
            raise Refused(_("The unit already has a principal leader. End that post first, then appoint the new one."))
    post_id = new_id()
    tx.execute(
        insert(post).values(
            id=post_id, person_id=person_id, unit_code=unit_code, role=role, valid_from=valid_from, valid_to=valid_to
        )
    )
    return post_id


def end_post(tx: Connection, post_id: str, at: datetime) -> None:
    """The post is held no longer from then on; a post that has ended keeps its end.

    What that means for claimed tasks is carried out at that instant like for a post that runs out by its own date: see
    `engine.runtime.tasks.ended_posts`.
    """
    row = tx.execute(select(post).where(post.c.id == post_id)).one()
    if row.valid_to is None or row.valid_to > at:
        tx.execute(update(post).where(post.c.id == post_id).values(valid_to=at))


def _asked(roles: Collection[str]) -> frozenset[str]:
    """The roles whose holders are asked: for the principal leader also who leads the unit for the time being (R54)."""
    return frozenset(roles) | ({"acting_principal"} if "principal_leader" in roles else set())


def _active(tx: Connection, held: Iterable[Post]) -> list[Person]:
    """Whoever holds these posts, each once, but for those whose account is closed."""
    found = (organisation(tx).active(person_id) for person_id in dict.fromkeys(one.person_id for one in held))
    return [one for one in found if one is not None]


def _by_login(found: Iterable[Person]) -> list[Person]:
    return sorted(found, key=lambda one: one.login)
