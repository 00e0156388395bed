"""`k8snb grade`: mangled and hostile notebooks get the marks of what their commands achieve, and cost nobody else's."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from k8snb import cli
from k8snb.grading import lesson
from k8snb.grading.marking import batch, inputs, policy, submission, table
from k8snb.grading.marking.batch import Row
from k8snb.grading.marking.inputs import BadRecordError, Input
from tests.grading import mangling

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="marking forks")
FIVE = lesson.find("5")[0]

HIDDEN = """\
from k8snb.grading.check import exercise, expect
from k8snb.grading.text import Text

@exercise("D05-H1")
def not_the_default_name(world):
    names = [each.metadata.name for each in world.objs("services")]
    yield expect(4, "my-svc" in names, Text("yes", "是"), Text("no", "否"))

CHECKS = (not_the_default_name.check(4, Text("Hidden", "隱藏"), ()),)
"""


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[mangling.Mangled, Row]]:
    """One copy of each kind, of Day 5, and some particular ones of bad faith."""
    folder = tmp_path_factory.mktemp("submissions")
    wanted = [mangling.mangled(number) for number in range(len(mangling.KINDS))]
    for attack in (mangling.FORGERIES[0], mangling.FORGERIES[4], "import os; os._exit(3)", mangling.STUBBORN):
        for notebook, marks in ((mangling.solved("05-pod.ipynb"), 40.0), (mangling.shipped("05-pod.ipynb"), 0.0)):
            # behind the first exercise, whose commands would fail where what they make is there already
            place = next(n for n, cell in enumerate(notebook["cells"]) if "%check D05-E1" in "".join(cell["source"]))
            notebook["cells"].insert(place, mangling.code(attack, "attack"))
            wanted.append(mangling.Mangled(attack, json.dumps(notebook), marks))
    paths = [folder / f"{number:02}.ipynb" for number in range(len(wanted))]
    for path, each in zip(paths, wanted, strict=True):
        path.write_text(each.text, encoding="utf-8")
    return list(zip(wanted, batch.mark(paths, policy.load(None), jobs=2, timeout=15), strict=True))


def test_every_notebook_gets_the_marks_that_its_commands_earn(marked: list[tuple[mangling.Mangled, Row]]) -> None:
    for wanted, row in marked:
        assert (None if row.failed else row.marks) == wanted.marks, (wanted.kind, row)


def test_what_went_wrong_is_told_in_its_own_row_only(marked: list[tuple[mangling.Mangled, Row]]) -> None:
    rows = {wanted.kind: row for wanted, row in marked}
    assert rows["broken"].failed
    assert rows["intact"].remarks == ()
    assert any("exit code 3" in remark for remark in rows["import os; os._exit(3)"].remarks)
    assert rows[mangling.STUBBORN].remarks


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means")
def test_the_processes_are_confined(marked: list[tuple[mangling.Mangled, Row]]) -> None:
    layers = next(row.layers for _, row in marked if row.layers)
    assert "limits" in layers
    assert "seccomp" in layers or "audit" in layers


def notebook_in(folder: Path, notebook: dict[str, object], name: str = "one.ipynb") -> Path:
    path = folder / name
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_the_command_line_with_hidden_checks_weights_and_the_price_of_hints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = mangling.solved("05-pod.ipynb")
    notebook["cells"].append(mangling.code("%hint D05-E3\n%hint D05-E3", "hints"))
    notebook_in(tmp_path, notebook, "=cmd.ipynb")
    (tmp_path / "hidden.py").write_text(HIDDEN, encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(
        "weights: {D05-E1: 2, D05-E4: 0}\nhints: {free: 1, cost: 0.25}\nhidden: hidden.py\n", encoding="utf-8"
    )
    table_file, json_file = tmp_path / "marks.csv", tmp_path / "marks.json"
    code = cli.main(
        ["grade", str(tmp_path), "--policy", str(tmp_path / "policy.yaml"), "--csv", str(table_file), "--json", str(json_file)]
    )  # fmt: skip
    first = capsys.readouterr().out
    assert code == 0, first
    row = json.loads(json_file.read_text(encoding="utf-8"))["rows"][0]
    assert {each["exercise"]: each["marks"] for each in row["exercises"]} == {
        "D05-E1": 20.0, "D05-E2": 10.0, "D05-E3": 7.5, "D05-E4": 0.0, "D05-H1": 4.0,
    }  # fmt: skip
    assert row["marks"] == 41.5
    assert row["most"] == 44.0
    written = next(csv.DictReader(io.StringIO(table_file.read_text(encoding="utf-8"))))
    assert (written["marks"], written["hints"], written["receipt"]) == ("41.5", "2", row["receipt"])
    assert cli.main(["grade", str(tmp_path), "--policy", str(tmp_path / "policy.yaml")]) == 0
    assert capsys.readouterr().out == first  # the receipt too


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weights: [1]", "policy"),
        ("price: 3", "nothing else"),
        ("hidden: gone.py", "no such file"),
        ("hints: {free: many}", "many"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(policy.PolicyError, match=said):
        policy.load(path)


def test_no_marks_without_a_notebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["grade", str(tmp_path)]) == 2
    path = notebook_in(tmp_path, {"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    assert cli.main(["grade", str(path)]) == 1
    assert "no exercise of any lesson" in capsys.readouterr().out
    assert cli.main(["grade", str(path), "--lesson", "99"]) == 1
    assert "no lesson has the day 99" in capsys.readouterr().out


@pytest.mark.parametrize("partial", [True, False])
def test_policy_of_marks(partial: bool) -> None:
    counts = policy.Policy({"A": 0.5}, partial, free_hints=1, hint_cost=0.2)
    assert counts.marks("A", 10, 10, hints=1) == 5.0
    assert counts.marks("B", 10, 6, hints=0) == (6.0 if partial else 0.0)
    assert counts.marks("B", 10, 10, hints=9) == 0.0


def test_cells_stand_where_the_lesson_has_them_and_only_work_counts() -> None:
    notebook = mangling.solved("05-pod.ipynb")
    notebook["cells"].reverse()
    cells, digest = submission.read(_written(notebook))
    plan = submission.arrange(FIVE, cells, digest)
    first = [cell.exercise for cell in plan.cells if cell.counts and cell.exercise]
    assert first == sorted(first)
    assert not any("--rm" in cell.source or "%view" in cell.source for cell in plan.cells if cell.counts)
    untouched = submission.arrange(FIVE, *submission.read(_written(mangling.shipped("05-pod.ipynb"))))
    assert all(cell.counts for cell in untouched.cells)  # what the lesson shows before its exercises is left out


def _written(notebook: dict[str, object]) -> Path:
    import tempfile

    return notebook_in(Path(tempfile.mkdtemp()), notebook)


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"[0]", b"null", b"[" * 10_000, b'["0","line","kubectl","get pods",null]',
        b'[0,"line","bash","rm -rf /",null]', b'[0,"cell","kubectl","x",null]', b'[0,"file","../x","","y"]',
        b'[0,"file","/etc/x","","y"]', b'[true,"line","kubectl","",null]', b'[0,"line","kubectl",3,null]',
        b'[0,"exec","kubectl","",null]', b'[0,"line","kubectl","' + b"x" * 300_000 + b'",null]', b"\xff\xfe",
    ],
)  # fmt: skip
def test_records_that_nobody_typed_are_refused(line: bytes) -> None:
    with pytest.raises(BadRecordError):
        inputs.loads(line)


def test_records_come_back_as_they_were() -> None:
    entry = Input(3, "cell", "kubectl", "apply -f -", "kind: Pod\n")
    assert inputs.loads(entry.dumps().rstrip()) == entry
    assert inputs.seconds(Input(0, "sleep", line="nan")) == 0.0
    assert inputs.seconds(Input(0, "sleep", line="1e300")) == inputs.LONGEST_SLEEP


def test_a_replay_runs_no_python_that_was_typed(tmp_path: Path) -> None:
    """A record may say `{expression}`: where it is replayed, there are no names to make one of, and no shell to ask."""
    script = f"""
from pathlib import Path
from k8snb.cluster import Cluster
from k8snb.grading import lesson
from k8snb.grading.marking import replay, shell
from k8snb.grading.marking.inputs import Input
from k8snb.grading.marking.submission import Cell, Submission
opened, mark = shell.open_shell(), Path({str(tmp_path)!r}) / "mark"
opened.user_ns["Path"] = Path
replay.refuse_python(opened)
evil = "{{Path('" + str(mark) + "').write_text('x')}}"
assert evil.startswith("{{P")
judge = replay.Replay(lesson.find("5")[0], (), opened, Cluster(), lambda best: None)
lines = [("line", name, f"get pods " + text, None) for text in (evil, evil.replace("Path", "__import__('pathlib').Path"))
         for name in ("kubectl", "docker", "curl", "minikube", "answer", "lesson", "cluster", "trace")]
lines += [("cell", "kubectl", "", "echo " + evil), ("cell", "docker", evil, "x"), ("cell", "podsh", evil, "y")]
judge.run(Submission((Cell(1, "", "D05-E1", True),), ""), {{0: [Input(0, *each) for each in lines]}})
"""
    where = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "K8SNB_PROGRESS": "off"}
    subprocess.run([sys.executable, "-c", script], env=where, check=True, cwd=tmp_path)
    assert not (tmp_path / "mark").exists()


def test_a_spreadsheet_takes_no_file_name_for_a_formula() -> None:
    assert "'=SUM(A1)" in table.as_csv([Row("=SUM(A1)", failed="x")])


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means")
def test_what_a_confined_process_cannot_do(tmp_path: Path) -> None:
    """Each line is tried in a process of its own kind; it says what it could do all the same."""
    script = f"""
import os, socket, subprocess, resource
from pathlib import Path
from k8snb.grading.marking.confine import Bounds, confine, interpreter_paths
inside, outside = Path({str(tmp_path)!r}) / "in", Path({str(tmp_path)!r}) / "out"
held = confine(Bounds(memory=2**28), readable=interpreter_paths(), writable=[inside])
could = []
def attempt(name, action):
    try:
        action()
    except (OSError, MemoryError, ValueError, subprocess.SubprocessError):
        return
    could.append(name)
attempt("socket", lambda: socket.create_connection(("127.0.0.1", 9), 0.1))
attempt("run", lambda: subprocess.run(["/bin/true"], check=True))
attempt("fork", lambda: os.fork() or os._exit(0))
attempt("kill", lambda: os.kill(os.getppid(), 0))
attempt("memory", lambda: bytearray(2**30))
attempt("more", lambda: resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40)))
attempt("write", lambda: (outside / "x").write_text("x"))
attempt("read", lambda: (outside / "secret").read_text())
attempt("inside", lambda: (inside / "x").write_text("x"))
print(",".join(held), ",".join(could))
"""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_text("marks", encoding="utf-8")
    where = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=where, check=True)
    held, could = done.stdout.strip().split(" ")
    if {"seccomp", "landlock", "capabilities"} <= set(held.split(",")):
        assert could == "inside"
    else:
        assert "memory" not in could.split(",")
