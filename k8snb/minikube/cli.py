"""minikube's command line: find the command, read its flags, run it; help screens and errors as cobra prints them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

from k8snb.kubectl.cli import Result
from k8snb.kubectl.help import distance
from k8snb.kubectl.pflag import FlagError, FlagSet
from k8snb.minikube.command import GLOBAL, Command, Exit, Invocation, option
from k8snb.minikube.commands import COMMANDS, GROUPS
from k8snb.minikube.host import Host

_LONG = "minikube provisions and manages local Kubernetes clusters optimized for development workflows."


def run(
    host: Host | Any,
    argv: str | Sequence[str],
    stdin: str = "",
    write: Callable[[str], None] | None = None,
    write_error: Callable[[str], None] | None = None,
) -> Result:
    """Run one minikube command line (without `minikube`) for a host, or simply for a cluster. `write` sees output as
    it comes.
    """
    where = host if isinstance(host, Host) else Host(host)
    words = shlex.split(argv) if isinstance(argv, str) else list(argv)
    out: list[str] = []
    err: list[str] = []
    code = _run(where, words, stdin, _tee(out, write), _tee(err, write_error))
    return Result("".join(out), "".join(err), code)


def _tee(kept: list[str], also: Callable[[str], None] | None) -> Callable[[str], None]:
    def emit(text: str) -> None:
        kept.append(text)
        if also is not None:
            also(text)

    return emit


def _run(host: Host, words: list[str], stdin: str, out: Callable[[str], None], err: Callable[[str], None]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        return _help(words[1:], out, err)
    command, path, rest = _find(words)
    if command is None:
        return _no_command(words, out, err)
    flags = FlagSet((*command.flags, *GLOBAL))
    try:
        parsed = flags.parse(rest)
    except FlagError as error:
        err(f"Error: {error}\nSee 'minikube {path} --help' for usage.\n")
        return 14
    if parsed.help or (command.run is None and not command.refused):
        out(command_help(command, path))
        return 0
    invocation = Invocation(host, command, parsed, stdin, out, err)
    try:
        if command.refused:
            if command.on_cluster:
                invocation.check_running()
            raise invocation.fail("MK_UNIMPLEMENTED", command.refused)
        assert command.run is not None
        return command.run(invocation) or 0
    except Exit as end:
        return end.code


def _no_command(words: list[str], out: Callable[[str], None], err: Callable[[str], None]) -> int:
    """A line that names no command: help for flags alone, cobra's errors for anything else."""
    try:
        words = list(FlagSet(GLOBAL).parse(words).args)
    except FlagError as error:
        err(f"Error: {error}\nSee 'minikube --help' for usage.\n")
        return 14
    if words:
        err(_unknown(words))
        return 14
    out(root_help())
    return 0


def _find(words: list[str]) -> tuple[Command | None, str, list[str]]:
    """The command that the first words name, its path, and the words after it. Global flags may stand before it."""
    lead: list[str] = []
    while words and words[0].startswith("-"):
        takes = words[0] in ("-p", "--profile", "-v", "--v") and len(words) > 1
        lead, words = lead + words[: 2 if takes else 1], words[2 if takes else 1 :]
    found, path = _named(COMMANDS, words[0] if words else ""), words[:1]
    words = words[1:]
    while found is not None and found.subcommands and words and not words[0].startswith("-"):
        deeper = _named(found.subcommands, words[0])
        if deeper is None:
            break  # as cobra has it: a group shows its help, or runs, whatever the word is
        found, path, words = deeper, [*path, words[0]], words[1:]
    return found, " ".join(path), [*lead, *words]


def _named(commands: Sequence[Command], name: str) -> Command | None:
    return next((command for command in commands if name == command.name or name in command.aliases), None)


def _unknown(words: list[str]) -> str:
    """cobra's error for a word that is no command, with what may have been meant."""
    typed = words[0]
    text = f'Error: unknown command "{typed}" for "minikube"\n'
    near = [c.name for c in COMMANDS if distance(typed.lower(), c.name) <= 2 or c.name.startswith(typed.lower())]
    if near:
        text += "\nDid you mean this?\n" + "".join(f"\t{item}\n" for item in near) + "\n"
    return f"{text}Run 'minikube --help' for usage.\n"


def _help(words: list[str], out: Callable[[str], None], err: Callable[[str], None]) -> int:
    if not words:
        out(root_help())
        return 0
    command, path, _ = _find(words)
    if command is None:
        err(f"Unknown help topic [{' '.join(f'`{word}`' for word in words)}]\n")
        out(root_help())
        return 0
    out(command_help(command, path))
    return 0


def root_help() -> str:
    """What bare `minikube` prints."""
    parts = [_LONG]
    for group in GROUPS:
        rows = "".join(f"  {command.name:<16} {command.short}\n" for command in COMMANDS if command.group == group)
        parts.append(f"{group}:\n{rows}".rstrip("\n"))
    parts.append('Use "minikube <command> --help" for more information about a given command.')
    return "\n\n".join(parts) + "\n"


def command_help(command: Command, path: str) -> str:
    """What `minikube COMMAND --help` prints."""
    parts = [command.long or command.short]
    if command.subcommands:
        rows = "".join(f"  {sub.name:<13} {sub.short}\n" for sub in command.subcommands)
        parts.append(f"Available Commands:\n{rows}".rstrip("\n"))
    if command.flags:
        parts.append("Options:\n" + "\n\n".join(option(flag) for flag in command.flags if not flag.hidden))
    use = command.use or ("SUBCOMMAND" if command.subcommands else "[flags] [options]")
    parts.append(f"Usage:\n  minikube {path} {use}")
    parts.append('Use "minikube options" for a list of global command-line options (applies to all commands).')
    return "\n\n".join(parts) + "\n"
