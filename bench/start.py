"""`start`: what it costs until Lianban's modules are there, and until the first page is; beside the libraries alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

from bench.measure import Cost, Row, mean
from bench.options import Options
from bench.served import served
from tests.processes.town import Town

LIBRARIES = "import SpiffWorkflow.bpmn, sqlalchemy, lxml.etree, flask, waitress, apscheduler, psycopg"
"""What somebody would import who writes such a program."""
OWN = "import tasks_ui.cli"
TIMES = 3
LIBRARIES_ALONE = "its libraries imported"


def rows(options: Options) -> Iterator[Row]:
    _python(OWN)  # what is compiled once in the life of an installation is compiled
    libraries, own = (mean([_python(code) for _ in range(TIMES)]) for code in (LIBRARIES, OWN))
    yield Row("start", "modules imported", cost=own, instead=LIBRARIES_ALONE, beside=libraries.cpu)
    for kind in options.kinds:
        with closing(Town(options.stores.new(kind))) as town:
            town.engine.prepare()
        began = time.perf_counter()
        with served(town.settings, ["serve"]) as (process,):
            cost = Cost(cpu=process.cpu, wall=1000 * (time.perf_counter() - began))
            yield Row("start", "first page answered", kind, cost, instead=LIBRARIES_ALONE, beside=libraries.cpu)


def _python(code: str) -> Cost:
    """A process that does that and ends."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code])
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cost(cpu=1000 * (used.ru_utime + used.ru_stime), wall=1000 * (time.perf_counter() - began))
