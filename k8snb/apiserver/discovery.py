"""Discovery: which groups, versions and resources there are, in the legacy and the aggregated form (`/api`, `/apis`)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from k8snb.api.resources import Resource, Subresource
from k8snb.apiserver.catalogue import Catalogue, version_order


def api_versions() -> dict[str, Any]:
    """`/api`: the versions of the core group."""
    address = {"clientCIDR": "0.0.0.0/0", "serverAddress": "192.168.49.2:8443"}
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [address]}


def groups(catalogue: Catalogue) -> dict[str, list[str]]:
    """Group -> versions, preferred first, in the order of the resource table; without the core group.

    APIs behind this server are there from the moment they are registered, whether or not they answer.
    """
    found: dict[str, list[str]] = {}
    for each in (*catalogue, *catalogue.remotes()):
        if each.group and each.version not in found.setdefault(each.group, []):
            found[each.group].append(each.version)
    for name in dict.fromkeys(each.group for each in catalogue.custom()):
        found[name].sort(key=version_order)
    return found


def group_list(catalogue: Catalogue) -> dict[str, Any]:
    """`/apis`."""
    found = groups(catalogue)
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group(name, found[name]) for name in found]}


def group(name: str, versions: list[str]) -> dict[str, Any]:
    """One entry of `/apis`, also served as `/apis/<group>`."""
    rows = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": rows, "preferredVersion": rows[0]}


def resource_list(catalogue: Catalogue, group_name: str, version: str) -> dict[str, Any] | None:
    """`/apis/<group>/<version>`; None if there is no such version."""
    found = [r for r in catalogue if (r.group, r.version) == (group_name, version)]
    if not found:
        return None
    rows: list[dict[str, Any]] = []
    for resource in found:
        rows.append(_legacy_row(resource))
        rows += [_legacy_subresource(resource, sub) for sub in resource.subresources]
    rows.sort(key=lambda item: item["name"])
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": found[0].api_version, "resources": rows}


def _legacy_row(resource: Resource) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular_name,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if resource.categories:
        row["categories"] = list(resource.categories)
    if "watch" in resource.verbs:
        digest = hashlib.sha256(f"{resource.group}/{resource.version}/{resource.kind}".encode()).digest()
        row["storageVersionHash"] = base64.b64encode(digest[:8]).decode()
    return row


def _legacy_subresource(resource: Resource, sub: Subresource) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": f"{resource.plural}/{sub.name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": sub.kind,
        "verbs": list(sub.verbs),
    }
    if sub.group_version:
        row["group"], _, row["version"] = sub.group_version.rpartition("/")
    return row


def aggregated(catalogue: Catalogue, core: bool) -> dict[str, Any]:
    """`/api` or `/apis` as apidiscovery.k8s.io/v2 APIGroupDiscoveryList."""
    names = {"": ["v1"]} if core else groups(catalogue)
    silent = {(remote.group, remote.version) for remote in catalogue.remotes() if not remote.available}
    items = []
    for name, versions in names.items():
        rows = [
            {"version": v, "freshness": "Stale"}
            if (name, v) in silent
            else {"version": v, "resources": _aggregated_rows(catalogue, name, v), "freshness": "Current"}
            for v in versions
        ]
        items.append({"metadata": {"name": name} if name else {}, "versions": rows})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _aggregated_rows(catalogue: Catalogue, group_name: str, version: str) -> list[dict[str, Any]]:
    return [_aggregated_row(r) for r in catalogue if (r.group, r.version) == (group_name, version)]


def _aggregated_row(resource: Resource) -> dict[str, Any]:
    row: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": {"group": "", "version": "", "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular_name,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if resource.categories:
        row["categories"] = list(resource.categories)
    if resource.subresources:
        row["subresources"] = [_aggregated_subresource(sub) for sub in resource.subresources]
    return row


def _aggregated_subresource(sub: Subresource) -> dict[str, Any]:
    group_name, _, version = sub.group_version.rpartition("/")
    kind = {"group": group_name, "version": version, "kind": sub.kind}
    return {"subresource": sub.name, "responseKind": kind, "verbs": list(sub.verbs)}
