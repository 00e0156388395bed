"""`%kubectl` and `%%kubectl`."""

from __future__ import annotations

import shlex
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

from k8snb.kubectl.cli import Result
from k8snb.magics.lab import Lab, LabError
from k8snb.magics.syntax import CAPTURE, take


@magics_class
class KubectlMagics(Magics):
    """kubectl in a cell."""

    lab: Lab

    @line_cell_magic
    def kubectl(self, line: str, cell: str | None = None) -> Result | None:
        """Run kubectl on the lab's cluster: `%kubectl get pods`. With a cell body, the body is its standard input.

        `--expect-error` in front says that the command is meant to fail; `r = %kubectl …` keeps the result instead of
        printing it.
        """
        capture, line = take(line, CAPTURE)
        expect_error, line = take(line, "--expect-error")
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise LabError(message=f"error: {error} in: {line}") from None
        lab = self.lab

        def command(write: Any, write_error: Any) -> Result:
            return lab.kubectl(words, cell or "", write, write_error)

        result = lab.run(command, expect_error=expect_error, capture=capture)
        return result if capture else None
