"""Record the transcripts anew, or hold them against the real kubectl: `python -m tests.golden.record [--real] [NAME…]`.

Without `--real` every answer is replaced by what the learner's machine answers now (then look at what changed). With it the
same lines go to the real kubectl on PATH over HTTP, and the differences are printed; what an older kubectl words otherwise
than v1.36 is taken into account (`dialect.py`).
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from pathlib import Path

from tests.golden import dialect
from tests.golden.machine import learners_machine, real_machine
from tests.golden.transcript import TRANSCRIPTS, Transcript, load, play


def main(words: list[str]) -> int:
    """Do it for the transcripts named, or all of them."""
    names = [word for word in words if not word.startswith("-")]
    chosen = [path for path in sorted(TRANSCRIPTS.glob("*.console")) if not names or path.stem in names]
    return sum(_confirm(load(path)) if "--real" in words else _record(load(path)) for path in chosen)


def _record(transcript: Transcript) -> int:
    with tempfile.TemporaryDirectory() as folder, learners_machine(Path(folder)) as (lab, run):
        for part, answered in play(transcript, Path(folder), run, lab):
            part.answer = answered
    transcript.path.write_text(transcript.text(), encoding="utf-8")
    return 0


def _confirm(transcript: Transcript) -> int:
    differing = 0
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as folder,
        real_machine(Path(folder), Path(home)) as (lab, run),
    ):
        played = play(transcript, Path(folder), run, lab)
    for part, answered in played:
        said, real = dialect.common(part.answer), dialect.common(answered)
        if said == real or part.alone:
            continue
        differing += 1
        sys.stdout.write(f"---- {transcript.path.stem}: $ {part.text}\n")
        delta = difflib.unified_diff(real, said, "real", "ours", lineterm="", n=0)
        sys.stdout.write("".join(f"{line}\n" for line in list(delta)[2:] if not line.startswith("@@")))
    alone = sum(bool(part.alone) for part in transcript.commands)
    confirmed = len(transcript.commands) - alone - differing
    sys.stdout.write(f"{transcript.path.stem}: {confirmed} confirmed, {alone} alone, {differing} differ\n")
    return differing


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
