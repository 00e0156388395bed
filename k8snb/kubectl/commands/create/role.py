"""`kubectl create role` and `kubectl create clusterrole`: a rule for every API group among the resources.

Source: `k8s.io/kubectl/pkg/cmd/create/create_{role,clusterrole}.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from k8snb.kubectl.command import Invocation
from k8snb.kubectl.commands.create.generator import DRY_RUN_USE, Generator, generator, metadata
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag

_RBAC: Final = "rbac.authorization.k8s.io"
VERBS: Final = frozenset(
    (
        "*",
        "get",
        "delete",
        "list",
        "create",
        "update",
        "patch",
        "watch",
        "proxy",
        "deletecollection",
        "use",
        "bind",
        "escalate",
        "impersonate",
    )
)
URL_VERBS: Final = frozenset(["*", "get", "post", "put", "delete", "patch", "head", "options"])
#: verbs that only make sense on some resources
SPECIAL_VERBS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "use": (("podsecuritypolicies", "policy"), ("podsecuritypolicies", "extensions")),
    "bind": (("roles", _RBAC), ("clusterroles", _RBAC)),
    "escalate": (("roles", _RBAC), ("clusterroles", _RBAC)),
    "impersonate": (
        ("users", ""),
        ("serviceaccounts", ""),
        ("groups", ""),
        ("userextras", "authentication.k8s.io"),
    ),
}


def build_role(invocation: Invocation, name: str) -> dict[str, Any]:
    """The Role of the flags."""
    verbs, asked = _verbs(invocation), _resources(invocation)
    if not verbs:
        raise CommandError("at least one verb must be specified")
    _warn(invocation, verbs)
    if not asked:
        raise CommandError("at least one resource must be specified")
    rules = _rules(invocation, verbs, _resolved(invocation, asked, verbs))
    return {"kind": "Role", "apiVersion": f"{_RBAC}/v1", "metadata": metadata(invocation, name), "rules": rules}


def build_cluster_role(invocation: Invocation, name: str) -> dict[str, Any]:
    """The ClusterRole of the flags."""
    verbs, asked = _verbs(invocation), _resources(invocation)
    urls, aggregated = list(invocation.flag("non-resource-url")), invocation.flag("aggregation-rule")
    obj: dict[str, Any] = {"kind": "ClusterRole", "apiVersion": f"{_RBAC}/v1", "metadata": {"name": name}}
    if aggregated:
        if urls or verbs or asked or invocation.flag("resource-name"):
            raise CommandError(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames"
            )
        labels = _pairs(aggregated)
        return {**obj, "rules": None, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]}}
    if not verbs:
        raise CommandError("at least one verb must be specified")
    if not asked and not urls:
        raise CommandError("one of resource or nonResourceURL must be specified")
    resolved: list[tuple[str, str]] = []
    if asked:
        _warn(invocation, verbs)
        resolved = _resolved(invocation, asked, verbs)
    _check_urls(urls, verbs)
    rules = _rules(invocation, verbs, resolved)
    if urls:
        rules.append({"verbs": verbs, "nonResourceURLs": urls})
    return {**obj, "rules": rules}


def _verbs(invocation: Invocation) -> list[str]:
    verbs = list(dict.fromkeys(invocation.flag("verb")))
    return ["*"] if "*" in verbs else verbs


def _resources(invocation: Invocation) -> list[tuple[str, str, str]]:
    """(resource, group, subresource) of each `resource.group/subresource`."""
    found: list[tuple[str, str, str]] = []
    for text in invocation.flag("resource"):
        name, _, sub = text.partition("/")
        resource, _, group = name.partition(".")
        if text == "*":
            return [("*", "", "")]
        found.append((resource, group, sub))
    return found


def _warn(invocation: Invocation, verbs: Sequence[str]) -> None:
    for verb in verbs:
        if verb not in VERBS:
            invocation.error_line(f"Warning: '{verb}' is not a standard resource verb")


def _resolved(
    invocation: Invocation, asked: Sequence[tuple[str, str, str]], verbs: Sequence[str]
) -> list[tuple[str, str]]:
    """(group, resource with its subresource), short names made long. CommandError for what does not exist."""
    found: list[tuple[str, str]] = []
    for resource, group, sub in asked:
        if not resource:
            raise CommandError("resource must be specified if apiGroup/subresource specified")
        if resource != "*":
            resource, group = _known(invocation, resource, group, verbs)
        found.append((group, f"{resource}/{sub}" if sub else resource))
    return found


def _known(invocation: Invocation, resource: str, group: str, verbs: Sequence[str]) -> tuple[str, str]:
    word = f"{resource}.{group}" if group else resource
    kind = invocation.kinds.find(word)
    if kind is not None:
        resource, group = kind.plural, kind.group
    special = False
    for verb in verbs:
        if verb in SPECIAL_VERBS:
            if (resource, group) not in SPECIAL_VERBS[verb]:
                raise CommandError(f"can not perform '{verb}' on '{resource}' in group '{group}'")
            special = True
    if kind is None and not special:
        invocation.kinds.match(word)
    return resource, group


def _rules(invocation: Invocation, verbs: list[str], resources: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    by_group: dict[str, list[str]] = {}
    for group, resource in resources:
        names = by_group.setdefault(group, [])
        if resource not in names:
            names.append(resource)
    only = list(dict.fromkeys(invocation.flag("resource-name")))
    rules = []
    for group in sorted(by_group):
        rule: dict[str, Any] = {"verbs": verbs, "apiGroups": [group], "resources": by_group[group]}
        if only:
            rule["resourceNames"] = only
        rules.append(rule)
    return rules


def _check_urls(urls: Sequence[str], verbs: Sequence[str]) -> None:
    if not urls:
        return
    for verb in verbs:
        if verb not in URL_VERBS:
            raise CommandError(f"invalid verb: '{verb}' for nonResourceURL")
    for url in urls:
        if url == "*":
            continue
        if not url.startswith("/"):
            raise CommandError("nonResourceURL should start with /")
        if "*" in url[:-1]:
            raise CommandError("nonResourceURL only supports wildcard matches when '*' is at the end")


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise CommandError(
                f'invalid argument "{text}" for "--aggregation-rule" flag: malformed pair, expect string=string\n'
                "See 'kubectl create clusterrole --help' for usage."
            )
        found[key.strip()] = value.strip()
    return {key: found[key] for key in sorted(found)}


_RULE_FLAGS = (
    Flag("resource", "stringSlice", usage="Resource that the rule applies to"),
    Flag(
        "resource-name",
        "stringArray",
        usage="Resource in the white list that the rule applies to, repeat this flag for multiple items",
    ),
    Flag("verb", "stringSlice", usage="Verb that applies to the resources contained in the rule"),
)

ROLE = generator(
    "role",
    "Create a role with single rule",
    Generator("roles.rbac.authorization.k8s.io", build_role),
    use=f"NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] {DRY_RUN_USE}",
    flags=_RULE_FLAGS,
    examples="""
# May look at pods
kubectl create role pod-reader --verb=get,list,watch --resource=pods

# May read the logs of pods
kubectl create role log-reader --verb=get --resource=pods/log

# May change one config map, and no other
kubectl create role tuner --verb=get,update --resource=configmaps --resource-name=settings
""",
)

CLUSTER_ROLE = generator(
    "clusterrole",
    "Create a cluster role",
    Generator("clusterroles.rbac.authorization.k8s.io", build_cluster_role),
    use=f"NAME --verb=verb --resource=resource.group [--resource-name=resourcename] {DRY_RUN_USE}",
    flags=(
        Flag(
            "aggregation-rule",
            "stringSlice",
            shown="",
            usage="An aggregation label selector for combining ClusterRoles.",
        ),
        Flag("non-resource-url", "stringSlice", usage="A partial url that user should have access to."),
        *_RULE_FLAGS,
    ),
    examples="""
# May look at nodes
kubectl create clusterrole node-reader --verb=get,list,watch --resource=nodes

# May ask whether the server is well
kubectl create clusterrole health --verb=get --non-resource-url=/healthz

# The union of all cluster roles with a label
kubectl create clusterrole monitoring --aggregation-rule=team=monitoring
""",
)
