"""docker's command line: find the command, read its flags, run it; help screens and refusals as the real client words them.

`run` is the whole of it. Source: docker/cli's `cli/cobra.go` and `cli/required.go` (v28).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from k8snb.docker.command import LAB_MARK, Command, Exit, Invocation
from k8snb.docker.commands import COMMANDS
from k8snb.docker.errors import DockerError
from k8snb.docker.help import command_help, group_help, root_help
from k8snb.docker.host import BUILD, VERSION, Host
from k8snb.kubectl.cli import Result
from k8snb.kubectl.pflag import Flag, FlagError, FlagSet

Write = Callable[[str], None]
GLOBAL = (
    Flag("config", "string", usage="Location of client config files"),
    Flag("context", "string", shorthand="c", usage="Name of the context to use to connect to the daemon"),
    Flag("debug", "bool", shorthand="D", usage="Enable debug mode"),
    Flag("host", "stringArray", shorthand="H", usage="Daemon socket to connect to"),
    Flag("log-level", "string", shorthand="l", default="info", usage="Set the logging level"),
    Flag("version", "bool", shorthand="v", usage="Print version information and quit"),
)


def run(
    host: Host,
    argv: str | Sequence[str],
    stdin: str | None = None,
    write: Write | None = None,
    write_error: Write | None = None,
    write_progress: Write | None = None,
) -> Result:
    """Run one docker command line (without `docker`). The `write`s see output while it comes; a build's progress goes to
    standard error, and to `write_progress` if that is given.
    """
    words = shlex.split(argv) if isinstance(argv, str) else list(argv)
    out: list[str] = []
    err: list[str] = []
    tees = (_tee(out, write), _tee(err, write_error), _tee(err, write_progress or write_error))
    code = _run(host, words, stdin, *tees)
    return Result("".join(out), "".join(err), code)


def run_docker(cluster: object, argv: str | Sequence[str], stdin: str | None = None, cwd: str | None = None) -> Result:
    """Run one command line on the docker of a cluster's learner."""
    return run(Host(cluster, Path(cwd) if cwd is not None else Path.cwd()), argv, stdin)


def _tee(kept: list[str], also: Write | None) -> Write:
    def emit(text: str) -> None:
        kept.append(text)
        if also is not None:
            also(text)

    return emit


def _run(host: Host, words: list[str], stdin: str | None, out: Write, err: Write, progress: Write) -> int:
    try:
        first = FlagSet(GLOBAL, interspersed=False).parse(words)
    except FlagError as error:
        err(f"{error}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n")
        return 125
    if first["version"]:
        out(f"Docker version {VERSION}, build {BUILD}\n")
        return 0
    words = list(first.args)
    if first.help or not words:
        out(root_help(COMMANDS))
        return 0
    if first["host"] or first["context"] not in ("", "default"):
        err(
            f"{LAB_MARK}there is only the daemon of this machine here, and those of minikube: see `minikube docker-env`\n"
        )
        return 1
    if words[0] == "help":
        return _help(words[1:], out, err)
    return _dispatch(host, words, stdin, out, err, progress)


def _dispatch(host: Host, words: list[str], stdin: str | None, out: Write, err: Write, progress: Write) -> int:
    command, path, rest = find(words)
    if command is None:
        if path:
            err(
                f"docker: unknown command: docker {path} {rest[0]}\n\nUsage:  docker {path} COMMAND\n\n"
                f"Run 'docker {path} --help' for more information\n"
            )
        else:
            err(f"docker: unknown command: docker {words[0]}\n\nRun 'docker --help' for more information\n")
        return 1
    if command.subcommands and command.run is None:
        out(group_help(command, path))
        return 0
    try:
        parsed = FlagSet(command.flags, interspersed=not command.ordered).parse(rest)
    except FlagError as error:
        err(f"{error}\n\nUsage:  docker {command.use}\n\nRun 'docker {path} --help' for more information\n")
        return 125
    if parsed.help:
        out(command_help(command, path))
        return 0
    problem = wrong_count(command, path, len(parsed.args))
    if problem:
        err(problem)
        return 1
    invocation = Invocation(host, command, parsed, stdin, out, err, progress)
    if command.refused:
        invocation.lab(command.refused)
        return 1
    return execute(invocation)


def execute(invocation: Invocation) -> int:
    """Run a command that has been understood."""
    from k8snb.docker.nodes import borrowed

    command = invocation.command
    assert command.run is not None
    try:
        if not invocation.host.node:
            return command.run(invocation) or 0
        if not command.on_node:
            raise DockerError(
                f"{LAB_MARK}on a machine of the cluster only images are worked with: `%eval $(minikube docker-env --unset)` "
                "takes you back to your own docker"
            )
        with borrowed(invocation.host):
            return command.run(invocation) or 0
    except Exit as end:
        return end.code
    except DockerError as error:
        if error.text.startswith((LAB_MARK, "Cannot connect")):
            invocation.err(f"{error.text}\n")
        else:
            invocation.daemon_error(error)
        return 1


def find(words: Sequence[str]) -> tuple[Command | None, str, list[str]]:
    """(the command that the first words name, its path, the words after it).

    No command, but a path, if a group has no such command.
    """
    known, path, rest = COMMANDS, list[str](), list(words)
    found: Command | None = None
    while rest:
        deeper = next((item for item in known if rest[0] == item.name or rest[0] in item.aliases), None)
        if deeper is None:
            help_wanted = rest[0] in ("--help", "-h")
            if found is not None and found.subcommands and found.run is None and not help_wanted:
                return None, " ".join(path), rest
            break
        found, known, rest = deeper, deeper.subcommands, rest[1:]
        path.append(deeper.name)
        if not known:
            break
    return found, " ".join(path), rest


def wrong_count(command: Command, path: str, count: int) -> str:
    """What docker says if there are too few or too many arguments; "" if there are enough."""
    least, most = command.least, command.most
    if count >= least and (most is None or count <= most):
        return ""
    binary = "ERROR: docker" if command.name in ("build", "buildx") else "docker"
    if command.name == "build":
        path = "buildx build"
    verb = "Run"
    if most == 0:
        wanted = "accepts no arguments"
    elif least == most:
        wanted = f"requires {least} argument{'' if least == 1 else 's'}"
    elif most is None:
        wanted, verb = f"requires at least {least} argument{'' if least == 1 else 's'}", "See"
    elif least == 0:
        wanted = f"requires at most {most} argument{'' if most == 1 else 's'}"
    else:
        wanted = f"requires at least {least} and at most {most} arguments"
    use = command.use if command.name != "build" else "buildx build [OPTIONS] PATH | URL | -"
    return f"{binary}: 'docker {path}' {wanted}\n\nUsage:  docker {use}\n\n{verb} 'docker {path} --help' for more information\n"


def _help(words: list[str], out: Write, err: Write) -> int:
    if not words:
        out(root_help(COMMANDS))
        return 0
    command, path, rest = find(words)
    if command is None or rest:
        err(f"unknown help topic: {' '.join(words)}\n")
        return 1
    out(group_help(command, path) if command.subcommands else command_help(command, path))
    return 0
