"""What all generators (`kubectl create deployment NAME …`) have in common: flags, the NAME, dry runs, sending, printing.

A generator builds one object as JSON data, its keys in the order of Go's structs, since that is how `-o json` shows it.
Source: `k8s.io/kubectl/pkg/cmd/create/create*.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from k8snb.api.errors import StatusError
from k8snb.kubectl.apply.lastapplied import with_last_applied
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.kinds import compiled
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.sharedflags import DRY_RUN, SAVE_CONFIG, VALIDATE, field_manager

MANAGER = field_manager("kubectl-create")
#: the flags of every generator
COMMON: tuple[Flag, ...] = (*PRINT_FLAGS, DRY_RUN, MANAGER, SAVE_CONFIG, VALIDATE)

DRY_RUN_USE = "[--dry-run=server|client|none]"


@dataclass(frozen=True)
class Generator:
    """One kind of object that can be created from flags.

    `build` checks the flags and returns the object; `failure` is put before a refusal of the server ("" for the plain
    `Error from server`).
    """

    resource: str
    build: Callable[[Invocation, str], dict[str, Any]]
    failure: str = ""

    def run(self, invocation: Invocation) -> None:
        """Build, send (unless it is a dry run of the client) and print the object."""
        name = one_name(invocation)
        _check_context(invocation)
        dry_run = invocation.dry_run
        validation = invocation.validation
        output = Output(invocation, typed=True)
        printer = output.printer("created", dry_run)
        obj = self.build(invocation, name)
        if invocation.flag("save-config"):
            obj = with_last_applied(obj, typed=True)
        if dry_run != "client":
            obj = self._send(invocation, obj, dry_run, validation)
        printer(obj)

    def _send(self, invocation: Invocation, obj: dict[str, Any], dry_run: str, validation: str) -> dict[str, Any]:
        kind = compiled(self.resource)
        query = write_query(invocation, dry_run, validation)
        try:
            created = invocation.api.create(kind, invocation.namespace if kind.namespaced else "", obj, query)
        except StatusError as error:
            if self.failure:
                raise CommandError(f"{self.failure}{error.message}") from None
            raise
        return in_go_order(created)


def _check_context(invocation: Invocation) -> None:
    """Generators look for the context before anything else, and have words of their own for one that is missing."""
    name = invocation.flag("context")
    if name and invocation.config.entry("contexts", name) is None:
        raise CommandError(f"context {quoted(name)} does not exist")


def write_query(invocation: Invocation, dry_run: str, validation: str = "") -> dict[str, str]:
    """The query of a write: field manager, field validation, dry run."""
    query = {"fieldManager": str(invocation.flag("field-manager")), "fieldValidation": validation}
    if dry_run == "server":
        query["dryRun"] = "All"
    return {name: value for name, value in query.items() if value}


def one_name(invocation: Invocation) -> str:
    """The single argument before `--`. UsageError if there is none, or more."""
    dash = invocation.parsed.dash
    count = len(invocation.args) if dash is None else dash
    if count != 1:
        raise UsageError(f"exactly one NAME is required, got {count}")
    return invocation.args[0]


def metadata(invocation: Invocation, name: str, **more: Any) -> dict[str, Any]:
    """The metadata of a new object; the namespace only if -n was given."""
    meta: dict[str, Any] = {"name": name}
    if invocation.namespace_given:
        meta["namespace"] = invocation.namespace
    return meta | more


def generator(
    name: str,
    short: str,
    spec: Generator,
    *,
    use: str = f"NAME {DRY_RUN_USE}",
    long: str = "",
    examples: str,
    flags: tuple[Flag, ...] = (),
    aliases: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
) -> Command:
    """The command of a generator; `use` is what follows its name in the usage line."""
    return Command(
        name,
        short,
        use=f"{name} {use}" if use else name,
        long=long,
        examples=examples,
        flags=(*flags, *COMMON),
        run=spec.run,
        aliases=aliases,
        required=required,
    )
