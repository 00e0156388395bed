"""Help screens as docker prints them, from the declarations of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8snb.docker.command import Command
from k8snb.kubectl.pflag import Flag

_KINDS = {"stringSlice": "strings", "stringArray": "list", "float64": "decimal", "int64": "int"}


def root_help(commands: Sequence[Command]) -> str:
    """`docker --help`."""
    text = "Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n"
    for group, title in (("common", "Common Commands"), ("management", "Management Commands"), ("", "Commands")):
        chosen = [command for command in commands if command.group == group]
        text += f"\n{title}:\n" + _rows(chosen if group == "common" else sorted(chosen, key=lambda c: c.name))
    text += (
        "\nRun 'docker COMMAND --help' for more information on a command.\n"
        "\nFor more help on how to use Docker, head to https://docs.docker.com/go/guides/\n"
    )
    return text


def group_help(command: Command, path: str) -> str:
    """`docker image --help`."""
    listed = [item for item in command.subcommands if item.name]
    return (
        f"Usage:  docker {path} COMMAND\n\n{command.short}\n\nCommands:\n{_rows(sorted(listed, key=lambda c: c.name))}"
        f"\nRun 'docker {path} COMMAND --help' for more information on a command.\n"
    )


def command_help(command: Command, path: str) -> str:
    """`docker run --help`."""
    text = f"Usage:  docker {command.use}\n\n{command.short}\n"
    if command.spellings:
        text += f"\nAliases:\n  {command.spellings}\n"
    options = _options(command.flags)
    return f"{text}\nOptions:\n{options}" if options else text


def _rows(commands: Iterable[Command]) -> str:
    return "".join(f"  {command.name:<11} {command.short}\n" for command in commands)


def _options(flags: Iterable[Flag]) -> str:
    rows = []
    for flag in sorted(flags, key=lambda flag: flag.name):
        if flag.hidden or flag.deprecated:
            continue
        kind = "" if flag.kind == "bool" else " " + _KINDS.get(flag.kind, flag.kind)
        lead = f"  -{flag.shorthand}, --{flag.name}{kind}" if flag.shorthand else f"      --{flag.name}{kind}"
        default = flag.default not in (None, "", False, 0)
        shown = (
            f' (default "{flag.default}")'
            if default and flag.kind == "string"
            else f" (default {flag.default})"
            if default
            else ""
        )
        rows.append((lead, flag.usage + shown))
    width = max((len(lead) for lead, _ in rows), default=0) + 3
    return "".join(lead.ljust(width) + usage.replace("\n", "\n" + " " * width) + "\n" for lead, usage in rows)
