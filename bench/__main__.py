"""`python -m bench [PART …]`: measures those parts, all of them by default, and prints one table."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from bench import gate, instances, kernel, memory, pages, start, step, worker
from bench.measure import Row, show
from bench.options import Options
from bench.stores import KINDS, opened

PARTS: Mapping[str, Callable[[Options], Iterator[Row]]] = {
    "gate": gate.rows,
    "kernel": kernel.rows,
    "step": step.rows,
    "instances": instances.rows,
    "pages": pages.rows,
    "worker": worker.rows,
    "start": start.rows,
    "memory": memory.rows,
}


def main() -> None:
    told = _told()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a tick took long is what is measured
    rows: list[Row] = []
    try:
        with opened() as stores:
            options = Options(stores, tuple(told.store), told.rounds, tuple(sorted(told.rows)), told.cases)
            for part in told.parts or PARTS:
                began = time.monotonic()
                for row in PARTS[part](options):
                    rows.append(row)
                    print(f"{part}: {row.what} {row.store}", file=sys.stderr)
                print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    finally:
        show(rows)  # whoever has seen enough stops it, and has what there is


def _told() -> argparse.Namespace:
    given = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    given.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=" ".join(PARTS))
    given.add_argument("--store", nargs="+", choices=KINDS, default=KINDS)
    given.add_argument("--rows", type=_numbers, default=[1000, 100_000], help="running cases: 1000,100000,1000000")
    given.add_argument("--rounds", type=int, default=20, help="how often each step is taken")
    given.add_argument("--cases", type=int, default=100, help="overdue cases that the worker finds at once")
    return given.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
