"""Console transcripts of our own: what somebody types on their machine, and what it answers.

A transcript sets up the cluster that it needs and is replayed line by line on the learner's (simulated) machine, where
kubectl, minikube and docker are the lab's. What differs from run to run (names, addresses, ages) is blotted out on both
sides. The format:

    # title: a line that says what it shows
    @file NAME <<'EOF' … EOF      a file in the folder where the commands run
    @settle                       let the cluster go quiet
    @pass SECONDS                 let time go by
    # alone: why                  the command below is not one that the real kubectl can confirm, and why
    $ COMMAND                     one line, or several if it ends with a heredoc or a backslash
    …                             the answer: standard output, then standard error behind `! `, then `[exit N]`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from k8snb.magics.lab import Lab

TRANSCRIPTS = Path(__file__).parent / "transcripts"


@dataclass
class Part:
    """A piece of a transcript: text to copy, a file, a pause, or a command with its answer."""

    kind: str
    text: str
    name: str = ""
    alone: str = ""
    answer: list[str] = field(default_factory=list)


#: what runs a command: (exit code, standard output, standard error)
Run = Callable[[Part], tuple[int, str, str]]


@dataclass
class Transcript:
    """One file."""

    path: Path
    parts: list[Part]

    @property
    def said(self) -> str:
        """All that the transcript itself says: no accident of a run."""
        return "\n".join(part.text for part in self.parts if part.kind in ("file", "command"))

    @property
    def commands(self) -> list[Part]:
        return [part for part in self.parts if part.kind == "command"]

    def text(self) -> str:
        """The file again, with the answers it has now."""
        return "".join(_written(part) for part in self.parts).rstrip("\n") + "\n"


def load(path: Path) -> Transcript:
    """Read a transcript. ValueError for a line that is none of the format's."""
    lines, parts, alone = path.read_text(encoding="utf-8").splitlines(), [], ""
    while lines:
        line = lines.pop(0)
        if line.startswith("@file "):
            name = line.split()[1]
            end = line.rpartition("<<")[2].strip("'\"")
            parts.append(Part("file", "".join(f"{one}\n" for one in _until(lines, end)), name))
        elif line.startswith("$ "):
            command = [line[2:]]
            end = re.search(r"<<-?\s*['\"]?(\w+)['\"]?", line)
            if end:
                command += [*_until(lines, end[1]), end[1]]
            while command[-1].endswith("\\"):
                command.append(lines.pop(0))
            answer = []
            while lines and not re.match(r"\$ |@(?:file|pass) |@settle|# |$", lines[0]):
                answer.append(lines.pop(0))
            parts.append(
                Part("command", "\n".join(command), alone=alone, answer=[one.removeprefix("\\") for one in answer])
            )
            alone = ""
        elif line == "@settle" or line.startswith("@pass "):
            parts.append(Part("pause", line))
        elif line.startswith("# alone: "):
            alone = line.removeprefix("# alone: ")
        elif line.startswith("#") or not line:
            parts.append(Part("copied", line))
        else:
            raise ValueError(f"{path}: {line!r} is neither a command nor an answer")
    return Transcript(path, parts)


def _until(lines: list[str], end: str) -> list[str]:
    found = []
    while lines[0] != end:
        found.append(lines.pop(0))
    lines.pop(0)
    return found


def _written(part: Part) -> str:
    if part.kind == "file":
        return f"@file {part.name} <<'EOF'\n{part.text}EOF\n"
    if part.kind in ("pause", "copied"):
        return f"{part.text}\n"
    alone = f"# alone: {part.alone}\n" if part.alone else ""
    return f"{alone}$ {part.text}\n" + "".join(f"{_escaped(line)}\n" for line in part.answer)


def _escaped(line: str) -> str:
    return f"\\{line}" if re.match(r"\$ |@(?:file|pass) |@settle|# |\\|$", line) else line


def answer(code: int, out: str, err: str, said: str) -> list[str]:
    """What a command answered, as a transcript holds it."""
    told = [f"! {line}".rstrip() for line in blot(err, said)]
    return [*blot(out, said), *told, *([f"[exit {code}]"] if code else [])]


def play(transcript: Transcript, folder: Path, run: Run, lab: Lab) -> list[tuple[Part, list[str]]]:
    """Every command with what it answers now."""
    done = []
    for part in transcript.parts:
        if part.kind == "file":
            (folder / part.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / part.name).write_text(part.text, encoding="utf-8")
        elif part.kind == "pause":
            _pause(lab, part.text)
        elif part.kind == "command":
            done.append((part, answer(*run(part), transcript.said)))
    return done


def _pause(lab: Lab, text: str) -> None:
    if text == "@settle":
        lab.cluster.settle()
    else:
        lab.pass_time(float(text.removeprefix("@pass ")))


# -- what differs from run to run ---------------------------------------------------------------------------------------------

_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_DURATION = r"(?:\d+y)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+(?:\.\d+)?m?s)?"
_ACCIDENTS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), token)
    for pattern, token in (
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]+", "<token>"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uid>"),
        (r"\bsha256:[0-9a-f]{64}\b|(?<=://)[0-9a-f]{64}\b", "<digest>"),
        (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", "<time>"),
        (r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{6,11} \d\d:\d\d:\d\d .*?\d{4}\b", "<time>"),
        (r"\b[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d [A-Z]+ \d{4}\b", "<time>"),
        (r"\b\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\b", "<time>"),
        (r"(?<=resourceVersion: )\"\d+\"", '"<version>"'),
        (r"\bhttps?://127\.0\.0\.1:\d+", "<server>"),
        (r"\b(?:10|172|192)\.\d+\.\d+\.\d+(?::8443)?\b", "<ip>"),
        (r"(?<=:)3[0-2]\d{3}\b(?=/|\s|$)|(?<= )3[0-2]\d{3}(?=/(?:TCP|UDP))", "<port>"),
        (rf"(?<=[a-z0-9])-[0-9a-f]*[0-9bcdf]{{8,10}}-{_RANDOM}{{5}}\b", "-<hash>-<rand>"),
        (r"(?<=-)\d{8}(?=-|\b)", "<minute>"),
        (rf"(?<=[a-z0-9>])-(?=\S*\d){_RANDOM}{{5}}\b|(?<=[a-z0-9>])-{_RANDOM}{{5}}(?=[\s,;\])\"]|$)", "-<rand>"),
        (r"(?<=pod-template-hash=)\w+", "<hash>"),
        (r"(?<=[a-z0-9])-(?=[a-z]*\d)[4-9bcdf]{8,10}\b", "-<hash>"),
        (r"\b[EWIF]\d{4} [\d:.]+ +\d+ (?=\w+\.go:)", "<klog> "),
        (r"(?<=\.)[0-9a-f]{16}\b", "<hex>"),
    )
)
_AGE = re.compile(rf"(?<![\w.<-])(?=\d){_DURATION}(?: \(x\d+ over {_DURATION}\))?(?= ago\b|\)|\s|$)")


def blot(text: str, said: str) -> list[str]:
    """The lines of a text without its accidents; what `said` has stays as it is."""
    for pattern, token in _ACCIDENTS:
        text = pattern.sub(lambda match, token=token: match[0] if match[0] in said else token, text)
    lines = [_AGE.sub(lambda match: _age(match[0], said), line).rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return [re.sub(r"(?<=\S) {2,}|(?<=\S)\t+ *", "  ", line) for line in lines]


def _age(found: str, said: str) -> str:
    if not found or found.isdigit() or re.search(rf"(?<![\w.]){re.escape(found)}(?!\w)", said):
        return found
    return "<age>"
