"""Help: of one command, of kubectl itself, the list of global options, and "Did you mean this?".

The layout is that of kubectl's templates: long description, aliases, examples, subcommands, options, usage line, tips.
Source: `k8s.io/kubectl/pkg/util/templates`, spf13/cobra (SuggestionsFor).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands import GROUPS, NAMES, load
from k8snb.kubectl.globalflags import GLOBAL_FLAGS
from k8snb.kubectl.pflag import usages

GLOBAL_TIP: Final = 'Use "kubectl options" for a list of global command-line options (applies to all commands).\n'
_ABOUT: Final = (
    "kubectl controls the Kubernetes cluster manager.\n\n"
    " Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\n"
)
#: words for which a command is suggested though it is spelled differently
_SUGGEST_FOR: Final = {"get": ("list", "ps"), "wait": ("list", "ps"), "delete": ("rm",)}
_MIN_PADDING: Final = 11
_DISTANCE: Final = 2


def command_help(command: Command, path: str) -> str:
    """What `kubectl <path> --help` prints."""
    sections = [(command.long or command.short + ".").strip()]
    if command.aliases:
        sections.append(f"Aliases:\n{', '.join((command.name, *command.aliases))}")
    if command.examples:
        sections.append(f"Examples:\n{_indented(command.examples)}")
    if command.subcommands:
        rows = sorted((sub.name, sub.short) for sub in command.subcommands)
        sections.append(f"Available Commands:\n{_rows(rows)}")
    options = usages(command.flags).rstrip()
    if options:
        sections.append(f"Options:\n{options}")
    sections.append(f"Usage:\n  {usage_line(command, path)}")
    tips = f'Use "kubectl {path} <command> --help" for more information about a given command.\n'
    tips = tips if command.subcommands else ""
    return "\n\n".join(sections) + f"\n\n{tips}{GLOBAL_TIP}"


def usage_line(command: Command, path: str) -> str:
    """`kubectl create -f FILENAME [options]`"""
    named = command.use.partition(" ")[0] == command.name
    line = f"kubectl {path.rpartition(' ')[0] if named else path}".rstrip() + f" {command.use}".rstrip("\n")
    return line if "[options]" in line else f"{line if command.use else line.rstrip()} [options]"


def root_help() -> str:
    """What `kubectl --help` prints."""
    tip = 'Use "kubectl <command> --help" for more information about a given command.\n'
    return f"{_ABOUT}{_groups()}\nUsage:\n  kubectl [flags] [options]\n\n{tip}{GLOBAL_TIP}"


def _groups() -> str:
    padding = max(len(name) for name in NAMES)
    text = ""
    for title, commands in GROUPS.items():
        if title == "Other Commands":
            text += "Subcommands provided by plugins:\n\n"
        shown = [name for name in commands if name != "options"]
        rows = [(name, command.short) for name in shown if (command := load(name)) is not None]
        text += f"{title}:\n{_rows(rows, padding)}\n\n"
    return text[:-1]


def options_text() -> str:
    """What `kubectl options` prints."""
    return f"The following options can be passed to any command:\n\n{usages(GLOBAL_FLAGS)}"


def help_command(names: Sequence[str], out: Callable[[str], None], err: Callable[[str], None]) -> int:
    """`kubectl help [COMMAND …]`."""
    command: Command | None = None
    path: list[str] = []
    for name in names:
        found = (
            load(name)
            if command is None
            else next((sub for sub in command.subcommands if name in (sub.name, *sub.aliases)), None)
        )
        if found is None:
            break
        command = found
        path.append(found.name)
    if command is not None:
        out(command_help(command, " ".join(path)))
    elif names:
        topics = " ".join(f"`{name}`" for name in names)
        err(f"Unknown help topic [{topics}]\n\n\n")
        err(root_help().removeprefix(_ABOUT))
    else:
        out(root_help())
    return 0


def suggestions(typed: str) -> str:
    """The lines below `unknown command`; "" if nothing is near."""
    found = [name for name in NAMES if _near(typed, name)]
    if not found:
        return ""
    return "\nDid you mean this?\n" + "".join(f"\t{name}\n" for name in found)


def _near(typed: str, name: str) -> bool:
    return (
        name.startswith(typed.lower())
        or distance(typed.lower(), name) <= _DISTANCE
        or typed.lower() in _SUGGEST_FOR.get(name, ())
    )


def distance(one: str, other: str) -> int:
    """How many letters must be inserted, removed or replaced (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(before + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def _rows(rows: Iterable[tuple[str, str]], padding: int = 0) -> str:
    rows = list(rows)
    width = max(_MIN_PADDING, padding, *(len(name) for name, _ in rows))
    return "\n".join(f"  {name.ljust(width)}   {short}" for name, short in rows)


def _indented(examples: str) -> str:
    return "\n".join(f"  {line}" for line in examples.strip("\n").split("\n"))
