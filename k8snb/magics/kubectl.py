"""`%kubectl` and `%%kubectl`.

A line is one command, as a terminal would run it; with `|`, `>`, `;`, `&&` or `$(…)` in it, the learner's machine runs it as a
shell does. A cell below `%%kubectl` alone is a script for that machine; below a command it is what the command reads: the
standard input of `apply -f -`, or what the editor of `edit` has saved.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from k8snb.kubectl.cli import Result
from k8snb.kubectl.command import LAB_MARK
from k8snb.magics.lab import Lab, words_of
from k8snb.magics.script import needs_shell, without_prompts
from k8snb.magics.syntax import CAPTURE, take
from k8snb.magics.variables import filled


@magics_class
class KubectlMagics(Magics):
    """kubectl in a cell."""

    lab: Lab

    @no_var_expand  # braces are jsonpath's and go-template's too: see `variables.py`
    @line_cell_magic
    def kubectl(self, line: str, cell: str | None = None) -> Result | None:
        """Run kubectl on the lab's cluster: `%kubectl get pods`. `{name}` and `$name` are Python variables, if there are such.

        `%%kubectl` alone runs the cell as a shell script on your own (simulated) machine: pipes, heredocs, `$(…)`, loops;
        `$` prompts and output pasted with them are left out. `%%kubectl apply -f -` makes the cell its standard input.

        `--expect-error` in front says that the command is meant to fail; `r = %kubectl …` keeps the result instead of
        printing it: `r.json()`, `r.table()`, `r.stdout`.
        """
        capture, line = take(line, CAPTURE)
        expect_error, line = take(line, "--expect-error")
        lab, line = self.lab, filled(line, self.shell)
        script = self._script(line, cell)
        words = [] if script is not None else words_of(line)
        if cell is None and self._names_kept_folder(words):
            script = f"kubectl {line}"

        def command(write: Any, write_error: Any) -> Result:
            if script is not None:
                return lab.run_script(script, write, write_error)
            with lab.editor.typed(words, cell):
                result = lab.kubectl(words, cell or "", write, write_error)
                lab.editor.ended(result.exit_code)
            return result

        result = lab.run(command, expect_error=expect_error, capture=capture)
        return result if capture else None

    def _script(self, line: str, cell: str | None) -> str | None:
        """What a shell has to run; None for a kubectl command."""
        if cell is None:
            return f"kubectl {line}" if needs_shell(line) else None
        if line.strip():
            return None
        script, left_out = without_prompts(cell)
        if left_out:
            lines = "a line" if left_out == 1 else f"{left_out} lines"
            sys.stderr.write(f"{LAB_MARK}only what stands behind a prompt is run: {lines} of pasted output left out\n")
        return script

    def _names_kept_folder(self, words: list[str]) -> bool:
        """Is a folder meant that is only on the learner's machine (`apply -f app/`)?"""
        folders = {parent for name in self.lab.files for parent in _parents(name)}
        named = (word.partition("=")[2] if word.startswith("--") else word for word in words)
        return any(name.removeprefix("./").rstrip("/") in folders and not Path(name).exists() for name in named if name)


def _parents(name: str) -> list[str]:
    return [name[:at] for at, letter in enumerate(name) if letter == "/"]
