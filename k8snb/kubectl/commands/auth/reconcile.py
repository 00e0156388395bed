"""`kubectl auth reconcile`: make roles and bindings grant at least what a manifest says.

Rules are compared by what they grant, one verb on one resource at a time, not by how they are written. Source: kubectl
`pkg/cmd/auth/reconcile.go`, component-helpers `auth/rbac/{reconciliation,validation}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection, require_files
from k8snb.kubectl.sharedflags import DRY_RUN, filename

Json = dict[str, Any]
_GROUP: Final = "rbac.authorization.k8s.io"
_KINDS: Final = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
_AUTO_UPDATE: Final = "rbac.authorization.kubernetes.io/autoupdate"
_RULE: Final = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
_SUBJECT: Final = ("kind", "apiGroup", "name", "namespace")
_NAMESPACES: Final = "/api/v1/namespaces"


@dataclass
class Result:
    """What is to be done: the object as it should be, and what it lacks or has too much of."""

    obj: Json
    #: "", create, update or recreate
    operation: str = ""
    missing: list[Json] = field(default_factory=list)
    extra: list[Json] = field(default_factory=list)
    #: the object says that it is not to be touched
    protected: bool = False


def run(invocation: Invocation) -> None:
    """Create what is missing, add to what is there. CommandError for objects of old versions."""
    if invocation.dry_run == "server":
        raise CommandError("--dry-run=server for command reconcile is not supported yet")
    if invocation.args:
        raise CommandError("no arguments are allowed")
    require_files(invocation)
    output = Output(invocation, typed=True)

    def work(info: Info) -> None:
        if info.kind.group != _GROUP or info.kind.kind not in _KINDS:
            return
        if info.kind.version != "v1":
            raise CommandError(f"only {_GROUP}/v1 is supported: not *{info.kind.version}.{info.kind.kind}")
        result = _computed(invocation, info)
        if result.operation and not result.protected and invocation.dry_run == "none":
            _carry_out(invocation, info, result)
        output.print(result.obj, "reconciled", invocation.dry_run)
        _tell(invocation, info, result)

    Selection(invocation, Query((), fetch=False, local=True, typed=True)).visit(
        work
    )  # namespaces as the files have them


# -- what is to be done -------------------------------------------------------------------------------------------------------


def _computed(invocation: Invocation, info: Info) -> Result:
    wanted, part = info.object, _part(info)
    if info.kind.namespaced and not info.namespace:
        return Result(wanted, "create", list(wanted.get(part) or []))
    try:
        live = invocation.api.get(info.kind, info.namespace, info.name)
    except StatusError as error:
        if error.reason != "NotFound":
            raise
        return Result(wanted, "create", list(wanted.get(part) or []))
    notes = (live["metadata"].get("annotations") or {}).get(_AUTO_UPDATE)
    if part == "subjects" and live["roleRef"] != wanted.get("roleRef"):
        return Result(wanted, "recreate", protected=notes == "false")
    have, want = list(live.get(part) or []), list(wanted.get(part) or [])
    if part == "rules":
        missing, extra = uncovered(have, want), uncovered(want, have)
    else:
        missing, extra = _only(want, have), _only(have, want)
    merged = {**live, "metadata": _merged(live["metadata"], wanted["metadata"])}
    if invocation.flag("remove-extra-permissions" if part == "rules" else "remove-extra-subjects"):
        changed = bool(missing or extra)
        merged = {**merged, part: want} if changed else merged
    else:
        changed = bool(missing)
        merged = {**merged, part: have + missing} if changed else merged
    changed = changed or merged["metadata"] != live["metadata"]
    return Result(merged, "update" if changed else "", missing, extra, notes == "false")


def _only(subjects: list[Json], others: list[Json]) -> list[Json]:
    """Those that are not among the others, each once."""
    found: list[Json] = []
    for subject in subjects:
        if subject not in others and subject not in found:
            found.append(subject)
    return found


def _part(info: Info) -> str:
    return "subjects" if info.kind.kind.endswith("Binding") else "rules"


def _merged(live: Json, wanted: Json) -> Json:
    """Metadata with the labels and annotations that are wanted, too; what is there wins."""
    found = dict(live)
    for name in ("labels", "annotations"):
        both = {**(wanted.get(name) or {}), **(live.get(name) or {})}
        if both:
            found[name] = both
    return found


def uncovered(owner: list[Json], servant: list[Json]) -> list[Json]:
    """The single permissions of `servant` rules that no rule of `owner` grants."""
    granted = [one for rule in owner for one in _single(rule)]
    return [one for rule in servant for one in _single(rule) if not any(_covers(wide, one) for wide in granted)]


def _single(rule: Json) -> Iterator[Json]:
    """A rule as rules of one verb on one thing each."""
    verbs = rule.get("verbs") or []
    for group, resource, verb in product(rule.get("apiGroups") or [], rule.get("resources") or [], verbs):
        names = [[name] for name in rule.get("resourceNames") or []] or [[]]
        for name in names:
            yield {"verbs": [verb], "apiGroups": [group], "resources": [resource]} | (
                {"resourceNames": name} if name else {}
            )
    for url, verb in product(rule.get("nonResourceURLs") or [], verbs):
        yield {"verbs": [verb], "nonResourceURLs": [url]}


def _covers(wide: Json, one: Json) -> bool:
    """Whether a single permission grants another."""
    if not _has(wide, one, "verbs", "*"):
        return False
    if one.get("nonResourceURLs"):
        url, given = one["nonResourceURLs"][0], (wide.get("nonResourceURLs") or [""])[0]
        return given in (url, "*") or (given.endswith("*") and url.startswith(given[:-1]))
    if not wide.get("resources") or not _has(wide, one, "apiGroups", "*"):
        return False
    _, slash, sub = one["resources"][0].partition("/")
    resource = wide["resources"][0]
    if resource not in ("*", one["resources"][0]) and not (slash and resource == f"*/{sub}"):
        return False
    return not wide.get("resourceNames") or wide["resourceNames"] == one.get("resourceNames")


def _has(wide: Json, one: Json, name: str, everything: str) -> bool:
    return wide[name][0] in (everything, one[name][0])


# -- doing and telling it -----------------------------------------------------------------------------------------------------


def _carry_out(invocation: Invocation, info: Info, result: Result) -> None:
    api, kind = invocation.api, info.kind
    if result.operation == "recreate":
        api.delete(kind, info.namespace, info.name)
    if result.operation == "update":
        result.obj = api.replace(kind, info.namespace, info.name, result.obj)
        return
    if kind.namespaced:
        _ensure_namespace(invocation, str(result.obj["metadata"].get("namespace") or ""))
    result.obj = api.create(kind, info.namespace, result.obj)


def _ensure_namespace(invocation: Invocation, name: str) -> None:
    if not name:  # the object itself must say it
        raise CommandError("resource name may not be empty")
    try:
        invocation.api.call("GET", f"{_NAMESPACES}/{name}")
    except StatusError as error:
        if error.reason != "NotFound":
            raise
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        invocation.api.call("POST", _NAMESPACES, None, body)


def _tell(invocation: Invocation, info: Info, result: Result) -> None:
    if not result.operation:
        return
    caveat = f", but object opted out ({_AUTO_UPDATE}: false)" if result.protected else ""
    invocation.error_line(f"\treconciliation required {result.operation}{caveat}")
    part = _part(info)
    names = _RULE if part == "rules" else _SUBJECT
    if result.missing:
        invocation.error_line(f"\tmissing {part} added:")
        for item in result.missing:
            invocation.error_line(f"\t\t{_shown(item, names)}")
    if result.extra and invocation.flag("remove-extra-permissions" if part == "rules" else "remove-extra-subjects"):
        invocation.error_line(f"\textra {part} removed:")
        for item in result.extra:
            invocation.error_line(f"\t\t{_shown(item, names)}")


def _shown(item: Json, names: tuple[str, ...]) -> str:
    """A struct as Go's `%+v`."""
    words = []
    for name in names:
        value = item.get(name)
        go = {"apiGroup": "APIGroup", "apiGroups": "APIGroups"}.get(name, name[0].upper() + name[1:])
        words.append(f"{go}:{value or ''}" if names is _SUBJECT else f"{go}:[{' '.join(value or [])}]")
    return "{" + " ".join(words) + "}"


COMMAND = Command(
    "reconcile",
    "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
    use="-f FILENAME",
    long="""Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects.

 Missing objects are created, and the containing namespace is created for namespaced objects, if required. Existing roles are\
 updated to include the permissions in the input objects, and existing bindings to include the subjects.""",
    examples="""
# Make sure that the roles of a file are there
kubectl auth reconcile -f roles.yaml
""",
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        *filename("Filename, directory, or URL to files identifying the resource to reconcile."),
        Flag("remove-extra-permissions", "bool", usage="If true, removes extra permissions added to roles"),
        Flag("remove-extra-subjects", "bool", usage="If true, removes extra subjects added to rolebindings"),
    ),
    run=run,
)
