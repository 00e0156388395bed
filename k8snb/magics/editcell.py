"""The notebook's editor: `%kubectl edit deployment/web` opens the object in a cell, and running that cell saves it.

The cell is `%%kubectl edit deployment/web` with the object below, so what it does stands in it. What was shown is remembered:
as in a terminal, a change is what differs from that, whatever has happened to the object meanwhile. What is refused is shown in
the same cell again, with the reasons on top. KUBE_EDITOR may name a program of the workstation (`sed -i …`), which then edits;
programs of the machine that runs the notebook cannot be reached from it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from k8snb.kubectl.command import LAB_MARK, Draft
from k8snb.kubectl.errors import CommandError, Exit, quoted

if TYPE_CHECKING:
    from k8snb.magics.lab import Lab


class CellEditor:
    """Edits for one notebook."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        #: what a command line has shown, by its words
        self._shown: dict[tuple[str, ...], str] = {}
        self._words: tuple[str, ...] = ()
        #: the cell that is being saved, until somebody asks for it
        self._cell: str | None = None
        self._taken: str | None = None
        self._is_cell = False
        #: the environment of the script that the command is part of
        self.environment: Mapping[str, str] | None = None

    @contextmanager
    def typed(self, words: Sequence[str], cell: str | None = None) -> Iterator[None]:
        """While this command line runs; `cell` is what stands below it."""
        before = self._words, self._cell, self._is_cell
        self._words, self._cell, self._is_cell = tuple(words), cell, cell is not None
        try:
            yield
        finally:
            self._words, self._cell, self._is_cell = before

    def ended(self, exit_code: int) -> None:
        """The command line has run: a cell that was saved is what the next change is measured by."""
        if self._is_cell and self._taken is not None and not exit_code:
            self._remember(self._taken)
        self._taken = None

    def _remember(self, text: str) -> None:
        from k8snb.kubectl.editing import without_comments

        if without_comments(text).strip():
            self._shown[self._words] = without_comments(text)

    def edit(self, text: str, name: str) -> Draft:
        """Let somebody edit. Exit when the text was opened in a cell, which ends the command."""
        environment = os.environ if self.environment is None else self.environment
        program = environment.get("KUBE_EDITOR", "")
        if program:
            return self._with_program(program, text, name)
        cell, self._cell = self._cell, None
        if cell is not None:
            self._taken = cell
            return Draft(cell, original=self._shown.get(self._words, ""))
        self._taken = None
        self._open(text, replace=self._is_cell)
        # Opened again it goes on, and a front end takes a new text from a cell that went well; with nobody there it is over.
        raise Exit(1 if self._is_cell and not self._lab.is_attended else 0)

    def _with_program(self, program: str, text: str, name: str) -> Draft:
        cells = self._lab.shell_cells
        try:
            found = cells.edit(program, text, name, sys.stdout.write, sys.stderr.write)
        except ValueError as error:  # a quotation that is left open
            raise CommandError(f"there was a problem with the editor {quoted(program)}: {error}") from None
        if found is None:
            sys.stderr.write(
                f"{LAB_MARK}{program.split()[0]} is not on the lab's workstation: unset KUBE_EDITOR to edit in a cell\n"
            )
            raise CommandError(f"unable to launch the editor {quoted(program)}")
        return Draft(found[0], found[1], lambda: cells.remove(found[1]))

    def _open(self, text: str, *, replace: bool) -> None:
        line = f"%%kubectl {shlex.join(self._words)}"
        self._lab.ipython.set_next_input(f"{line}\n{text.rstrip()}\n", replace=replace)
        if replace:
            sys.stderr.write(f"{LAB_MARK}why stands at the top of the cell: correct it and run it again\n")
            return
        self._remember(text)
        sys.stderr.write(f"{LAB_MARK}the object is in the next cell: change it there, and run that cell to save it\n")
