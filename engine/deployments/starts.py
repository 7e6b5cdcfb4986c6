"""Where a procedure may begin: by hand at one of its start forms, each with those who may start there, or by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.bpmn.reading.elements import Element
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.errors import NotFound
from engine.forms.schema import Form
from engine.messages import Name

BETWEEN = ":"
"""Stands between the key of a procedure and its start event; no id of a file has it in it."""


@dataclass(frozen=True)
class Start:
    """A start event with a form, in the version that new cases take."""

    definition: Definition
    element: Element

    @property
    def key(self) -> str:
        """By what it is found: the procedure's key alone means its first form."""
        own = self.definition.key
        return own if self._is_first else f"{own}{BETWEEN}{self.element.id}"

    @property
    def name(self) -> Name:
        """What is offered: the procedure, or this way to begin it where there are several."""
        return self.definition.element_name(self.element.id) if self.is_one_of_several else self.definition.called

    @property
    def is_one_of_several(self) -> bool:
        return len(self.definition.diagram.form_starts) > 1

    @property
    def form(self) -> Form:
        return self.definition.start_form(self.element.id)

    @property
    def starters(self) -> frozenset[tuple[str, str]]:
        """Who may start here: (kind of unit, role)."""
        return self.definition.diagram.starters_at(self.element)

    @property
    def _is_first(self) -> bool:
        return self.definition.diagram.form_starts[0].id == self.element.id


def of(definition: Definition) -> Iterator[Start]:
    """Its start forms, in the order of the diagram."""
    return (Start(definition, element) for element in definition.diagram.form_starts)


def find(tx: Connection, key: str) -> Start:
    """Raises NotFound, and Refused for a retired procedure."""
    procedure, _between, element_id = key.partition(BETWEEN)
    definition = definitions.startable(tx, procedure)
    for start in of(definition):
        if element_id in ("", start.element.id):
            return start
    raise NotFound


def every(tx: Connection) -> list[Start]:
    """Every start form of the procedures that are in force."""
    return [start for definition in definitions.every_startable(tx) for start in of(definition)]
