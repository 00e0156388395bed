"""`%view`: the live picture of the cluster."""

from __future__ import annotations

import shlex
import sys
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from k8snb.magics.lab import Lab, LabError

_USAGE = "usage: %view [topology|ownership|nodes] [-n NAMESPACE|-A] [-l SELECTOR] [--save FILE.svg] [--text]"


@magics_class
class ViewMagics(Magics):
    """Pictures."""

    lab: Lab

    @line_magic
    def view(self, line: str) -> Any:
        """Show the cluster, live: `%view`, `%view ownership`, `%view -l app=web`, `%view --save picture.svg`."""
        kind, namespace, selector, save, as_text = "topology", "default", "", "", False
        words = iter(shlex.split(line))
        for word in words:
            if word in ("-n", "--namespace"):
                namespace = next(words, "")
            elif word in ("-A", "--all-namespaces"):
                namespace = ""
            elif word in ("-l", "--selector"):
                selector = next(words, "")
            elif word == "--save":
                save = next(words, "")
            elif word == "--text":
                as_text = True
            elif word == "--of":
                kind = "ownership" if next(words, "") == "rollout" else kind
            elif not word.startswith("-") and "/" not in word:
                kind = word
            elif "/" not in word:
                raise LabError(message=f"error: unknown flag {word}\n{_USAGE}")
        try:
            shown = self.lab.view(kind, namespace, selector)
        except ValueError as error:
            raise LabError(message=f"error: {error}\n{_USAGE}") from None
        if save:
            shown.save(save)
            sys.stdout.write(f"{save} written\n")
            return None
        if as_text:
            sys.stdout.write(shown.text() + "\n")
            return None
        return shown
