"""`%curl`, `%trace` and `%traffic`: requests through the cluster's own network."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from k8snb.api.duration import parse_duration
from k8snb.kubectl.cli import Result
from k8snb.magics.lab import Lab, LabError, words_of
from k8snb.magics.script import needs_shell
from k8snb.magics.syntax import CAPTURE, take
from k8snb.network.load import PATIENCE, Traffic

_TRAFFIC = """usage: %traffic start NAME URL [--rps N] [--from PLACE] [--for 2m] [--pattern constant|ramp|spike] [--timeout 10s]
       %traffic report NAME [--paths]
       %traffic stop NAME [--paths]
       %traffic list"""
_OPTIONS = ("rps", "for", "pattern", "timeout")


@magics_class
class TrafficMagics(Magics):
    """Requests."""

    lab: Lab

    @line_magic
    def curl(self, line: str) -> Result | None:
        """Run curl on your machine, or elsewhere with `--from pod/NAME`: `%curl http://192.168.49.2:30080`.

        With `$(…)`, `|` or `>` in it, the learner's machine runs the line as a shell does.
        """
        capture, line = take(line, CAPTURE)
        expect_error, line = take(line, "--expect-error")
        # an `&` belongs to the URL: nobody means to put a request into the background
        script = f"curl {line}" if "--from" not in line and needs_shell(line.replace("&", " ")) else ""
        words, source = ([], "") if script else _source(words_of(line))
        lab = self.lab

        def command(write: Any, write_error: Any) -> Result:
            if script:
                return lab.run_script(script, write, write_error)
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
        paths, rest = "--paths" in rest, [word for word in rest if word != "--paths"]
        cluster = self.lab.cluster
        try:
            with cluster.lock:
                text = _traffic(cluster.network.traffic, verb, rest, source, paths)
        except ValueError as error:
            raise LabError(message=f"error: {error}") from None
        sys.stdout.write(text)
        self.lab.changed()

    @line_magic
    def cloud(self, line: str) -> None:
        """Put a cloud provider under the cluster, which gives LoadBalancer Services an address: `%cloud on`, `%cloud off`."""
        words, cluster = words_of(line), self.lab.cluster
        if words not in ([], ["on"], ["off"]):
            raise LabError(message="usage: %cloud [on | off]")
        cloud = cluster.network.cloud
        if words:
            with cluster.lock:
                cloud.start() if words == ["on"] else cloud.stop()
                cluster.engine.run_instant()
        sys.stdout.write(
            "a cloud provider gives LoadBalancer Services their address\n" if cloud.state.running else "no cloud\n"
        )
        for balancer in cluster.network.fabric.balancers.values():
            passed = [name for name in balancer.nodes if cluster.network.fabric.healthy(balancer, name)]
            said = f"{len(passed)} of {len(balancer.nodes)} nodes pass its health check"
            sys.stdout.write(f"{balancer.address}  service/{balancer.service}  {said}\n")
        self.lab.changed()

    @line_magic
    def nodeports(self, line: str) -> None:
        """Open the nodePorts of all Services on your own machine, too (`%nodeports on`), so that a browser gets there."""
        words, fabric = words_of(line), self.lab.cluster.network.fabric
        if words not in ([], ["on"], ["off"]):
            raise LabError(message="usage: %nodeports [on | off]")
        if words:
            with self.lab.cluster.lock:
                fabric.node_ports = words == ["on"]
        ports = [f"http://127.0.0.1:{port}" for port in fabric.open_ports()]
        sys.stdout.write("".join(f"{port}\n" for port in ports) or f"{'none' if fabric.node_ports else 'off'}\n")
        self.lab.changed()


def _traffic(traffic: Traffic, verb: str, rest: list[str], source: str, paths: bool) -> str:
    """What a command does, and has to say. ValueError for what cannot be done."""
    if verb == "start" and len(rest) >= 2 and not paths:
        name, url, *words = rest
        options = _pairs(words)
        seconds = _seconds(options["for"]) if "for" in options else None
        patience = _seconds(options["timeout"]) if "timeout" in options else PATIENCE
        rate, pattern = _rate(options.get("rps", "10")), options.get("pattern", "constant")
        traffic.start(name, url, rate, source, seconds, pattern, patience=patience)
        return f"{name}: {rate:g} requests a second from {source} to {url}\n"
    if verb in ("stop", "report") and len(rest) == 1:
        known = {flow.name for flow in traffic.flows()}
        if rest[0] not in known:
            raise ValueError(f"there is no traffic {rest[0]!r}: {', '.join(sorted(known)) or 'none was started'}")
        report = traffic.stop(rest[0]) if verb == "stop" else traffic.report(rest[0])
        return f"{report.table().rstrip()}\n{report.journey_table() if paths else ''}"
    if verb in ("", "list") and not rest:
        lines = [traffic.report(flow.name).table().splitlines()[0] for flow in traffic.flows()]
        return "".join(f"{line}\n" for line in lines) or f"no traffic\n{_TRAFFIC}\n"
    raise LabError(message=_TRAFFIC)


def _seconds(text: str) -> float:
    seconds = parse_duration(text) / 1e9
    if seconds <= 0:
        raise ValueError(f"a time must be positive: {text}")
    return seconds


def _rate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"--rps needs a number, not {text!r}") from None


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
    """Options by name. ValueError for one that is unknown or has no value."""
    found: dict[str, str] = {}
    items = iter(words)
    for word in items:
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in _OPTIONS:
            raise ValueError(f"unknown option {word}: {', '.join(f'--{name}' for name in (*_OPTIONS, 'from'))}")
        given = value if equals else next(items, None)
        if given is None:
            raise ValueError(f"--{name} needs a value")
        found[name] = given
    return found
