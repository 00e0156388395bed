"""`kubectl api-resources`: the kinds that the server has, with short names and verbs.

Of each group only the preferred version is listed. Source: kubectl `pkg/cmd/apiresources/apiresources.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.client.refused import ConnectionRefused
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.json import print_json
from k8snb.kubectl.printers.tabwriter import align
from k8snb.kubectl.printers.yaml import print_yaml

FORMATS = ("wide", "name", "json", "yaml")


def run(invocation: Invocation) -> None:
    """Print what fits the flags."""
    flags = invocation.parsed
    if flags["output"] not in ("", *FORMATS):
        raise CommandError(f"--output {flags['output']} is not available")
    if flags["sort-by"] not in ("", "name", "kind"):
        raise CommandError("--sort-by accepts only name or kind")
    if invocation.args:
        raise UsageError(f"unexpected arguments: [{' '.join(invocation.args)}]")
    if not flags["cached"]:
        try:
            invocation.kinds.refresh()
        except ConnectionRefused:
            _print(invocation, [])
            raise
    found = [kind for kind in invocation.kinds if kind.preferred and _fits(invocation, kind)]
    if flags["sort-by"] == "kind":
        found.sort(key=lambda kind: kind.kind)
    elif flags["sort-by"] == "name" or flags["output"] not in ("json", "yaml"):
        found.sort(key=lambda kind: (kind.group, kind.plural) if not flags["sort-by"] else ("", kind.plural))
    _print(invocation, found)
    if invocation.kinds.stale:
        groups = ", ".join(f"{each}: stale GroupVersion discovery: {each}" for each in sorted(invocation.kinds.stale))
        raise CommandError(f"unable to retrieve the complete list of server APIs: {groups}")


def _fits(invocation: Invocation, kind: Kind) -> bool:
    flags = invocation.parsed
    if not kind.verbs or (invocation.changed("api-group") and kind.group != flags["api-group"]):
        return False
    if invocation.changed("namespaced") and kind.namespaced != flags["namespaced"]:
        return False
    return set(flags["verbs"]) <= set(kind.verbs) and set(flags["categories"]) <= set(kind.categories)


def _print(invocation: Invocation, found: list[Kind]) -> None:
    output = invocation.flag("output")
    if output in ("json", "yaml"):
        document = _document(found)
        invocation.out(print_json(document) if output == "json" else print_yaml(document))
        return
    if output == "name":
        for kind in found:
            invocation.line(kind.group_resource)
        return
    rows = []
    if not invocation.flag("no-headers"):
        rows.append(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"])
        if output == "wide":
            rows[0] += ["VERBS", "CATEGORIES"]
    for kind in found:
        row = [kind.plural, ",".join(kind.short_names), kind.api_version, str(kind.namespaced).lower(), kind.kind]
        if output == "wide":
            row += [",".join(kind.verbs), ",".join(kind.categories)]
        rows.append(row)
    invocation.out(align("".join("\t".join(row) + "\n" for row in rows)))


def _document(found: list[Kind]) -> dict[str, Any]:
    """The list as an `APIResourceList`."""
    rows = []
    for kind in found:
        row: dict[str, Any] = {
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced,
            "kind": kind.kind,
            "verbs": list(kind.verbs),
            "version": kind.version,
        }
        if kind.group:
            row["group"] = kind.group
        if kind.short_names:
            row["shortNames"] = list(kind.short_names)
        if kind.categories:
            row["categories"] = list(kind.categories)
        rows.append(row)
    return {"apiVersion": "v1", "groupVersion": "", "kind": "APIResourceList", "resources": rows or None}


COMMAND = Command(
    "api-resources",
    "Print the supported API resources on the server",
    use="api-resources [flags]",
    long="Print the supported API resources on the server.",
    examples="""# Print the supported API resources
kubectl api-resources

# Print the supported API resources with more information
kubectl api-resources -o wide

# Print the supported API resources sorted by a column
kubectl api-resources --sort-by=name

# Print the supported namespaced resources
kubectl api-resources --namespaced=true

# Print the supported non-namespaced resources
kubectl api-resources --namespaced=false

# Print the supported API resources with a specific APIGroup
kubectl api-resources --api-group=rbac.authorization.k8s.io""",
    flags=(
        Flag("api-group", usage="Limit to resources in the specified API group."),
        Flag("cached", "bool", usage="Use the cached list of resources if available."),
        Flag("categories", "stringSlice", usage="Limit to resources that belong to the specified categories."),
        Flag(
            "namespaced",
            "bool",
            True,
            usage="If false, non-namespaced resources will be returned, otherwise returning namespaced resources by "
            "default.",
        ),
        Flag(
            "no-headers",
            "bool",
            usage="When using the default or custom-column output format, don't print headers (default print headers).",
        ),
        Flag("output", shorthand="o", usage="Output format. One of: (json, yaml, name, wide)."),
        Flag(
            "sort-by",
            usage="If non-empty, sort list of resources using specified field. The field can be either 'name' or "
            "'kind'.",
        ),
        Flag("verbs", "stringSlice", usage="Limit to resources that support the specified verbs."),
    ),
    run=run,
)
