"""`kubectl set env`: set, remove, import and list the environment variables of containers.

Source: kubectl `pkg/cmd/set/set_env.go`, `pkg/cmd/set/env`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from k8snb.api.validation import names
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.set import changes
from k8snb.kubectl.commands.set.references import Resolver, shown
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR, filename

Variable = dict[str, Any]

_NOT_IN_NAMES = re.compile("[^a-zA-Z0-9_]")
_IS_PAIR = re.compile(r"^(.+)=(.*)$", re.DOTALL | re.MULTILINE)


def run(invocation: Invocation) -> None:
    """Change or list the variables of the objects that are meant."""
    if invocation.flag("all") and invocation.flag("selector"):
        raise CommandError(changes.ALL_AND_SELECTOR)
    resources, pairs = split(invocation.args)
    sender = changes.Sender(invocation, "env updated", "failed to patch env update to pod template: ")
    sender.check_local()
    _check(invocation, resources)
    variables, removed = parse([*invocation.flag("env"), *pairs], invocation.stdin)
    if invocation.flag("from"):
        variables += _imported(invocation)
    prefix = invocation.flag("prefix")
    variables = [{**item, "name": f"{prefix}{item['name']}"} for item in variables]
    infos = changes.select(invocation, resources, invocation.flag("selector"))
    edit = _Edit(invocation, variables, removed)
    if invocation.flag("list"):
        for info in infos:
            try:
                edit.change(info.object)
            except CommandError:
                continue  # as upstream: what cannot be listed is left out
        return
    if not variables and not pairs:
        edit.refuse = "at least one environment variable must be provided"
    sender.send(infos, edit.change, [])


class _Edit:
    """What is done to each object."""

    def __init__(self, invocation: Invocation, variables: list[Variable], removed: list[str]) -> None:
        self.invocation, self.variables, self.removed = invocation, variables, removed
        self.resolver = Resolver(invocation)
        self.refuse = ""

    def change(self, obj: dict[str, Any]) -> bool:
        """Change an object in place; with --list print it."""
        pattern = self.invocation.flag("containers")
        containers = changes.selected_containers(changes.pod_spec(obj), pattern)
        if not containers:
            self.invocation.error_line(
                f"Warning: {obj['kind']}/{obj['metadata']['name']} does not have any containers matching {quoted(pattern)}"
            )
        unresolved = False
        for container in containers:
            if not self.invocation.flag("overwrite"):
                self._check_overwrites(container.get("env") or [])
            env = updated(container.get("env") or [], self.variables, self.removed)
            if env:
                container["env"] = env
            else:
                container.pop("env", None)
            if self.invocation.flag("list"):
                unresolved |= self._list(obj, container, env)
        if unresolved:
            raise CommandError("failed to retrieve valueFrom references")
        return True

    def _check_overwrites(self, present: list[Variable]) -> None:
        for item in self.variables:
            old = next((one for one in present if one["name"] == item["name"]), None)
            if old is not None and old.get("value", "") != item.get("value", ""):
                raise CommandError(
                    f"'{old['name']}' already has a value ({old.get('value', '')}), and --overwrite is false"
                )

    def _list(self, obj: dict[str, Any], container: dict[str, Any], env: list[Variable]) -> bool:
        """Print the variables of a container; whether some could not be resolved."""
        invocation = self.invocation
        invocation.line(f"# {obj['kind']} {obj['metadata']['name']}, container {container['name']}")
        problems: dict[str, list[str]] = {}
        for item in env:
            source = item.get("valueFrom")
            if source is None:
                invocation.line(f"{item['name']}={item.get('value', '')}")
                continue
            if invocation.flag("resolve"):
                try:
                    invocation.line(f"{item['name']}={self.resolver.value(source, obj, container)}")
                    continue
                except CommandError as error:
                    problems.setdefault(error.message, []).append(item["name"])
            invocation.line(f"# {item['name']} from {shown(source)}")
        for text, wanting in sorted(problems.items()):
            invocation.error_line(f"error retrieving reference for {', '.join(sorted(wanting))}: {text}")
        return bool(problems)


def split(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """(resources, `NAME=value` and `NAME-`). CommandError for a resource behind a variable."""
    resources: list[str] = []
    pairs: list[str] = []
    for arg in args:
        if _IS_PAIR.search(arg) or arg.endswith("-"):
            pairs.append(arg)
        elif pairs:
            raise CommandError(f"all resources must be specified before environment changes: {' '.join(args)}")
        else:
            resources.append(arg)
    return resources, pairs


def parse(words: Sequence[str], stdin: str) -> tuple[list[Variable], list[str]]:
    """(variables, names to remove); `-` reads lines of `NAME=value` from standard input."""
    variables: list[Variable] = []
    removed: list[str] = []
    given: set[str] = set()
    for word in words:
        name, equals, value = word.partition("=")
        if word == "-":
            lines = [line.partition("#")[0] for line in stdin.splitlines()]
            variables += [{"name": n, "value": v} for n, e, v in (line.partition("=") for line in lines) if e]
        elif equals:
            wrong = names.strict_env_name(name)
            if wrong:
                raise CommandError(f"{quoted(name)} is not a valid key name: {';'.join(wrong)}")
            given.add(name)
            variables.append({"name": name, "value": value})
        elif word.endswith("-"):
            removed.append(word[:-1])
        else:
            raise CommandError(f"unknown environment variable: {word}")
    if given.intersection(removed):
        raise CommandError("can not both modify and remove the same environment variable in the same command")
    return variables, removed


def updated(present: Sequence[Variable], variables: Sequence[Variable], removed: Sequence[str]) -> list[Variable]:
    """The variables of a container afterwards: changed ones keep their place, new ones follow. Of two the first counts."""
    wanted: dict[str, Variable] = {}
    for item in variables:
        wanted.setdefault(item["name"], item)
    done = set(removed)
    found: list[Variable] = []
    for item in present:
        if item["name"] in done:
            continue
        if item["name"] in wanted:
            done.add(item["name"])
        found.append(wanted.get(item["name"], item))
    return found + [item for name, item in wanted.items() if name not in done]


def _check(invocation: Invocation, resources: list[str]) -> None:
    if not invocation.flag("filename") and not resources:
        raise CommandError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if invocation.flag("list") and invocation.flag("output"):
        raise CommandError("--list and --output may not be specified together")
    if invocation.flag("keys") and not invocation.flag("from"):
        raise CommandError("when specifying --keys, a configmap or secret must be provided with --from")


def _imported(invocation: Invocation) -> list[Variable]:
    """The keys of a ConfigMap or Secret as variables that refer to them."""
    local = bool(invocation.flag("local"))
    query = Query(
        () if local else [invocation.flag("from")],
        "" if local else invocation.flag("selector"),
        bare_types=bool(invocation.flag("all")) and not local,
        latest=not local,
        local=local,
    )
    wanted = invocation.flag("keys")
    found: list[Variable] = []
    for info in Selection(invocation, query).infos():
        kind = info.object.get("kind")
        if kind not in ("Secret", "ConfigMap") or info.object.get("apiVersion") != "v1":
            raise CommandError("unsupported resource specified in --from")
        reference = "secretKeyRef" if kind == "Secret" else "configMapKeyRef"
        for key in sorted(info.object.get("data") or {}):
            if not wanted or key in wanted:
                source = {reference: {"name": info.name, "key": key}}
                found.append({"name": _name_of(invocation, key), "valueFrom": source})
    return found


def _name_of(invocation: Invocation, key: str) -> str:
    name = _NOT_IN_NAMES.sub("_", key).upper()
    if name != key:
        invocation.err(f"Warning: key {key} transferred to {name}\n")
    return name


COMMAND = Command(
    "env",
    "Update environment variables on a pod template",
    use="env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
    long="Change the environment variables in pods and templates of pods, or show them.\n\n NAME=VALUE sets a variable, NAME- "
    "removes it. --from takes over the keys of a config map or secret as references, --list shows what is set, --resolve with "
    'the values behind references. --containers limits the change to containers whose names match; "--env -" reads '
    "NAME=VALUE lines from standard input."
    "\n\n The objects may be pods, or whatever has a template for pods: deployments, daemon sets, stateful sets, replica sets, "
    "replication controllers, jobs and cron jobs.",
    examples="""
# A variable for all containers of a deployment
kubectl set env deployment/web MODE=dark

# What is set
kubectl set env deployment/web --list

# Take a variable away from one container
kubectl set env deployment/web --containers=nginx MODE-

# All keys of a config map, with a prefix
kubectl set env --from=configmap/settings --prefix=APP_ deployment/web

# One key of a secret
kubectl set env --from=secret/login --keys=password deployment/web

# Show what the deployment would become, send nothing
kubectl set env deployment/web MODE=dark --dry-run=client -o yaml

# Variables from standard input
env | grep APP_ | kubectl set env -e - deployment/web
""",
    flags=(
        *filename("Filename, directory, or URL to files the resource to update the env"),
        Flag(
            "containers",
            default="*",
            shorthand="c",
            usage="The names of containers in the selected pod templates to change - may use wildcards",
        ),
        Flag("from", usage="The name of a resource from which to inject environment variables"),
        Flag("prefix", usage="Prefix to append to variable names"),
        Flag(
            "env",
            "stringArray",
            shorthand="e",
            usage="Specify a key-value pair for an environment variable to set into each container.",
        ),
        Flag("keys", "stringSlice", usage="Comma-separated list of keys to import from specified resource"),
        Flag(
            "list",
            "bool",
            usage="If true, display the environment and any changes in the standard format. this flag will removed when "
            "we have kubectl view env.",
        ),
        Flag("resolve", "bool", usage="If true, show secret or configmap references when listing variables"),
        changes.local_flag("set env"),
        Flag("all", "bool", usage="If true, select all resources in the namespace of the specified resource types"),
        Flag(
            "overwrite",
            "bool",
            True,
            usage="If true, allow environment to be overwritten, otherwise reject updates that overwrite existing "
            "environment.",
        ),
        SELECTOR,
        *PRINT_FLAGS,
        *changes.COMMON,
    ),
    run=run,
)
