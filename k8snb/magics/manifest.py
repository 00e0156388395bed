"""`%%manifest`: a cell of YAML, applied, with mistakes shown where they are in the cell."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import Magics, cell_magic, magics_class

from k8snb.kubectl.cli import Result
from k8snb.kubectl.command import LAB_MARK
from k8snb.kubectl.pointing import point_at, shown
from k8snb.kubectl.yamlfault import fault_in, repeated_keys
from k8snb.magics.lab import Lab, words_of


@magics_class
class ManifestMagics(Magics):
    """Manifests in cells."""

    lab: Lab

    @cell_magic
    def manifest(self, line: str, cell: str) -> None:
        """Apply the cell's YAML: `%%manifest [--name FILE] [-n NS] [--dry-run] [--diff] [--expect-error] [--create]`.

        `--name FILE` keeps the text under that name, so that `%kubectl create -f FILE` finds it, and applies nothing
        unless `--apply` is given too. Any text can be kept: `--no-newline` leaves its last line open, as `echo -n` does.
        """
        options = _options(line)
        lab = self.lab
        if options.name:
            text = cell.removesuffix("\n") if options.no_newline else cell
            lab.files[options.name.removeprefix("./")] = text
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

            warn_of_repeated_keys(cell, write_error)
            result = lab.kubectl(words, cell, write, keep)
            if result.exit_code and not options.diff and lab.is_started and lab.real is None:
                pointed = point_at(cell, result.stderr, lab.cluster.server.catalogue)
                if pointed:
                    write_error(pointed)
            if options.diff and result.exit_code == 1:
                return Result(result.stdout, result.stderr, 0)
            return result

        lab.run(command, expect_error=options.expect_error, capture=False)


def warn_of_repeated_keys(text: str, write_error: Any) -> None:
    """kubectl takes the last of two equal keys without a word; a learner has hardly meant that."""
    if fault_in(text) is not None:
        return
    for key, place in repeated_keys(text):
        write_error(f"{LAB_MARK}the key {key} stands twice, and the last one counts:\n{shown(text, place)}")


class _Options:
    def __init__(self) -> None:
        self.name = ""
        self.dry_run = self.diff = self.expect_error = self.apply = self.no_newline = False
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
        elif word == "--no-newline":
            options.no_newline = True
        elif word == "--expect-error":
            options.expect_error = True
        else:
            options.rest.append(word)
    return options
