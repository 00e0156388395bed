"""`make bench`: what the project promises, measured, each in a fresh process, beside its limit and the real thing's number.

The comparison is a v1.36 control plane with three hollow nodes on a machine of the same size (2 cores). Wall clock and
memory are read here and nowhere in the engine. A measurement's process imports its own module only, so that nothing is
warm that would be cold.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence


def run_bench(*, as_json: bool = False, only: Sequence[str] = ()) -> int:
    """Measure and print; the exit code says whether every limit was kept."""
    from k8snb.bench.table import MEASUREMENTS

    rows, kept = [], True
    for item in MEASUREMENTS:
        if only and item.name not in only:
            continue
        module, name = item.measure.__module__, item.measure.__name__
        command = [sys.executable, "-c", f"from {module} import {name}; print({name}())"]
        value = float("-inf" if item.at_least else "inf")
        for _ in range(item.runs):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                value = item.better(value, float(done.stdout.split()[-1]))
        good = item.keeps(value)
        kept = kept and good
        rows.append({"name": item.name, "value": value, "unit": item.unit, "limit": item.limit, "kept": good})
        if not as_json:
            real = f"   (real control plane: {item.real:g})" if item.real else ""
            mark = "ok  " if good else "OVER"
            sys.stdout.write(
                f"{mark} {item.what:48} {value:9.3f} {item.unit:3} {'≥' if item.at_least else '≤'} {item.limit:g}{real}\n"
            )
            if done.returncode:
                sys.stdout.write(done.stderr)
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    return 0 if kept else 1
