"""The kubectl command line: find the command, parse its flags, run it, turn what went wrong into words and a code.

Finding, parsing and refusing follow spf13/cobra (`Command.Find`, `execute`) and kubectl's own `templates`.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from k8snb.apiserver.request import ADMIN, User
from k8snb.kubectl.command import Command, Invocation, Session
from k8snb.kubectl.commands import load
from k8snb.kubectl.errors import FAILURES, CommandError, Exit, UsageError, message_of
from k8snb.kubectl.globalflags import GLOBAL_FLAGS
from k8snb.kubectl.pflag import FlagError, FlagSet
from k8snb.sim.limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from k8snb.cluster import Cluster
    from k8snb.kubectl.rows import Rows

Write = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """What a command line printed, and its exit code."""

    stdout: str
    stderr: str
    exit_code: int

    def json(self) -> Any:
        """Standard output as JSON data (for `-o json`)."""
        return json.loads(self.stdout)

    def table(self) -> Rows:
        """Standard output as rows, each a dictionary by heading; `.to_pandas()` makes a DataFrame of them.

        ValueError if it is no table with headings.
        """
        from k8snb.kubectl.rows import rows

        return rows(self.stdout)

    def __str__(self) -> str:
        return self.stdout + self.stderr


def run_kubectl(
    cluster: Cluster,
    command: str | Sequence[str],
    *,
    stdin: str = "",
    cwd: str | None = None,
    user: User = ADMIN,
    write: Write | None = None,
    write_error: Write | None = None,
) -> Result:
    """Run one command line on a cluster of this process. `write` sees the output while it comes."""
    words = shlex.split(command) if isinstance(command, str) else list(command)
    session = cluster.session(user)
    session.cwd = Path(cwd) if cwd is not None else Path.cwd()
    cluster.journal.record("kubectl", "command", words=tuple(words), user=user.name)
    cluster.engine.run_instant()  # what the last command has set going is done by the time somebody types the next
    result = run(words, session, stdin, write, write_error)
    if cluster.pacer is None:
        cluster.engine.run_until(cluster.clock.now + COMMAND_SECONDS)
    cluster.journal.record("kubectl", "done", exit_code=result.exit_code)
    return result


def run(
    words: Sequence[str],
    session: Session,
    stdin: str = "",
    write: Write | None = None,
    write_error: Write | None = None,
) -> Result:
    """Run one command line in a session."""
    out: list[str] = []
    err: list[str] = []
    code = _run(list(words), session, stdin, _tee(out, write), _tee(err, write_error))
    return Result("".join(out), "".join(err), code)


def _tee(kept: list[str], also: Write | None) -> Write:
    if also is None:
        return kept.append

    def emit(text: str) -> None:
        kept.append(text)
        also(text)

    return emit


def _run(words: list[str], session: Session, stdin: str, out: Write, err: Write) -> int:
    if session.lab:
        from k8snb.kubectl.old_spellings import hint

        said: list[str] = []

        def complain(text: str) -> None:
            said.append(text)
            err(text)

        code = _dispatch(words, session, stdin, out, complain)
        if line := hint(words, "".join(said)):
            err(line)
        return code
    return _dispatch(words, session, stdin, out, err)


def _dispatch(words: list[str], session: Session, stdin: str, out: Write, err: Write) -> int:
    command, path, rest = find(words)
    if command is None:
        return _root(words, out, err)
    try:
        parsed = FlagSet((*command.flags, *GLOBAL_FLAGS)).parse(rest, words)
    except FlagError as error:
        hint = "--help' for usage." if command.failure_code == 1 else "-h' for help and examples"
        where = f"See 'kubectl {path} {hint}" if path != "options" else "Run 'kubectl options' without flags."
        err(f"error: {error}\n{where}\n")
        return command.failure_code
    for warning in parsed.warnings:
        err(f"{warning}\n")
    bare = command.run is None and (not parsed.args or command.bare_help == "help")
    if parsed.help or bare:
        return _help(command, path, out, err, asked=parsed.help)
    invocation = Invocation(command, path, parsed, session, stdin, out, err)
    try:
        return _checked(invocation)
    except FlagError as error:
        err(f"error: {error}\n")
    except Exit as end:
        return end.code
    except FAILURES as error:
        usage = f"\nSee 'kubectl {path} -h' for help and examples" if isinstance(error, UsageError) else ""
        text = message_of(error) + usage
        err(text if text.endswith("\n") else f"{text}\n")
        if isinstance(error, CommandError) and error.code != 1:
            return error.code
    finally:
        invocation.close()
    return command.failure_code


def _checked(invocation: Invocation) -> int:
    """Run a command whose flags are right."""
    command, parsed = invocation.command, invocation.parsed
    parsed.check(command.required, command.exclusive, command.together, command.one_required)
    if command.run is None:
        raise UsageError(f'unknown command "{" ".join(parsed.args)}"')
    code = command.run(invocation) or 0
    count = invocation.warnings
    if count and not code and invocation.flag("warnings-as-errors"):
        raise CommandError(f"{count} warning{'s' if count > 1 else ''} received")
    return code


def _help(command: Command, path: str, out: Write, err: Write, *, asked: bool) -> int:
    from k8snb.kubectl.help import command_help

    where = "help" if asked else command.bare_help
    (err if where == "err" else out)(command_help(command, path))
    return 0 if where == "help" else 1


def find(words: Sequence[str]) -> tuple[Command | None, str, list[str]]:
    """(the command, its path, the other words); None if the first word is no command. Flags may come before names."""
    rest, names = list(words), list[str]()
    command: Command | None = None
    while True:
        flags = FlagSet((*(command.flags if command else ()), *GLOBAL_FLAGS))
        found = flags.command_words(rest)
        if not found:
            break
        child = load(found[0]) if command is None else _subcommand(command, found[0])
        if child is None:
            break
        _remove(rest, found[0], flags)
        command = child
        names.append(child.name)
        if not child.subcommands:
            break
    return command, " ".join(names), rest


def _remove(words: list[str], name: str, flags: FlagSet) -> None:
    """Take the name of a command out; a flag's value of the same spelling stays."""
    for index, word in enumerate(words):
        if word == name and name in flags.command_words([*words[: index + 1]]):
            del words[index]
            return
    words.remove(name)


def _subcommand(command: Command, name: str) -> Command | None:
    return next((sub for sub in command.subcommands if name in (sub.name, *sub.aliases)), None)


def _root(words: list[str], out: Write, err: Write) -> int:
    """kubectl without a command: help, or what is wrong with the line."""
    from k8snb.kubectl.help import help_command, root_help, suggestions

    flags = FlagSet(GLOBAL_FLAGS)
    names = flags.command_words(words)
    if names[:1] == ["alpha"]:
        err("No alpha commands are available in this version of kubectl\n")
        return 0
    if names[:1] == ["help"]:
        return help_command(names[1:], out, err)
    if names:
        err(f'error: unknown command "{names[0]}" for "kubectl"\n{suggestions(names[0])}')
        return 1
    try:
        flags.parse(words)
    except FlagError as error:
        err(f"error: {error}\nSee 'kubectl --help' for usage.\n")
        return 1
    out(root_help())
    return 0
