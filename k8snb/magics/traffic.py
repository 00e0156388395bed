"""`%curl`, `%trace` and `%traffic`: requests through the cluster's own network."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from k8snb.api.duration import parse_duration
from k8snb.kubectl.cli import Result
from k8snb.magics.lab import Lab, LabError, words_of
from k8snb.magics.syntax import CAPTURE, take

_TRAFFIC = """usage: %traffic start NAME URL [--rps N] [--from PLACE] [--for 2m] [--pattern constant|ramp|spike]
       %traffic stop NAME | report NAME"""


@magics_class
class TrafficMagics(Magics):
    """Requests."""

    lab: Lab

    @line_magic
    def curl(self, line: str) -> Result | None:
        """Run curl on your machine, or elsewhere with `--from pod/NAME`: `%curl http://192.168.49.2:30080`."""
        capture, line = take(line, CAPTURE)
        expect_error, line = take(line, "--expect-error")
        words, source = _source(words_of(line))
        lab = self.lab

        def command(write: Any, write_error: Any) -> Result:
            # containers go on without a cluster, and can be asked
            alone = source == "host" and not lab.may_start_implicitly and not lab.machine.docker.untouched
            cluster = lab.machine if alone else lab.cluster
            cluster.journal.record("curl", "command", words=tuple(words), source=source)
            try:
                with cluster.lock:
                    cluster.engine.run_instant()
                    output = cluster.network.curl(words, source)
                    cluster.advance(output.seconds)
            except ValueError as error:
                write_error(f"error: {error}\n")
                return Result("", f"error: {error}\n", 1)
            text, errors = output.stdout.decode(errors="replace"), output.stderr
            write(text)
            if text and not text.endswith("\n"):
                write("\n")  # a cell has no prompt to stand on the line
            write_error(errors)
            return Result(text, errors, output.exit_code)

        result = lab.run(command, expect_error=expect_error, capture=capture)
        return result if capture else None

    @line_magic
    def trace(self, line: str) -> Any:
        """Send one request and show its way, hop by hop: `%trace http://my-service [--from pod/alpine]`."""
        words, source = _source(words_of(line))
        if len(words) != 1:
            raise LabError(message="usage: %trace URL [--from pod/NAME|node/NAME|host|internet]")
        try:
            trace = self.lab.cluster.http(words[0], source)
        except ValueError as error:
            raise LabError(message=f"error: {error}") from None
        self.lab.changed()
        sys.stdout.write(trace.table() + "\n")

    @line_magic
    def traffic(self, line: str) -> None:
        """Keep sending requests while you do other things: `%traffic start shop http://my-service --rps 50 --for 2m`."""
        words, source = _source(words_of(line))
        verb, rest = (words[0] if words else ""), words[1:]
        traffic = self.lab.cluster.network.traffic
        try:
            if verb == "start" and len(rest) >= 2:
                options = _pairs(rest[2:])
                seconds = parse_duration(options["for"]) / 1e9 if "for" in options else None
                rate, pattern = float(options.get("rps", "10")), options.get("pattern", "constant")
                traffic.start(rest[0], rest[1], rate, source, seconds, pattern)
                sys.stdout.write(f"{rest[0]}: {rate:g} requests a second from {source} to {rest[1]}\n")
            elif verb in ("stop", "report") and len(rest) == 1:
                report = traffic.stop(rest[0]) if verb == "stop" else traffic.report(rest[0])
                sys.stdout.write(f"{report.table().rstrip()}\n")
            else:
                raise LabError(message=_TRAFFIC)
        except (ValueError, KeyError) as error:
            raise LabError(message=f"error: {error}") from None
        self.lab.changed()


def _source(words: list[str]) -> tuple[list[str], str]:
    """The words without `--from PLACE`, and the place (`host` if none is named)."""
    rest, source, skip = [], "host", False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word == "--from" and index + 1 < len(words):
            source, skip = words[index + 1], True
        elif word.startswith("--from="):
            source = word.partition("=")[2]
        else:
            rest.append(word)
    return rest, source


def _pairs(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    items = iter(words)
    for word in items:
        name, equals, value = word.removeprefix("--").partition("=")
        found[name] = value if equals else next(items, "")
    return found
