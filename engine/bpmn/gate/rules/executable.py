"""A file holds one process that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, at, in_the_file, local_name
from engine.bpmn.reading.elements import BPMN
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

PROCESS_MISSING = Rule("process-missing", _("A file has an executable process."))
PROCESS_TWICE = Rule("process-twice", _("A file has one executable process."))
PROCESS_NOT_EXECUTABLE = Rule(
    "process-not-executable", _("A process that contains anything is executable."), Severity.WARNING
)
PROCESS_SHARED = Rule("process-shared", _("The id of a process is not the name of the shared folder."))
PROCESS_ID = Rule("process-id", _("The id of a process can be used in a web address."))
PROCESS_IN_TWO_FILES = Rule("process-in-two-files", _("Within a folder, a procedure is in one file only."))
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")


def check(draft: Draft) -> Iterator[Problem]:
    processes = draft.root.findall(f"{BPMN}process")
    executable = [process for process in processes if process.get("isExecutable") == "true"]
    if not executable:
        yield in_the_file(
            PROCESS_MISSING,
            _("The file has no executable process."),
            _("Tick Executable (isExecutable) in the properties of the process (pool)."),
        )
    for process in executable[1:]:
        yield at(
            PROCESS_TWICE,
            process,
            _("The file has more than one executable process."),
            _(
                "Deploy one copy of the file for each procedure, in which only that process is ticked as Executable; the others "
                "are then kept as drawn."
            ),
        )
    for process in processes:
        if process not in executable and process is not draft.process and any(map(local_name, process)):
            yield at(
                PROCESS_NOT_EXECUTABLE,
                process,
                _("This process is not executable. It is kept as drawn, and nothing in it runs."),
                _("If that is intended, leave it as it is."),
            )
    key = draft.diagram.key
    if executable and not KEY.fullmatch(key):
        yield at(
            PROCESS_ID,
            executable[0],
            _("The process id '%(key)s' cannot be used.", key=key[:80]),
            _("Begin with a letter, and use only letters, digits, underscores and hyphens, at most 64 characters."),
        )
