"""`%%manifest`: a cell of YAML, applied, with mistakes shown where they are in the cell."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import Magics, cell_magic, magics_class

from k8snb.kubectl.cli import Result, run_kubectl
from k8snb.kubectl.pointing import point_at
from k8snb.magics.lab import Lab, words_of


@magics_class
class ManifestMagics(Magics):
    """Manifests in cells."""

    lab: Lab

    @cell_magic
    def manifest(self, line: str, cell: str) -> None:
        """Apply the cell's YAML: `%%manifest [--name FILE] [-n NS] [--dry-run] [--diff] [--expect-error] [--create]`.

        `--name FILE` keeps the text under that name, so that `%kubectl create -f FILE` finds it, and applies nothing
        unless `--apply` is given too.
        """
        options = _options(line)
        lab = self.lab
        if options.name:
            lab.files[options.name.removeprefix("./")] = cell
            if not options.apply:
                sys.stdout.write(f"{options.name} saved\n")
                return
        verb = "diff" if options.diff else "apply"
        words = [verb, "-f", "-", *options.rest]
        if options.dry_run:
            words.append("--dry-run=server")
        errors: list[str] = []

        def command(write: Any, write_error: Any) -> Result:
            def keep(text: str) -> None:
                errors.append(text)
                write_error(text)

            with lab.cluster.lock:
                result = run_kubectl(lab.cluster, words, stdin=cell, write=write, write_error=keep)
            if result.exit_code and not options.diff:
                pointed = point_at(cell, result.stderr, lab.cluster.server.catalogue)
                if pointed:
                    write_error(pointed)
            if options.diff and result.exit_code == 1:
                return Result(result.stdout, result.stderr, 0)
            return result

        lab.run(command, expect_error=options.expect_error, capture=False)


class _Options:
    def __init__(self) -> None:
        self.name = ""
        self.dry_run = self.diff = self.expect_error = self.apply = False
        self.rest: list[str] = []


def _options(line: str) -> _Options:
    options, words = _Options(), iter(words_of(line))
    for word in words:
        if word in ("--name", "--file"):
            options.name = next(words, "")
        elif word.startswith("--name="):
            options.name = word.partition("=")[2]
        elif word == "--dry-run":
            options.dry_run = True
        elif word == "--diff":
            options.diff = True
        elif word == "--apply":
            options.apply = True
        elif word == "--expect-error":
            options.expect_error = True
        else:
            options.rest.append(word)
    return options
