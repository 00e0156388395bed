"""The editor in which `kubectl edit` shows an object, and the file that goes with it.

KUBE_EDITOR, else EDITOR, names a program; a terminal has vi as a last resort. A session may have an editor of its own: a
notebook opens a cell (`magics/editcell.py`). Source: kubectl `pkg/cmd/util/editor/editor.go`.
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

from k8snb.kubectl.command import Draft, Session
from k8snb.kubectl.errors import CommandError, quoted

_NOT_FOUND: Final = 127


def edited(session: Session, text: str, extension: str, stamp: float) -> Draft:
    """The text after editing. CommandError if there is no editor, or it fails."""
    if session.edit is not None:
        return session.edit(text, f"kubectl-edit-{_number(text, stamp)}{extension}")
    path = _new_file(text, extension, stamp)
    terminal = sys.stdin is not None and sys.stdin.isatty()
    program = _variable(session, "KUBE_EDITOR") or _variable(session, "EDITOR") or ("vi" if terminal else "")
    if not program:
        path.unlink()
        raise CommandError('unable to launch the editor "vi": there is no terminal here; set KUBE_EDITOR to a program')
    _launch(program, path, session.cwd)
    new = path.read_bytes().decode("utf-8", "replace")
    return Draft(new, str(path), lambda: path.unlink(missing_ok=True))


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
    number = _number(text, stamp)
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


def _number(text: str, stamp: float) -> int:
    return int.from_bytes(hashlib.sha256(f"{stamp} {text}".encode()).digest()[:4])
