"""Defaults of a Pod's spec, shared by Pods and everything with a Pod template. Source: `pkg/apis/core/v1/defaults.go`.

What is already complete comes back as the same object, and is remembered: the thousand Pods of one template share its
containers, and their defaults are worked out once.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.core.container import (
    Container,
    ContainerPort,
    EnvVar,
    HTTPGetAction,
    Lifecycle,
    LifecycleHandler,
    Probe,
    ResourceRequirements,
)
from k8snb.api.core.pod import PodSecurityContext, PodSpec, PodTemplateSpec
from k8snb.api.core.volume import EmptyDirVolumeSource, Volume

_FILE_MODE = 0o644
_TOKEN_SECONDS = 3600

#: containers known to be complete, by identity; a bounded memory, never a truth
_complete: dict[int, Container] = {}
_MEMORY = 4096


def image_pull_policy(image: str) -> str:
    """Always for `:latest` or no tag, IfNotPresent otherwise (a digest says exactly which image)."""
    if "@" in image:
        return "IfNotPresent"
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in ("", "latest") else "IfNotPresent"


def template_defaults(template: PodTemplateSpec) -> PodTemplateSpec:
    """A Pod template with its spec's defaults."""
    spec = pod_spec_defaults(template.spec)
    return template if spec is template.spec else template.replace(spec=spec)


def pod_spec_defaults(spec: PodSpec) -> PodSpec:
    """A Pod spec with everything filled in that upstream fills in, for Pods and templates alike."""
    changes: dict[str, Any] = {}
    given = spec.__dict__
    for name, value in _SPEC_DEFAULTS:
        if name not in given:
            changes[name] = value
    for name in ("containers", "initContainers", "ephemeralContainers"):
        before = given.get(name)
        if before:
            after = tuple(container_defaults(c, spec.hostNetwork) for c in before)
            if any(new is not old for new, old in zip(after, before, strict=True)):
                changes[name] = after
    if spec.volumes:
        volumes = tuple(_volume_defaults(v) for v in spec.volumes)
        if any(new is not old for new, old in zip(volumes, spec.volumes, strict=True)):
            changes["volumes"] = volumes
    if spec.serviceAccountName and not spec.serviceAccount:
        changes["serviceAccount"] = spec.serviceAccountName
    elif spec.serviceAccount and not spec.serviceAccountName:
        changes["serviceAccountName"] = spec.serviceAccount
    return spec.replace(**changes) if changes else spec


_SPEC_DEFAULTS: tuple[tuple[str, Any], ...] = (
    ("dnsPolicy", "ClusterFirst"),
    ("restartPolicy", "Always"),
    ("schedulerName", "default-scheduler"),
    ("securityContext", PodSecurityContext()),
    ("terminationGracePeriodSeconds", 30),
)


def container_defaults(container: Container, host_network: bool = False) -> Container:
    """One container, complete."""
    if _complete.get(id(container)) is container and not host_network:
        return container
    given, changes = container.__dict__, {}
    for name, value in _CONTAINER_DEFAULTS:
        if name not in given:
            changes[name] = value
    if "imagePullPolicy" not in given:
        changes["imagePullPolicy"] = image_pull_policy(container.image)
    if container.ports:
        changes["ports"] = tuple(_port_defaults(p, host_network) for p in container.ports)
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in given:
            changes[name] = _probe_defaults(given[name])
    if container.env:
        changes["env"] = tuple(_env_defaults(e) for e in container.env)
    if container.lifecycle is not None:
        changes["lifecycle"] = _lifecycle_defaults(container.lifecycle)
    changes = {name: value for name, value in changes.items() if given.get(name) != value or name not in given}
    complete = container.replace(**changes) if changes else container
    if len(_complete) >= _MEMORY:
        _complete.clear()
    _complete[id(complete)] = complete
    return complete


_CONTAINER_DEFAULTS: tuple[tuple[str, Any], ...] = (
    ("resources", ResourceRequirements()),
    ("terminationMessagePath", "/dev/termination-log"),
    ("terminationMessagePolicy", "File"),
)


def fill_requests(spec: PodSpec) -> PodSpec:
    """A Pod's requests default to its limits (only for Pods: a template keeps what was written)."""

    def filled(container: Container) -> Container:
        resources = container.resources
        missing = {name: q for name, q in resources.limits.items() if name not in resources.requests}
        if not missing:
            return container
        requests = type(resources.limits)({**resources.requests, **missing})  # type: ignore[call-arg]
        return container.replace(resources=resources.replace(requests=requests))

    changes: dict[str, Any] = {}
    for name in ("containers", "initContainers"):
        before = getattr(spec, name)
        if any(c.resources.limits for c in before):
            changes[name] = tuple(filled(c) for c in before)
    return spec.replace(**changes) if changes else spec


def _port_defaults(port: ContainerPort, host_network: bool) -> ContainerPort:
    changes: dict[str, Any] = {}
    if not port.protocol:
        changes["protocol"] = "TCP"
    if host_network and not port.hostPort:
        changes["hostPort"] = port.containerPort
    return port.replace(**changes) if changes else port


def _probe_defaults(probe: Probe) -> Probe:
    changes: dict[str, Any] = {}
    for name, value in (("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)):
        if not getattr(probe, name):
            changes[name] = value
    if probe.httpGet is not None:
        changes["httpGet"] = _http_defaults(probe.httpGet)
    if probe.grpc is not None and probe.grpc.service is None:
        changes["grpc"] = probe.grpc.replace(service="")
    return probe.replace(**changes)


def _http_defaults(action: HTTPGetAction) -> HTTPGetAction:
    return action.replace(path=action.path or "/", scheme=action.scheme or "HTTP")


def _lifecycle_defaults(lifecycle: Lifecycle) -> Lifecycle:
    def handler(hook: LifecycleHandler | None) -> LifecycleHandler | None:
        return hook.replace(httpGet=_http_defaults(hook.httpGet)) if hook is not None and hook.httpGet else hook

    return lifecycle.replace(postStart=handler(lifecycle.postStart), preStop=handler(lifecycle.preStop))


def _env_defaults(env: EnvVar) -> EnvVar:
    source = env.valueFrom
    if source is None or source.fieldRef is None or source.fieldRef.apiVersion:
        return env
    return env.replace(valueFrom=source.replace(fieldRef=source.fieldRef.replace(apiVersion="v1")))


def _volume_defaults(volume: Volume) -> Volume:
    given = volume.__dict__
    if len(given) == 1:
        return volume.replace(emptyDir=EmptyDirVolumeSource())
    for name in ("secret", "configMap", "downwardAPI", "projected"):
        source = given.get(name)
        if source is not None and (source.defaultMode is None or name in ("downwardAPI", "projected")):
            source = source if source.defaultMode is not None else source.replace(defaultMode=_FILE_MODE)
            if name == "downwardAPI":
                source = source.replace(items=tuple(_downward_item(i) for i in source.items) or None)
            if name == "projected":
                source = source.replace(sources=tuple(_projection(p) for p in source.sources) or None)
            return volume if source == given[name] else volume.replace(**{name: source})
    if volume.image is not None and not volume.image.pullPolicy:
        return volume.replace(image=volume.image.replace(pullPolicy=image_pull_policy(volume.image.reference)))
    if volume.hostPath is not None and volume.hostPath.type is None:
        return volume.replace(hostPath=volume.hostPath.replace(type=""))
    return volume


def _projection(projection: Any) -> Any:
    token = projection.serviceAccountToken
    if token is not None and token.expirationSeconds is None:
        return projection.replace(serviceAccountToken=token.replace(expirationSeconds=_TOKEN_SECONDS))
    if projection.downwardAPI is not None:
        items = tuple(_downward_item(i) for i in projection.downwardAPI.items)
        return projection.replace(downwardAPI=projection.downwardAPI.replace(items=items or None))
    return projection


def _downward_item(item: Any) -> Any:
    if item.fieldRef is None or item.fieldRef.apiVersion:
        return item
    return item.replace(fieldRef=item.fieldRef.replace(apiVersion="v1"))
