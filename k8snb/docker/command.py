"""What a docker command is made of: its words, its flags, what it does; and what it sees while it runs.

A new command is one `Command` in a file of `commands/` and a row in its table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from k8snb.docker.engine import Docker
from k8snb.docker.errors import DockerError
from k8snb.docker.host import Host
from k8snb.docker.state import Box
from k8snb.kubectl.pflag import Flag, Parsed

#: begins what the lab itself has to say
LAB_MARK = "# k8snb: "


class Exit(Exception):
    """The command ends with this code; everything has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Command:
    """One command. `use` is its usage line after `docker `, `least` and `most` the number of arguments."""

    name: str
    short: str
    use: str
    run: Callable[[Invocation], int | None] | None = None
    flags: tuple[Flag, ...] = ()
    least: int = 0
    most: int | None = None
    aliases: tuple[str, ...] = ()
    #: all its spellings, as its help lists them
    spellings: str = ""
    #: flags end at the first argument (`docker run`, `docker exec`)
    ordered: bool = False
    subcommands: tuple[Command, ...] = ()
    #: where it stands in the root's help: common, management or plain
    group: str = ""
    #: why it cannot be simulated
    refused: str = ""
    #: works on the images of a cluster's machine, too
    on_node: bool = False


class Invocation:
    """One run of one command."""

    def __init__(
        self,
        host: Host,
        command: Command,
        flags: Parsed,
        stdin: str | None,
        out: Callable[[str], None],
        err: Callable[[str], None],
        progress: Callable[[str], None],
    ) -> None:
        self.host, self.command, self.flags, self.stdin = host, command, flags, stdin
        #: standard output, standard error, and standard error that is no complaint (a build's progress)
        self.out, self.err, self.progress = out, err, progress
        self.args = flags.args

    def flag(self, name: str) -> Any:
        return self.flags[name]

    @property
    def docker(self) -> Docker:
        return self.host.docker

    def lab(self, text: str) -> None:
        """A line of the lab's own."""
        self.err(f"{LAB_MARK}{text}\n")

    def daemon_error(self, error: DockerError) -> None:
        """The daemon has refused something."""
        self.err(f"Error response from daemon: {error.text}\n")

    def each(self, act: Callable[[Box], str | None]) -> int:
        """Do something with every container named; a failing one is told of, the others go on."""
        code = 0
        for name in self.args:
            try:
                box = self.docker.find(name)
                shown = act(box)
            except DockerError as error:
                self.daemon_error(error)
                code = 1
            else:
                self.out(f"{name if shown is None else shown}\n")
        return code


def switch(name: str, usage: str, shorthand: str = "") -> Flag:
    """A flag without a value."""
    return Flag(name, "bool", shorthand=shorthand, usage=usage)


def text(name: str, usage: str, shorthand: str = "", default: str = "") -> Flag:
    """A flag with a value."""
    return Flag(name, "string", default=default or None, shorthand=shorthand, usage=usage)


def several(name: str, usage: str, shorthand: str = "") -> Flag:
    """A flag that may be repeated."""
    return Flag(name, "stringArray", shorthand=shorthand, usage=usage)


FORMAT = text(
    "format",
    "Format output using a custom template:\n'table': Print output in table format with column headers (default)\n"
    "'table TEMPLATE': Print output in table format using the given Go template\n'json': Print in JSON format\n"
    "'TEMPLATE': Print output using the given Go template.",
)
FILTER = Flag("filter", "stringArray", shorthand="f", usage="Filter output based on conditions provided")
#: where -f means --force
PLAIN_FILTER = Flag("filter", "stringArray", usage="Provide filter values")
NO_TRUNC = switch("no-trunc", "Don't truncate output")
