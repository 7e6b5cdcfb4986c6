"""`memory`: what a process of Lianban holds when its first page is there and after some work, beside its libraries alone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

from bench.instances import CLIENTS, run, signed_in
from bench.measure import Row
from bench.options import Options
from bench.served import open_doors, served
from bench.start import LIBRARIES, LIBRARIES_ALONE
from tests.processes import one_task
from tests.processes.town import Town

INSTANCES = 200
_TOLD = "print(open('/proc/self/status', encoding='utf-8').read())"


def rows(options: Options) -> Iterator[Row]:
    told = subprocess.run([sys.executable, "-c", f"{LIBRARIES}; {_TOLD}"], capture_output=True, text=True, check=True)
    libraries = int(re.findall(r"VmRSS:\s+(\d+) kB", told.stdout)[0]) / 1024
    for kind in options.kinds:
        with closing(Town(options.stores.new(kind))) as town:
            town.engine.procedures_in_force.deploy(one_task.write(town.settings.data_dir / "drawn"), "bench")
            open_doors(town)
        with served(town.settings, ["serve"]) as (process,):
            browsers = [signed_in(process) for _ in range(max(CLIENTS))]
            idle = process.memory()
            run(browsers, INSTANCES)
            for what, memory in (
                ("first page", idle),
                (f"{INSTANCES} instances, {len(browsers)} at once", process.memory()),
                ("the most meanwhile", process.memory("VmHWM")),
            ):
                yield Row("memory", what, kind, memory=memory, instead=LIBRARIES_ALONE, beside=libraries)
