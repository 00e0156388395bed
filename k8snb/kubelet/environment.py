"""A container's environment: service links, envFrom, env with valueFrom and `$(VAR)`.

Reads ConfigMaps, Secrets and Services through the client. Order and messages as upstream's makeEnvironmentVariables:
services first, then envFrom in order, then env, each of which may use what stands before it.
Source: k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go, third_party/forked/golang/expansion.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from k8snb.api.core.container import Container, EnvVar, EnvVarSource
from k8snb.api.core.pod import Pod
from k8snb.client.client import Client
from k8snb.kubelet.downward import DownwardFailure, field_value, resource_value
from k8snb.runtime.machine import DEFAULT_PATH


class ConfigFailure(Exception):
    """The container cannot be configured: the message of CreateContainerConfigError."""


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$(NAME)` replaced where NAME is known; `$$` stands for one dollar."""

    def replace(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", replace, text) if "$" in text else text


def service_variables(client: Client, pod: Pod) -> dict[str, str]:
    """`NAME_SERVICE_HOST` and its kin for the Services of the Pod's namespace, and for the API server."""
    store = client.server.store
    services = [store.get("services", "default", "kubernetes")]
    if pod.spec.enableServiceLinks is not False:
        services += [svc for svc in store.list("services", pod.metadata.namespace) if svc is not services[0]]
    found: dict[str, str] = {}
    for service in services:
        if service is None:
            continue
        ip = service.spec.clusterIP  # type: ignore[attr-defined]
        if ip and ip != "None":
            found.update(_links(service.metadata.name, ip, service.spec.ports))  # type: ignore[attr-defined]
    return found


def _links(name: str, ip: str, ports: tuple[object, ...]) -> dict[str, str]:
    prefix = name.upper().replace("-", "_")
    found: dict[str, str] = {}
    for index, port in enumerate(ports):
        number, protocol, label = str(port.port), port.protocol or "TCP", port.name  # type: ignore[attr-defined]
        if index == 0:
            found[f"{prefix}_SERVICE_HOST"] = ip
            found[f"{prefix}_SERVICE_PORT"] = number
            found[f"{prefix}_PORT"] = f"{protocol.lower()}://{ip}:{number}"
        if label:
            found[f"{prefix}_SERVICE_PORT_{label.upper().replace('-', '_')}"] = number
        base = f"{prefix}_PORT_{number}_{protocol}"
        found[base] = f"{protocol.lower()}://{ip}:{number}"
        found[f"{base}_PROTO"] = protocol.lower()
        found[f"{base}_PORT"] = number
        found[f"{base}_ADDR"] = ip
    return found


class Environment:
    """Makes environments for the Pods of one client; shares equal ones between containers of a template."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._shared: dict[tuple[int, int, str], tuple[tuple[object, ...], dict[str, str]]] = {}

    def of(
        self, pod: Pod, container: Container, image: Mapping[str, str], node: Mapping[str, str], ip: str
    ) -> dict[str, str]:
        """The variables of one container. ConfigFailure if something that is not optional is missing."""
        plain = not container.envFrom and all(item.valueFrom is None for item in container.env)
        if not plain:
            return self._make(pod, container, image, node, ip)
        store = self._client.server.store
        links = pod.spec.enableServiceLinks is not False
        services = (
            store.get("services", "default", "kubernetes"),
            *(store.list("services", pod.metadata.namespace) if links else ()),
        )
        key = (id(container.env), id(image), pod.metadata.namespace if links else "")
        # What was read is kept beside the result: as long as it is the same objects, the result is the same.
        witnesses = (container.env, image, *services)
        known = self._shared.get(key)
        if (
            known is not None
            and len(known[0]) == len(witnesses)
            and all(a is b for a, b in zip(known[0], witnesses, strict=True))
        ):
            return known[1]
        made = self._make(pod, container, image, node, ip)
        if len(self._shared) > 512:
            self._shared.clear()
        self._shared[key] = (witnesses, made)
        return made

    def _make(
        self, pod: Pod, container: Container, image: Mapping[str, str], node: Mapping[str, str], ip: str
    ) -> dict[str, str]:
        services = service_variables(self._client, pod)
        own: dict[str, str] = {}
        for source in container.envFrom:
            own.update(self._from(pod, source))
        for item in container.env:
            value = self._value(pod, container, item, {**services, **own}, node, ip)
            if value is not None:
                own[item.name] = value
        return {"PATH": DEFAULT_PATH, **image, **services, **own}

    def _from(self, pod: Pod, source: object) -> dict[str, str]:
        config_map, secret = source.configMapRef, source.secretRef  # type: ignore[attr-defined]
        reference = config_map or secret
        kind = "configmaps" if config_map is not None else "secrets"
        data = self._data(kind, pod.metadata.namespace, reference.name, bool(reference.optional))
        prefix = source.prefix  # type: ignore[attr-defined]
        return {prefix + key: value for key, value in (data or {}).items()}

    def _data(self, kind: str, namespace: str, name: str, optional: bool) -> Mapping[str, str] | None:
        found = self._client.find(kind, name, namespace)
        if found is None:
            if optional:
                return None
            raise ConfigFailure(f'{kind[:-1]} "{name}" not found')
        return secret_text(found.data) if kind == "secrets" else found.data

    def _value(
        self, pod: Pod, container: Container, item: EnvVar, known: Mapping[str, str], node: Mapping[str, str], ip: str
    ) -> str | None:
        if item.valueFrom is None:
            return expand(item.value, known)
        return self._reference(pod, container, item.valueFrom, node, ip)

    def _reference(
        self, pod: Pod, container: Container, source: EnvVarSource, node: Mapping[str, str], ip: str
    ) -> str | None:
        try:
            if source.fieldRef is not None:
                return field_value(pod, source.fieldRef.fieldPath, node, ip)
            if source.resourceFieldRef is not None:
                return resource_value(pod, container, source.resourceFieldRef, node)
        except DownwardFailure as error:
            raise ConfigFailure(str(error)) from None
        kind, label = ("configmaps", "ConfigMap") if source.configMapKeyRef is not None else ("secrets", "Secret")
        reference = source.configMapKeyRef or source.secretKeyRef
        if reference is None:
            return None
        data = self._data(kind, pod.metadata.namespace, reference.name, bool(reference.optional))
        if data is not None and reference.key in data:
            return data[reference.key]
        if reference.optional:
            return None
        raise ConfigFailure(f"couldn't find key {reference.key} in {label} {pod.metadata.namespace}/{reference.name}")


def secret_text(data: Mapping[str, str]) -> dict[str, str]:
    """A Secret's values as text."""
    return {key: base64.b64decode(value).decode("utf-8", "surrogateescape") for key, value in data.items()}


def referenced(pod: Pod, add: Callable[[str, str], None]) -> None:
    """Tell `add` (resource, name) of every ConfigMap, Secret and claim that a Pod's containers or volumes name."""
    for container in (*pod.spec.initContainers, *pod.spec.containers):
        for source in container.envFrom:
            if source.configMapRef is not None:
                add("configmaps", source.configMapRef.name)
            if source.secretRef is not None:
                add("secrets", source.secretRef.name)
        for item in container.env:
            value = item.valueFrom
            if value is not None and value.configMapKeyRef is not None:
                add("configmaps", value.configMapKeyRef.name)
            if value is not None and value.secretKeyRef is not None:
                add("secrets", value.secretKeyRef.name)
    for volume in pod.spec.volumes:
        if volume.configMap is not None:
            add("configmaps", volume.configMap.name)
        if volume.secret is not None:
            add("secrets", volume.secret.secretName)
        if volume.persistentVolumeClaim is not None:
            add("persistentvolumeclaims", volume.persistentVolumeClaim.claimName)
        for projection in volume.projected.sources if volume.projected is not None else ():
            if projection.configMap is not None:
                add("configmaps", projection.configMap.name)
            if projection.secret is not None:
                add("secrets", projection.secret.name)
