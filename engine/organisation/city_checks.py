"""What does not fit together in a city file: every fault with its line, whatever else is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.messages import Text, When, listed, pgettext, sentences, words
from engine.messages import gettext as _
from engine.organisation import accounts
from engine.organisation.accounts import instead
from engine.organisation.city_rows import CityFile, FaultyLine, MatterRow, UnitRow
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS, WITHIN

_UNIT_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MATTER_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _once(found: CityFile, rows: Iterator[tuple[str, int]], what: Text) -> None:
    seen: dict[str, int] = {}
    for name, line in rows:
        if name in seen:
            found.faults.append(
                FaultyLine(
                    line, _("%(what)s %(name)s is already on line %(line)s.", what=what, name=name, line=seen[name])
                )
            )
        seen.setdefault(name, line)


def _one_of(names: Mapping[str, Text]) -> Text:
    return _("You can write: %(names)s.", names=listed(words(code, name) for code, name in names.items()))


def check_units(found: CityFile) -> None:
    at, outer = found.line_of, [row for row in found.units if row.kind not in WITHIN]
    _once(found, ((row.code, at(row.line, "code")) for row in found.units), _("Unit code"))
    _once(found, ((row.name, at(row.line, "name")) for row in outer), _("Unit name"))
    _once(found, ((row.abbreviation, at(row.line, "abbreviation")) for row in found.units), _("Abbreviation"))

    def wrong(row: UnitRow, key: str, sentence: Text) -> None:
        found.faults.append(FaultyLine(at(row.line, key), _("%(name)s: %(said)s", name=row.name, said=sentence)))

    for row in found.units:
        if not _UNIT_CODE.fullmatch(row.code):
            wrong(
                row,
                "code",
                _(
                    "A code consists of lower-case letters, digits and underscores. It begins with a letter and has "
                    "at most 64 characters."
                ),
            )
        if row.kind not in KINDS:
            unknown = _("There is no kind of unit called %(kind)s.", kind=row.kind)
            wrong(row, "kind", sentences(unknown, accounts.meant(row.kind, KINDS) or _one_of(KINDS)))
        if len(row.abbreviation) > 16:
            wrong(row, "abbreviation", _("An abbreviation has at most 16 characters."))
        if sentence := accounts.wrong_name(row.name):
            wrong(row, "name", sentence)
        parent = found.unit(row.parent) if row.parent else None
        if row.kind in WITHIN and row.parent is None:
            wrong(
                row,
                "kind",
                _(
                    "For a unit of this kind (%(kind)s), write in parent which unit it belongs to.",
                    kind=KINDS[row.kind],
                ),
            )
        elif row.kind in KINDS and row.kind not in WITHIN and row.parent is not None:
            wrong(
                row,
                "parent",
                _(
                    "A unit of this kind (%(kind)s) does not belong to another unit. Remove parent.",
                    kind=KINDS[row.kind],
                ),
            )
        elif row.parent is not None and parent is None:
            missing = _("The parent %(code)s is not in the file.", code=row.parent)
            wrong(row, "parent", sentences(missing, instead(row.parent, [one.code for one in found.units])))
        elif parent is not None and parent.kind in WITHIN:
            wrong(
                row,
                "parent",
                _("The parent %(name)s itself belongs to another unit. Write that unit.", name=parent.name),
            )


def check_people(found: CityFile) -> None:
    _once(
        found, ((row.login, found.line_of(row.line, "login")) for row in found.people), pgettext("city file", "Account")
    )
    for row in found.people:
        for key, sentence in (
            ("login", accounts.wrong_login(row.login)),
            ("name", accounts.wrong_name(row.name)),
            ("email", accounts.wrong_email(row.email or "")),
        ):
            if sentence:
                said = _("%(name)s (%(login)s): %(said)s", name=row.name, login=row.login, said=sentence)
                found.faults.append(FaultyLine(found.line_of(row.line, key), said))
        if not any(post.login == row.login for post in found.posts):
            no_post = _(
                "%(name)s (%(login)s) has no post, so could not sign in. Write unit and role.",
                name=row.name,
                login=row.login,
            )
            found.faults.append(FaultyLine(row.line, no_post))


def check_posts(found: CityFile) -> None:
    logins, codes = [row.login for row in found.people], [row.code for row in found.units]
    for number, row in enumerate(found.posts):

        def wrong(sentence: Text, key: str = "", line: int = row.line) -> None:
            found.faults.append(FaultyLine(found.line_of(line, key), sentence))

        if row.login not in logins:
            no_login = _("Account %(login)s is not in [[people]] of the file.", login=row.login)
            wrong(sentences(no_login, instead(row.login, logins)), "login")
        if row.unit not in codes:
            no_unit = _("The unit %(unit)s of %(login)s is not in the file.", login=row.login, unit=row.unit)
            wrong(sentences(no_unit, instead(row.unit, codes)), "unit")
        if row.role not in ROLES:
            no_role = _("There is no post called %(role)s.", role=row.role)
            wrong(sentences(no_role, accounts.meant(row.role, ROLES) or _one_of(ROLES)), "role")
        if row.first and row.last and row.last < row.first:
            backwards = _(
                "For %(login)s, the last day, %(last)s, is before the first day, %(first)s.",
                login=row.login,
                last=When(row.last, "day"),
                first=When(row.first, "day"),
            )
            wrong(backwards, "to")
        for other in found.posts[:number]:
            if other.unit != row.unit or other.role != row.role or not row.overlaps(other):
                continue
            if other.login == row.login:
                wrong(_("This post of %(login)s is already on line %(line)s.", login=row.login, line=other.line))
            elif row.role == "principal_leader":
                wrong(
                    _(
                        "A unit has only one principal leader at a time, and line %(line)s already names %(login)s. "
                        "Write 'to' for the earlier one and 'from' for the later one.",
                        line=other.line,
                        login=other.login,
                    )
                )


def check_matters(found: CityFile) -> None:
    _once(found, ((row.matter.code, found.line_of(row.line, "code")) for row in found.matters), _("Matter code"))
    codes = [row.code for row in found.units]
    for row in found.matters:
        matter = row.matter

        def wrong(sentence: Text, key: str, row: MatterRow = row) -> None:
            found.faults.append(
                FaultyLine(
                    found.line_of(row.line, key), _("Matter %(code)s: %(said)s", code=row.matter.code, said=sentence)
                )
            )

        if not _MATTER_CODE.fullmatch(matter.code):
            wrong(
                _("A code consists of letters, digits, dots, hyphens and underscores and has at most 64 characters."),
                "code",
            )
        department = found.unit(matter.department_code)
        if department is None:
            no_unit = _("There is no supervising department: %(code)s is not in the file.", code=matter.department_code)
            wrong(sentences(no_unit, instead(matter.department_code, codes)), "department")
        elif department.kind in WITHIN:
            wrong(
                _(
                    "A unit of this kind (%(kind)s) cannot be a supervising department. Write its parent unit.",
                    kind=KINDS[department.kind],
                ),
                "department",
            )
        if matter.enforcing_kind not in ("town", "department"):
            wrong(
                _(
                    "Write town (towns and subdistricts enforce it) or department (the department does) in "
                    "enforcing_kind."
                ),
                "enforcing_kind",
            )
        elif matter.enforcing_kind == "town" and matter.empowered_at is None:
            wrong(
                _(
                    "Where towns and subdistricts enforce a matter, write in empowered_at from which day they are "
                    "empowered."
                ),
                "enforcing_kind",
            )
        elif matter.enforcing_kind == "department" and matter.empowered_at is not None:
            wrong(
                _(
                    "empowered_at is the day on which towns and subdistricts were empowered. If the department "
                    "enforces the matter, remove it. Otherwise write town in enforcing_kind."
                ),
                "empowered_at",
            )
        if matter.enforcing_kind == "town" and not any(unit.kind == "town" for unit in found.units):
            wrong(
                _(
                    "The enforcing kind is town, but the file has no town or subdistrict, so no unit could handle the "
                    "matter."
                ),
                "enforcing_kind",
            )
