"""Who answers a transcript: the learner's machine in one process, or the real kubectl on a machine of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from k8snb.magics.lab import Lab
from tests.golden.dialect import without_klog
from tests.golden.transcript import Part, Run

#: how long a command of the real kubectl may take, in seconds
_PATIENCE = 60
#: how much faster than real time a cluster runs while the real kubectl talks to it
_RATE = 40.0


@contextmanager
def learners_machine(folder: Path) -> Iterator[tuple[Lab, Run]]:
    """A lab without a notebook, whose machine works in this folder."""
    lab, before = Lab(SimpleNamespace()), Path.cwd()

    def run(part: Part) -> tuple[int, str, str]:
        lab.typed()
        result = lab.run_script(f"{part.text}\n", _ignored, _ignored)
        lab.changed()
        return result.exit_code, result.stdout, result.stderr

    os.chdir(folder)
    try:
        with patch.dict(os.environ, {"K8SNB_PACE": "jump"}):
            yield lab, run
    finally:
        os.chdir(before)
        lab.stop()


@contextmanager
def real_machine(folder: Path, home: Path) -> Iterator[tuple[Lab, Run]]:
    """A shell whose kubectl is the real one, before a served cluster; minikube and docker stay the lab's."""
    with learners_machine(folder) as (lab, ours):
        environment = {**os.environ, "HOME": str(home), "KUBECONFIG": str(home / "config")}

        def run(part: Part) -> tuple[int, str, str]:
            if part.alone or part.text.split()[0] in ("minikube", "docker"):
                lab.cluster.set_pace("jump")  # what would go on for ever ends there
                answer = ours(part)
            else:
                shell = ["bash", "-c", part.text]
                done = subprocess.run(
                    shell, cwd=folder, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False
                )
                answer = done.returncode, done.stdout, without_klog(done.stderr)
            if lab.cluster.pacer is None:
                open_up()
            return answer

        def open_up() -> None:
            lab.cluster.set_pace("live", _RATE)
            lab.cluster.serve().write_kubeconfig(home / "config")

        open_up()
        yield lab, run


def _ignored(_: str) -> None:
    return None
