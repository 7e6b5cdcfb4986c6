"""Founding a city from its file, and later changing it: first shown, then done by somebody who is named.

What the file says is made so. What it no longer says stays as it is, unless `end_missing` is asked for: a row that was
lost while editing must not take anybody's office. Matters are never removed, because cases cite them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.bpmn.elements import Diagram
from engine.clock import local_date
from engine.db.tables import matter, party, person, post, process_instance, task, unit
from engine.deployments import definitions
from engine.errors import LianbanError, Refused
from engine.forms.schema import Form, read_form
from engine.ids import new_password
from engine.organisation import city_file, jurisdiction, people, sign_ins, units
from engine.organisation.city_file import CityFile, FaultyLine, PostRow
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS
from engine.runtime.step import audit
from engine.uses.accounts import CHAIN, close_account
from engine.uses.transactions import Transactions

EXAMPLE = Path(city_file.__file__).with_name("city_example.toml")


@dataclass
class Founding:
    """What a file makes of the installation: sentences, and the passwords that are given out once, by login."""

    changes: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """What is there and not in the file, and stays."""
    doubts: list[str] = field(default_factory=list)
    refused: list[FaultyLine] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


class FileRefused(LianbanError):
    """这个文件还不能用，什么都没有改变。请按下面说的改好再运行。"""

    code = "city_file_refused"
    status = 422

    def __init__(self, faults: list[FaultyLine]) -> None:
        super().__init__()
        self.faults = sorted(faults, key=lambda fault: fault.line)

    def __str__(self) -> str:
        return "\n".join([self.message, *map(str, self.faults)])


class FoundingUses:
    def __init__(self, transactions: Transactions, processes_dir: Path) -> None:
        self._database, self._clock, self._processes_dir = transactions.database, transactions.clock, processes_dir

    def look(self, content: bytes, end_missing: bool = False) -> Founding:
        """What the file would change. Raises FileRefused with every fault; nothing is written in any case."""
        told = city_file.read(content)
        with self._database.reading() as tx:
            return self._settled(tx, told, {}, end_missing)

    def apply(self, content: bytes, by: str, end_missing: bool = False) -> Founding:
        """The city is as the file says. Raises FileRefused, and Refused without a name."""
        if not by.strip():
            raise Refused("请用 --by 写明是谁要求的，记入审计。没有改变什么。")
        told = city_file.read(content)
        with self._database.reading() as tx:
            new = self._settled(tx, told, {}, end_missing).passwords
        passwords = {login: new_password() for login in new}
        hashes = {login: sign_ins.hash_password(password) for login, password in passwords.items()}

        def write(tx: Connection) -> Founding:
            found = self._settled(tx, told, hashes, end_missing)
            if found.passwords.keys() != passwords.keys():
                raise Refused("人员刚刚在别处有了变化，没有写入。请再运行一次。")
            if found.changes:
                content = {"by": by.strip(), "changes": found.changes}
                audit.append(tx, CHAIN, self._clock.now(), "city_founded", content)
            return found

        found = self._database.run(write)
        found.passwords = passwords
        return found

    def _settled(self, tx: Connection, told: CityFile, hashes: Mapping[str, str], end_missing: bool) -> Founding:
        """Everything is written in this transaction: a look is one that is rolled back."""
        now = self._clock.now()
        faults = [*told.faults, *_missing_holders(tx, told, self._processes_dir, local_date(now))]
        made = _Maker(tx, told, now, hashes, end_missing)
        if not told.faults:
            made.make()
            faults += made.found.refused
        if faults:
            raise FileRefused(faults)
        made.found.doubts += list(_missing_units(tx, told, self._processes_dir))
        return made.found


class _Maker:
    """Makes the differences, and says each in a sentence. What cannot be done is refused with its line, all in one round."""

    def __init__(
        self, tx: Connection, told: CityFile, now: datetime, hashes: Mapping[str, str], end_missing: bool
    ) -> None:
        self.tx, self.told, self.now, self.hashes, self.end_missing = tx, told, now, hashes, end_missing
        self.found = Founding()
        self.ids: dict[str, str] = {}

    def make(self) -> None:
        self._units()
        self._people()
        ends, begins = self._compared_posts()
        for sentence, post_id in ends:
            people.end_post(self.tx, post_id, self.now)
            self.found.changes.append(sentence)
        if not self.found.refused:
            for row in begins:
                self._appoint(row)
        self._accounts_without_posts()
        self._matters()
        self._units_that_are_gone()

    # --- units ---

    def _units(self) -> None:
        there = {row.code: row for row in self.tx.execute(select(unit))}
        names = {"name": "名称", "full_name": "全称", "phone": "电话", "abbreviation": "机关代字"}
        for row in sorted(self.told.units, key=lambda one: one.parent is not None):
            known = there.get(row.code)
            if known is None:
                added = (row.code, row.name, row.kind, row.abbreviation)
                units.add(self.tx, *added, self.now, row.parent, row.full_name, row.phone)
                self.found.changes.append(f"新增单位 {row.name}（{row.code}，{KINDS[row.kind]}）")
                continue
            if known.valid_to is not None and known.valid_to <= self.now:
                self._refuse(row.line, f"单位编码 {row.code} 属于已经撤销的{known.name}，编码不能再用，请另写一个。")
                continue
            if known.kind != row.kind:
                self._refuse(
                    row.line,
                    f"{known.name}是{KINDS.get(known.kind, known.kind)}，不能改成{KINDS[row.kind]}：办件按原来的种类走。"
                    "请另写一个编码建新单位。",
                )
                continue
            if known.parent_code != row.parent:
                self._refuse(row.line, f"{known.name}的上级单位不能改。请另写一个编码建新的内设机构。")
                continue
            changed = {key: getattr(row, key) for key in names if getattr(row, key) != getattr(known, key)}
            if changed:
                self.tx.execute(update(unit).where(unit.c.code == row.code).values(**changed))
                said = [
                    f"{names[key]} {getattr(known, key) or '（空）'} → {value or '（空）'}"
                    for key, value in changed.items()
                ]
                self.found.changes.append(f"单位 {known.name}（{row.code}）：{'，'.join(said)}")

    def _units_that_are_gone(self) -> None:
        named = {row.code for row in self.told.units}
        lasts = unit.c.valid_to.is_(None) | (unit.c.valid_to > self.now)
        for row in self.tx.execute(select(unit).where(lasts).order_by(unit.c.parent_code.is_(None), unit.c.code)).all():
            if row.code in named:
                continue
            if not self.end_missing:
                self.found.kept.append(f"单位 {row.name}（{row.code}）")
            elif why := self._still_needed(row.code):
                self._refuse(0, f"单位 {row.name}（{row.code}）不能撤销：{why}")
            else:
                self.tx.execute(update(unit).where(unit.c.code == row.code).values(valid_to=self.now))
                self.found.changes.append(f"撤销单位 {row.name}（{row.code}）")

    def _still_needed(self, code: str) -> str:
        running = select(func.count(party.c.instance_id.distinct())).join(
            process_instance, process_instance.c.id == party.c.instance_id
        )
        cases = self.tx.scalar(running.where(party.c.unit_code == code, process_instance.c.status != "ended")) or 0
        tasks = self.tx.scalar(select(func.count()).where(task.c.unit_code == code, task.c.status == "open")) or 0
        if cases or tasks:
            return f"它还有 {max(cases, tasks)} 件没有办结的办件。请等它们办结。"
        if self.tx.scalar(select(func.count()).where(matter.c.department_code == code)):
            return "事项清单里还有它主管的事项。请先在文件里把这些事项写给别的单位。"
        return ""

    # --- people ---

    def _people(self) -> None:
        there = {row.login: row for row in self.tx.execute(select(person))}
        for row in self.told.people:
            known = there.get(row.login)
            if known is None:
                added = people.add(self.tx, row.login, row.name, "!")
                self.ids[row.login] = added.id
                self.tx.execute(update(person).where(person.c.id == added.id).values(email=row.email))
                self._give_password(row.login)
                self.found.changes.append(f"新增人员 {row.name}（{row.login}），发一次性密码")
                continue
            self.ids[row.login] = known.id
            if not known.active:
                self.tx.execute(update(person).where(person.c.id == known.id).values(active=True))
                self._give_password(row.login)
                self.found.changes.append(f"重新启用账号 {row.login}（{row.name}），发一次性密码")
            if known.name != row.name:
                self.tx.execute(update(person).where(person.c.id == known.id).values(name=row.name))
                self.found.changes.append(f"人员 {row.login}：姓名 {known.name} → {row.name}")
            if row.email and known.email is None:  # who has chosen an address keeps it
                self.tx.execute(update(person).where(person.c.id == known.id).values(email=row.email))
                self.found.changes.append(f"人员 {row.name}（{row.login}）：邮箱 {row.email}")

    def _give_password(self, login: str) -> None:
        self.found.passwords[login] = ""
        if login in self.hashes:
            sign_ins.give_password(self.tx, self.ids[login], self.hashes[login], self.now)

    def _compared_posts(self) -> tuple[list[tuple[str, str]], list[PostRow]]:
        """The posts that end, and those that begin; dates of those that go on are mended here."""
        left = _posts(self.tx, self.now)
        ends: list[tuple[str, str]] = []
        begins: list[PostRow] = []
        for row in self.told.posts:
            same = [one for one in left if (one.login, one.unit_code, one.role) == (row.login, row.unit, row.role)]
            dated = [one for one in same if row.first is not None and local_date(one.valid_from) == row.first]
            known = next(iter(dated or ([] if row.first and row.first > local_date(self.now) else same)), None)
            if known is None:
                if row.valid_to is None or row.valid_to > self.now:
                    begins.append(row)
                continue
            left.remove(known)
            if row.valid_to == known.valid_to:
                continue
            said = f"{_said(known)}：任职至 {row.last or '（不限）'}"
            if row.valid_to is not None and row.valid_to <= self.now:
                ends.append((said, known.id))
            else:
                self.tx.execute(update(post).where(post.c.id == known.id).values(valid_to=row.valid_to))
                self.found.changes.append(said)
        for gone in left:
            if self.end_missing:
                ends.append((f"免去 {_said(gone)}", gone.id))
            else:
                self.found.kept.append(f"岗位 {_said(gone)}")
        return ends, begins

    def _appoint(self, row: PostRow) -> None:
        begins = row.valid_from or self.now
        try:
            people.appoint(self.tx, self.ids[row.login], row.unit, row.role, begins, row.valid_to)
        except Refused as refused:
            self._refuse(
                row.line, f"{row.login}：{refused.message}前任不在文件里的，请写上他和 to，或者加 --end-missing。"
            )
            return
        found = self.told.unit(row.unit)
        until = f"，至 {row.last}" if row.last else ""
        since = f"{row.first} 起" if row.first else "即日起"
        self.found.changes.append(
            f"任命 {row.login} 为{found.name if found else row.unit}{ROLES[row.role]}（{since}{until}）"
        )

    def _accounts_without_posts(self) -> None:
        if not self.end_missing:
            return
        held = {row.login for row in _posts(self.tx, self.now)}
        for row in self.tx.execute(select(person).where(person.c.active).order_by(person.c.login)).all():
            if row.login not in held and row.login not in self.ids:
                close_account(self.tx, row.id, self.now)
                self.found.changes.append(f"停用账号 {row.login}（{row.name}）")

    # --- matters ---

    def _matters(self) -> None:
        there = {one.code: one for one in jurisdiction.every(self.tx)}
        names = {
            "title": "名称", "department_code": "主管单位", "enforcing_kind": "执法", "empowered_at": "赋权日期", "basis": "依据",
        }  # fmt: skip
        for row in self.told.matters:
            known = there.pop(row.matter.code, None)
            if known is None:
                self.tx.execute(insert(matter).values(**vars(row.matter)))
                self.found.changes.append(f"新增事项 {row.matter.code} {row.matter.title}")
                continue
            changed = {
                key: getattr(row.matter, key) for key in names if getattr(row.matter, key) != getattr(known, key)
            }
            if changed:
                self.tx.execute(update(matter).where(matter.c.code == known.code).values(**changed))
                said = [
                    f"{names[key]} {getattr(known, key) or '（空）'} → {value or '（空）'}"
                    for key, value in changed.items()
                ]
                self.found.changes.append(f"事项 {known.code} {known.title}：{'，'.join(said)}")
        self.found.kept += [f"事项 {one.code} {one.title}" for one in there.values()]

    def _refuse(self, line: int, sentence: str) -> None:
        self.found.refused.append(FaultyLine(line, sentence))


def _posts(tx: Connection, now: datetime) -> list[Row[Any]]:
    """Posts that are held now or will be, with login and names."""
    columns = (post, person.c.login, person.c.name.label("person_name"), unit.c.name.label("unit_name"))
    joined = post.join(person, person.c.id == post.c.person_id).join(unit, unit.c.code == post.c.unit_code)
    lasts = post.c.valid_to.is_(None) | (post.c.valid_to > now)
    return list(tx.execute(select(*columns).select_from(joined).where(lasts).order_by(post.c.valid_from, post.c.id)))


def _said(row: Row[Any]) -> str:
    return f"{row.person_name}（{row.login}）{row.unit_name}{ROLES[row.role]}"


# --- what the procedures need ---


@dataclass(frozen=True)
class _Need:
    """Somebody with one of these roles: in the unit of this code, or in every unit of these kinds."""

    procedure: str
    code: str
    kinds: frozenset[str]
    roles: frozenset[str]


def _missing_holders(tx: Connection, told: CityFile, folder: Path, today: date) -> Iterator[FaultyLine]:
    """A unit to which the procedures turn has nobody for it: whoever sends there would wait for ever."""
    said = set[tuple[str, frozenset[str]]]()
    for need in _needs(tx, folder):
        for row in told.units:
            if (row.code != need.code and row.kind not in need.kinds) or (row.code, need.roles) in said:
                continue
            if not _is_held(told, row.code, need.roles, today):
                said.add((row.code, need.roles))
                roles = " 或 ".join(f"{role}（{name}）" for role, name in ROLES.items() if role in need.roles)
                yield FaultyLine(row.line, f"{row.name}没有在任的 {roles}，流程“{need.procedure}”要由其办理。")


def _is_held(told: CityFile, code: str, roles: frozenset[str], today: date) -> bool:
    """As `assignment.resolve` decides: a missing liaison falls back to the principal leader (R51)."""
    asked = roles | ({"principal_leader"} if "liaison" in roles else set())
    asked |= {"acting_principal"} if "principal_leader" in asked else set()
    return any(told.acting_unit(row.unit) == code and row.role in asked and row.is_held_on(today) for row in told.posts)


def _missing_units(tx: Connection, told: CityFile, folder: Path) -> Iterator[str]:
    named = {row.code for row in told.units} | set(tx.scalars(select(unit.c.code)))
    missing: dict[str, set[str]] = {}
    for need in _needs(tx, folder):
        if need.code and need.code not in named:
            missing.setdefault(need.code, set()).add(need.procedure)
    for code, procedures in sorted(missing.items()):
        yield f"没有编码为 {code} 的单位，流程{'、'.join(f'“{name}”' for name in sorted(procedures))}要等有了它才能用。"


def _needs(tx: Connection, folder: Path) -> Iterator[_Need]:
    for diagram, forms in _procedures(tx, folder):
        starters = diagram.process.candidate_starters
        facts = diagram.declared_facts(forms.values())
        kinds = {
            field.key: frozenset(field.kind.split(","))
            for form in forms.values()
            for field in form.fields
            if field.kind
        }
        for text, roles in diagram.all_asked():
            if text == diagram.process.starter_fact:
                yield _Need(diagram.name, "", frozenset(kind for kind, _ in starters), roles)
            elif text in kinds:
                yield _Need(diagram.name, "", kinds[text], roles)
            elif text not in facts:
                yield _Need(diagram.name, text, frozenset(), roles)


def _procedures(tx: Connection, folder: Path) -> Iterator[tuple[Diagram, Mapping[str, Form]]]:
    """What is deployed, and what lies in the folder and waits to be."""
    yield from ((one.diagram, one.forms) for one in definitions.every_startable(tx))
    keys = set(definitions.every_key(tx))
    for path in sorted(folder.glob("*.bpmn")):
        try:
            diagram = definitions.read_diagram(path.read_bytes())
            wanted = {element.form_ref for element in diagram.elements.values() if element.form_ref}
            files = {name: folder / "forms" / f"{name}.form" for name in wanted}
            forms = {name: read_form(file.read_bytes()) for name, file in files.items() if file.exists()}
        except LianbanError:
            continue  # it is refused when it is deployed, and named there
        if diagram.key not in keys:
            yield diagram, forms
