"""What `top node` and `top pod` have in common: asking the metrics API, sorting, the cells of a row.

Source: kubectl `pkg/metricsutil`, `pkg/cmd/top/top.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from k8snb.api import quantity, selector
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.pflag import Flag

Json = dict[str, Any]
Usage = Mapping[str, str]
GROUP, VERSION = "metrics.k8s.io", "v1beta1"
UNKNOWN = "<unknown>"
_MEBIBYTE = 1024 * 1024
PROTOBUF = Flag("use-protocol-buffers", "bool", True, usage="Enables using protocol-buffers to access Metrics API.")


def check_sorting(invocation: Invocation) -> None:
    """CommandError for a column that cannot be sorted by."""
    if invocation.flag("sort-by") not in ("", "cpu", "memory"):
        raise CommandError("--sort-by accepts only cpu or memory")


def resources(invocation: Invocation) -> list[str]:
    """What is measured."""
    return ["cpu", "memory", *(["swap"] if invocation.flag("show-swap") else [])]


def measured(invocation: Invocation, plural: str, namespace: str, name: str, query: Mapping[str, str]) -> list[Json]:
    """The metrics of one object or of all that are selected. CommandError if nobody measures."""
    query = {key: value for key, value in query.items() if value}
    if "labelSelector" in query:
        try:
            query["labelSelector"] = str(selector.parse(query["labelSelector"]))
        except selector.SelectorError as error:
            raise CommandError(str(error)) from None
    groups = invocation.api.call("GET", "/apis").body.get("groups") or []
    served = {version["version"] for group in groups if group["name"] == GROUP for version in group["versions"]}
    if VERSION not in served:
        raise CommandError("Metrics API not available")
    path = f"/apis/{GROUP}/{VERSION}" + (f"/namespaces/{namespace}" if namespace else "") + f"/{plural}"
    if name:
        return [invocation.api.call("GET", f"{path}/{name}", name=name).body]
    items: list[Json] = invocation.api.call("GET", path, query).body.get("items") or []
    return items


def total(usages: Iterable[Usage], names: Sequence[str]) -> dict[str, str]:
    """The sum of each resource."""
    found = dict.fromkeys(names, "0")
    for usage in usages:
        for name in names:
            found[name] = quantity.add(found[name], usage.get(name, "0"))
    return found


def order(usage: Usage, column: str) -> int:
    """What rows are sorted by if a column is asked for: the most first."""
    return -quantity.milli_value(usage.get(column, "0")) if column else 0


def cells(usage: Usage, names: Sequence[str], available: Usage | None = None, missing: Sequence[str] = ()) -> list[str]:
    """The cells of a row behind its names; with `available` the share of that, too."""
    found: list[str] = []
    for name in names:
        if name in missing:
            found += [UNKNOWN, UNKNOWN]
            continue
        amount = usage.get(name, "0")
        if name == "cpu":
            found.append(f"{quantity.milli_value(amount)}m")
        else:
            found.append(f"{quantity.value(amount) // _MEBIBYTE}Mi")
        if available is not None and name in available:
            whole = quantity.milli_value(available[name])
            found.append(f"{int(quantity.milli_value(amount) / whole * 100) if whole else 0}%")
    return found


def line(found: Iterable[str]) -> str:
    """A row; every cell ends with a tab, as upstream writes them."""
    return "".join(f"{cell}\t" for cell in found) + "\n"
