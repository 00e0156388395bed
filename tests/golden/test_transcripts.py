"""Every transcript answers what it answered; every kubectl and minikube line of the 30 days is in one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden.machine import learners_machine
from tests.golden.transcript import TRANSCRIPTS, answer, load, play

ALL = sorted(TRANSCRIPTS.glob("*.console"))
NOTES = Path(__file__).resolve().parents[3] / "shared" / "notes" / "spec.md"
#: programs of the notes that run on the learner's machine or in a container, and are no part of these transcripts
_ELSEWHERE = (
    "docker",
    "brew",
    "curl",
    "chmod",
    "sudo",
    "where",
    "minikube (",
    "kops",
    "aws",
    "ssh-keygen",
    "mkdir",
    "groups",
)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_answers_what_it_answered(path: Path, tmp_path: Path) -> None:
    transcript = load(path)
    with learners_machine(tmp_path) as (lab, run):
        for part, answered in play(transcript, tmp_path, run, lab):
            assert answered == part.answer, part.text


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_is_written_as_it_is_read(path: Path) -> None:
    assert load(path).text() == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "blotted"),
    [
        ("web-7c5d9b8f6d-x2k4z   1/1   Running   0   2m3s", "web-<hash>-<rand>  1/1  Running  0  <age>"),
        ("alpine   0/1   Completed   2 (5s ago)   10s", "alpine  0/1  Completed  2 (<age> ago)  <age>"),
        ("http://192.168.49.2:31234", "http://<ip>:<port>"),
        ('creationTimestamp: "2026-01-02T03:04:05Z"', 'creationTimestamp: "<time>"'),
        ("kube-proxy-x7kq2", "kube-proxy-<rand>"),
        ("my-pod   1/1", "my-pod  1/1"),
        ("apps/v1 8080 3000/TCP", "apps/v1 8080 3000/TCP"),
    ],
)
def test_accidents_are_blotted_out(text: str, blotted: str) -> None:
    assert answer(0, text, "", said="port 3000") == [blotted]


def _lines_of_the_notes() -> list[tuple[int, str]]:
    if not NOTES.is_file():
        return []
    part = NOTES.read_text(encoding="utf-8").partition("\n# PART G")[2]
    found = []
    for day, text in re.findall(r"\*\*Day (\d+)\*\*(.*?)(?=\n\*\*Day|\Z)", part, re.DOTALL):
        blocks = "\n".join(re.findall(r"```text\n(.*?)```", text, re.DOTALL))
        inline = re.findall(r"\*\*`([^`]+)`\*\*", text)
        found += [(int(day), line.strip()) for line in [*blocks.splitlines(), *inline] if line.strip()]
    return found


@pytest.mark.skipif(not NOTES.is_file(), reason="the notes are not beside the project")
def test_every_kubectl_line_of_the_notes_is_tried() -> None:
    tried = {
        path.stem: [_shape(line) for part in load(path).commands for line in part.text.split(" && ")] for path in ALL
    }
    missing = []
    for day, line in _lines_of_the_notes():
        for one in line.split(" && "):
            if one.startswith(("kubectl", "minikube")) and "(" not in one.replace("$(", ""):
                words = _shape(one)
                if not any(_stands_for(words, other) for other in tried.get(f"day{day:02}", [])):
                    missing.append(f"Day {day}: {one}")
    assert not missing, "\n".join(missing)


def _shape(line: str) -> list[str]:
    """The words of a command, without what only its own cluster can say (names of Pods) and what only a transcript types."""
    line = re.sub(r" <<'EOF'.*", "", line.replace("./", "").partition(" | ")[0], flags=re.DOTALL)
    line = re.sub(r"^KUBE_EDITOR='.*?' | --request-timeout=\S+|(?<=minikube ssh) -- .*", "", line)
    line = re.sub(r"(?:pod )?\$\((?!kubectl config)[^()]*\)?", "*", line)
    line = re.sub(r"\b[a-z]+(?:-[a-z]+)*(?:-[a-z0-9]{8,10})?-(?=\w*\d)[a-z0-9]{5}\b", "*", line)
    line = re.sub(r"\b[a-z]+(?:-[a-z]+)*-(?=\w*\d)[a-z0-9]{8,10}-[a-z]{5}\b", "*", line)
    return [word for word in line.split() if word not in ("pod", "pods", "*")]


def _stands_for(words: list[str], other: list[str]) -> bool:
    return sorted(words) == sorted(other)
