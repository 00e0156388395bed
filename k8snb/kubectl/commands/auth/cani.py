"""`kubectl auth can-i`. Source: kubectl `pkg/cmd/auth/cani.go`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, Exit
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.tabwriter import align

_VERBS = frozenset(
    [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
        "deletecollection",
        "use",
        "bind",
        "impersonate",
        "*",
        "approve",
        "sign",
        "escalate",
        "attest",
    ]
)
_PATH_VERBS = frozenset(["get", "put", "post", "head", "options", "delete", "patch", "*"])
_USAGE = (
    "you must specify two arguments: verb resource or verb resource/resourceName.\n"
    "See 'kubectl auth can-i -h' for help and examples."
)


def run(invocation: Invocation) -> None:
    """Answer yes or no; exit code 1 for no."""
    if invocation.flag("list"):
        if invocation.args:
            raise CommandError("list option must be specified with no arguments")
        _list(invocation)
        return
    if len(invocation.args) != 2:
        raise CommandError(_USAGE)
    verb, what = invocation.args
    attributes, key = _attributes(invocation, verb, what)
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {key: attributes},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    status = invocation.api.call("POST", path, None, body).body["status"]
    allowed = bool(status.get("allowed"))
    if not invocation.flag("quiet"):
        reason = f" - {status['reason']}" if status.get("reason") and not allowed else ""
        problem = f" - {status['evaluationError']}" if status.get("evaluationError") else ""
        invocation.line(f"{'yes' if allowed else 'no'}{reason}{problem}")
    if not allowed:
        raise Exit(1)


def _attributes(invocation: Invocation, verb: str, what: str) -> tuple[dict[str, Any], str]:
    if what.startswith("/"):
        if invocation.flag("subresource"):
            raise CommandError("--subresource can not be used with NonResourceURL")
        if verb not in _PATH_VERBS:
            invocation.error_line(f"Warning: verb '{verb}' is not a known verb")
        return {"verb": verb, "path": what}, "nonResourceAttributes"
    resource, _, name = what.partition("/")
    subresource = invocation.flag("subresource")
    if verb not in _VERBS:
        invocation.error_line(f"Warning: verb '{verb}' is not a known verb")
    group, plural, namespaced = _resource(invocation, resource)
    namespace = "" if invocation.flag("all-namespaces") or not namespaced else invocation.namespace
    if not namespaced and plural != "*":
        scope = f" in group '{group}'" if group else ""
        invocation.error_line(f"Warning: resource '{plural}' is not namespace scoped{scope}\n")
    found = {"verb": verb, "group": group, "resource": plural, "subresource": subresource, "name": name}
    return {key: value for key, value in ({**found, "namespace": namespace}).items() if value}, "resourceAttributes"


def _resource(invocation: Invocation, word: str) -> tuple[str, str, bool]:
    if word == "*":
        return "*", "*", True
    try:
        kind = invocation.kinds.resource(word)
    except ConnectionRefused:
        kind = None
    if kind is not None:
        return kind.group, kind.plural, kind.namespaced
    name, _, group = word.partition(".")
    where = f" in group '{group}'" if group else ""
    invocation.error_line(f"Warning: the server doesn't have a resource type '{name}'{where}")
    invocation.error_line("")
    return group, name, True


def _list(invocation: Invocation) -> None:
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": invocation.namespace},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    status = invocation.api.call("POST", path, None, body).body["status"]
    rules = sorted(_compact(status), key=_sorted_by)
    rows = []
    for rule in rules:
        name = f"{rule.resource}.{rule.group}" if rule.group else rule.resource
        rows.append((name, f"[{rule.url}]", f"[{rule.name}]", f"[{' '.join(rule.verbs)}]"))
    lines = ["\t".join(row) + "\n" for row in rows]
    head = [] if invocation.flag("no-headers") else ["Resources\tNon-Resource URLs\tResource Names\tVerbs\n"]
    invocation.out(align("".join([*head, *lines])))


class _Rule(NamedTuple):
    """What one line tells: verbs on one resource (or one object of it), or on one URL."""

    verbs: list[str]
    group: str = ""
    resource: str = ""
    name: str = ""
    url: str = ""


def _compact(status: Mapping[str, Any]) -> list[_Rule]:
    """The rules taken apart, and those of one resource put together again."""
    found: dict[tuple[str, str, str], _Rule] = {}
    for rule in status.get("resourceRules") or ():
        for group, resource in product(rule.get("apiGroups") or [""], rule.get("resources") or ()):
            for name in rule.get("resourceNames") or [""]:
                one = found.setdefault((group, resource, name), _Rule([], group, resource, name))
                one.verbs.extend(verb for verb in rule["verbs"] if verb not in one.verbs)
    urls = [
        _Rule([verb], url=url)
        for rule in status.get("nonResourceRules") or ()
        for url, verb in product(rule.get("nonResourceURLs") or (), rule["verbs"])
    ]
    return [*found.values(), *urls]


def _sorted_by(rule: _Rule) -> str:
    """A rule as Go prints it: that text decides the order."""
    return (
        f"Verbs:[{' '.join(rule.verbs)}],APIGroups:[{rule.group}],Resources:[{rule.resource}],"
        f"ResourceNames:[{rule.name}],NonResourceURLs:[{rule.url}]"
    )


COMMAND = Command(
    "can-i",
    "Check whether an action is allowed",
    use="VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
    long="""Check whether an action is allowed.

 VERB is a logical Kubernetes API verb like 'get', 'list', 'watch', 'delete', etc. TYPE is a Kubernetes resource. Shortcuts and\
 groups will be resolved. NONRESOURCEURL is a partial URL that starts with "/". NAME is the name of a \
particular Kubernetes resource. This command pairs nicely with impersonation. See --as global flag.""",
    examples="""
# May I create Pods anywhere?
kubectl auth can-i create pods --all-namespaces

# May that service account list Services?
kubectl auth can-i list services --as=system:serviceaccount:default:robot

# Everything I may do here
kubectl auth can-i --list
""",
    flags=(
        Flag("all-namespaces", "bool", shorthand="A", usage="If true, check the specified action in all namespaces."),
        Flag("list", "bool", usage="If true, prints all allowed actions."),
        Flag("no-headers", "bool", usage="If true, prints allowed actions without headers"),
        Flag("quiet", "bool", shorthand="q", usage="If true, suppress output and just return the exit code."),
        Flag("subresource", usage="SubResource such as pod/log or deployment/scale"),
    ),
    run=run,
)
