"""`kubectl auth can-i`. Source: kubectl `pkg/cmd/auth/cani.go`."""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, Exit
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.tabwriter import align
from k8snb.kubectl.sharedflags import ALL_NAMESPACES

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
    kind = invocation.kinds.find(word)
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
    rows: list[tuple[str, str, str, str]] = []
    for rule in status.get("resourceRules") or ():
        for group in rule.get("apiGroups") or [""]:
            for resource in rule.get("resources") or ():
                name = f"{resource}.{group}" if group else resource
                names = " ".join(rule.get("resourceNames") or ())
                rows.append((name, "[]", f"[{names}]", f"[{' '.join(rule['verbs'])}]"))
    for rule in status.get("nonResourceRules") or ():
        for url in rule.get("nonResourceURLs") or ():
            rows.append(("", f"[{url}]", "[]", f"[{' '.join(rule['verbs'])}]"))
    rows = sorted(set(rows), key=lambda row: (row[0] == "", row))
    lines = ["\t".join(row) + "\n" for row in rows]
    head = [] if invocation.flag("no-headers") else ["Resources\tNon-Resource URLs\tResource Names\tVerbs\n"]
    invocation.out(align("".join([*head, *lines])))


COMMAND = Command(
    "can-i",
    "Check whether an action is allowed",
    use="VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
    long="""Check whether an action is allowed.

 VERB is a logical Kubernetes API verb like 'get', 'list', 'watch', 'delete', etc. TYPE is a Kubernetes resource. Shortcuts and\
 groups will be resolved. NONRESOURCEURL is a partial URL that starts with "/". NAME is the name of a particular object.""",
    examples="""
# May I create Pods anywhere?
kubectl auth can-i create pods --all-namespaces

# May that service account list Services?
kubectl auth can-i list services --as=system:serviceaccount:default:robot

# Everything I may do here
kubectl auth can-i --list
""",
    flags=(
        ALL_NAMESPACES,
        Flag("list", "bool", usage="If true, prints all allowed actions."),
        Flag("no-headers", "bool", usage="If true, prints allowed actions without headers"),
        Flag("quiet", "bool", shorthand="q", usage="If true, suppress output and just return the exit code."),
        Flag("subresource", usage="SubResource such as pod/log or deployment/scale"),
    ),
    run=run,
)
