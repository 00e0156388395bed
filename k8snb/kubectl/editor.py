"""The editor in which `kubectl edit` shows an object, and the file that goes with it.

KUBE_EDITOR names a program; without it a notebook opens a cell of its own, a terminal starts EDITOR or vi. Source: kubectl
`pkg/cmd/util/editor/editor.go`.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from k8snb.kubectl.command import Session
from k8snb.kubectl.errors import CommandError, quoted

_NOT_FOUND: Final = 127


def edited(session: Session, text: str, extension: str, stamp: float) -> tuple[str, Path]:
    """(the text after editing, the file that holds it). CommandError if there is no editor, or it fails."""
    path = _new_file(text, extension, stamp)
    program = _variable(session, "KUBE_EDITOR")
    if not program and session.edit is not None:
        new = session.edit(text, path.name)
        path.write_text(new, encoding="utf-8", newline="")
        return new, path
    program = program or _variable(session, "EDITOR") or ("vi" if sys.stdin is not None and sys.stdin.isatty() else "")
    if not program:
        path.unlink()
        raise CommandError('unable to launch the editor "vi": there is no terminal here; set KUBE_EDITOR to a program')
    _launch(program, path, session.cwd)
    return path.read_bytes().decode("utf-8", "replace"), path


def _variable(session: Session, name: str) -> str:
    return session.env.get(name) or os.environ.get(name, "")


def _launch(program: str, path: Path, cwd: Path) -> None:
    line = f"{program} {shlex.quote(str(path))}"
    done = subprocess.run(line, shell=True, cwd=cwd, check=False)
    if done.returncode == _NOT_FOUND:
        raise CommandError(f"unable to launch the editor {quoted(program)}")
    if done.returncode:
        raise CommandError(f"there was a problem with the editor {quoted(program)}")


def _new_file(text: str, extension: str, stamp: float) -> Path:
    """A new file in the directory for temporary files; its number follows from what is in it, and when."""
    number = int.from_bytes(hashlib.sha256(f"{stamp} {text}".encode()).digest()[:4])
    while True:
        path = Path(tempfile.gettempdir(), f"kubectl-edit-{number}{extension}")
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            number += 1
            continue
        path.chmod(0o600)
        return path
