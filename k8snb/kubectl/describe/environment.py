"""A container's environment: literal values, and where the others come from.

Of the Pod's own fields only name and namespace are resolved: kubectl knows no more field labels. Source: kubectl
`pkg/describe/describe.go` (describeContainerEnvVars), `pkg/util/resource/resource.go`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from k8snb.api import quantity
from k8snb.api.core.container import EnvVarSource
from k8snb.api.core.pod import Pod
from k8snb.api.core.volume import ResourceFieldSelector
from k8snb.kubectl.describe.writer import PrefixWriter

if TYPE_CHECKING:
    from k8snb.kubectl.describe.containers import AnyContainer


def sources(w: PrefixWriter, container: AnyContainer) -> None:
    """ConfigMaps and Secrets whose keys all become variables."""
    if not container.envFrom:
        return
    w.line(2, "Environment Variables from:")
    for item in container.envFrom:
        kind, name, optional = "", "", False
        if item.configMapRef is not None:
            kind, name, optional = "ConfigMap", item.configMapRef.name, bool(item.configMapRef.optional)
        elif item.secretRef is not None:
            kind, name, optional = "Secret", item.secretRef.name, bool(item.secretRef.optional)
        prefix = f" with prefix '{item.prefix}'" if item.prefix else ""
        w.row(3, name, f"{kind}{prefix}", f"Optional: {_flag(optional)}")


def variables(w: PrefixWriter, container: AnyContainer, pod: Pod | None) -> None:
    """Single variables; a template has no Pod to read fields from."""
    w.line(2, f"Environment:{'' if container.env else f'{chr(9)}<none>'}")
    for variable in container.env:
        if variable.valueFrom is None:
            first, *rest = variable.value.split("\n")
            w.field(3, variable.name, first)
            for line in rest:
                w.line(3, f"\t{line}")
            continue
        text = _from(variable.valueFrom, container, pod)
        if text:
            w.field(3, variable.name, text)


def _from(source: EnvVarSource, container: AnyContainer, pod: Pod | None) -> str:
    if source.fieldRef is not None:
        path = source.fieldRef.fieldPath
        known = {} if pod is None else {"name": pod.metadata.name, "namespace": pod.metadata.namespace}
        return f"{known.get(path.removeprefix('metadata.'), '')} ({source.fieldRef.apiVersion}:{path})"
    if source.resourceFieldRef is not None:
        name = source.resourceFieldRef.resource
        amount = _amount(source.resourceFieldRef, container)
        if amount == "0" and name in ("limits.cpu", "limits.memory"):
            amount = "node allocatable"
        return f"{amount} ({name})"
    if source.secretKeyRef is not None:
        secret = source.secretKeyRef
        where = f"<set to the key '{secret.key}' in secret '{secret.name}'>"
        return f"{where}\tOptional: {_flag(bool(secret.optional))}"
    if source.configMapKeyRef is not None:
        config = source.configMapKeyRef
        where = f"<set to the key '{config.key}' of config map '{config.name}'>"
        return f"{where}\tOptional: {_flag(bool(config.optional))}"
    return ""


def _amount(selector: ResourceFieldSelector, container: AnyContainer) -> str:
    """A limit or request of the container, divided as asked; "" if there is no such resource."""
    which, _, name = selector.resource.partition(".")
    if which not in ("limits", "requests"):
        return ""
    if name not in ("cpu", "memory", "ephemeral-storage") and not name.startswith("hugepages-"):
        return ""
    wanted = container.resources
    amounts = wanted.limits if which == "limits" else wanted.requests
    divisor = selector.divisor
    if divisor is None or quantity.is_zero(divisor):
        divisor = "1"
    measure = quantity.milli_value if name == "cpu" else quantity.value
    return str(math.ceil(measure(amounts.get(name, "0")) / measure(divisor)))


def _flag(value: bool) -> str:
    return "true" if value else "false"
