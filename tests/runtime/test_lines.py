"""Every line of `shell.lines` in a container, against what real shells printed: see `record_lines.py`."""

from __future__ import annotations

import json
import re

import pytest

from k8snb.runtime.machine import Machine
from k8snb.runtime.userland import executable
from tests.runtime.box import Box
from tests.runtime.record_lines import HERE, USAGE, scripts

RECORDED = [json.loads(line) for line in (HERE / "shell.recorded").read_text().splitlines()]
BOXES = {"ash": ("alpine", "sh"), "dash": ("nginx", "sh"), "bash": ("nginx", "bash")}
#: bash warns of a here-document that ends with the script; ours says nothing
SILENT = {"cat <<E\nunfinished"}


def test_the_recording_is_of_these_lines() -> None:
    listed = [(script, list(shells)) for script, shells in scripts(HERE / "shell.lines")]
    assert [(script, list(found)) for script, found in RECORDED] == listed
    assert len(listed) > 700


@pytest.mark.parametrize(("script", "found"), RECORDED, ids=[script for script, _ in RECORDED])
def test_a_line_does_what_real_shells_do(script: str, found: dict[str, tuple[str, str, int]]) -> None:
    for shell, (stdout, stderr, status) in found.items():
        image, name = BOXES[shell]
        box = Box(image)
        if "jq " in script:
            box.act(lambda machine: machine.fs.put("/usr/bin/jq", executable("jq")))
        out, err, code = box.run(script, shell=name)
        assert (shell, out, code) == (shell, stdout, status)
        if USAGE not in stderr and script not in SILENT:
            assert (shell, _without_pids(err)) == (shell, _without_pids(stderr))
        assert list(box.container.processes) == [1]


def _without_pids(text: str) -> str:
    return re.sub(r"(line 1:) +\d+ (Killed)", r"\1 PID \2", text)


def test_a_machine_forgets_what_has_ended() -> None:
    box = Box()
    box.run("for i in 1 2 3; do echo $i | cat > f$i; done; cat f1 f2 f3 | sort -r; x=$(cat < f1)")
    machine = box.act(lambda machine: machine)
    assert isinstance(machine, Machine)
    assert (len(machine.processes), machine.pipes, machine.files) == (1, {}, {})
