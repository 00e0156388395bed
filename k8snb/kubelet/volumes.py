"""A Pod's volumes as trees: emptyDir, configMap, secret, projected, downwardAPI, hostPath, claims, the kubelet's own files.

Trees that follow from API objects are built when a program first looks at them, from the objects as they were when the volume
was last refreshed; emptyDirs and whatever was written are kept in the Pod's record, hostPaths in the node's. A ConfigMap or
Secret appears as upstream's atomic writer lays it out (`..data`). Left out: block devices, CSI.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from k8snb.api import quantity
from k8snb.api.core.container import Container
from k8snb.api.core.volume import Volume
from k8snb.apiserver.auth.tokens import issue
from k8snb.client.client import Client
from k8snb.kubelet.downward import field_value, resource_value
from k8snb.kubelet.environment import expand
from k8snb.kubelet.state import NodeRecord, PodRecord
from k8snb.network.lookup import NODE_RESOLVER
from k8snb.network.resolv import hostname, hosts_file, resolv_conf
from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Link, Mount, Volumes, inside, split

#: how the default token volume looks: nobody waits for its CA bundle here
ROOT_CA = "kube-root-ca.crt"
TOKEN_SECONDS = 3607


class MountFailure(Exception):
    """A volume that cannot be set up: the text of the FailedMount event."""


class PodVolumes(Volumes):
    """The trees of one Pod, made when they are first needed."""

    def __init__(self, client: Client, record: PodRecord, node: NodeRecord, now: float) -> None:
        super().__init__(record.volumes)
        for volume in record.pod.spec.volumes:
            source = volume.emptyDir
            if source is not None and source.medium == "Memory" and source.sizeLimit:
                self.room[f"vol:{volume.name}"] = quantity.value(source.sizeLimit)  # its tmpfs has this size
        self._client, self._record, self._node, self._now = client, record, node, now
        self["host"] = node.files

    def __missing__(self, key: str) -> Entry:
        kind, _, name = key.partition(":")
        entry = self._volume(name) if kind == "vol" else self._own(kind)
        self[key] = entry
        return entry

    def _own(self, kind: str) -> Entry:
        """Files that the kubelet writes for every Pod."""
        pod = self._record.pod
        domain = self._client.server.settings.cluster_domain
        if kind == "etc-hosts":
            seen = pod.replace(status=pod.status.replace(podIP=self._record.ip or pod.status.podIP))
            return File(hosts_file(seen, domain).encode(), mtime=self._record.begun)
        if kind == "etc-hostname":
            return File(f"{hostname(pod)}\n".encode(), mtime=self._record.begun)
        if kind == "resolv-conf":
            service = self._client.find("services", "kube-dns", "kube-system")
            server = (
                service.spec.clusterIP if service is not None else _tenth(self._client.server.settings.service_cidr)
            )
            return File(resolv_conf(pod, server, domain, NODE_RESOLVER).text().encode(), mtime=self._record.begun)
        return File(b"", mode=0o666, mtime=self._now)  # termination log

    def _volume(self, name: str) -> Entry:
        volume = next((item for item in self._record.pod.spec.volumes if item.name == name), None)
        security = self._record.pod.spec.securityContext
        group = security.fsGroup if security is not None else None
        if volume is None or volume.emptyDir is not None:
            mode = 0o777 if group is None else 0o2777
            return Directory(mode=mode, gid=group or 0, mtime=self._record.begun)
        files: dict[str, File] = {}
        for part in _parts(volume):
            files.update(self._part(*part))
        if group is not None:
            files = {path: replace(file, gid=group, mode=file.mode | 0o440) for path, file in files.items()}
        return payload(files, self._record.begun)

    def _part(self, kind: str, source: Any, mode: int) -> dict[str, File]:
        if kind in ("configmaps", "secrets"):
            held = self._record.sources.get(f"{kind}/{_source_name(kind, source)}")
            return _keys(kind, held, source, mode, self._now)
        if kind == "downward":
            return {item.path: self._downward(item, mode) for item in source.items}
        return {
            source.path or "token": File(
                token(self._client, self._record, source, self._now).encode(), mode, mtime=self._now
            )
        }

    def _downward(self, item: Any, mode: int) -> File:
        pod = self._record.pod
        node = {"ip": self._node.ip}
        if item.fieldRef is not None:
            text = field_value(pod, item.fieldRef.fieldPath, node, self._record.ip)
        else:
            text = resource_value(pod, pod.spec.containers[0], item.resourceFieldRef, node)
        return File(text.encode(), item.mode or mode, mtime=self._now)


def _tenth(cidr: str) -> str:
    from ipaddress import IPv4Address

    return str(IPv4Address(cidr.partition("/")[0]) + 10)


def _source_name(kind: str, source: Any) -> str:
    return str(source.secretName if kind == "secrets" and hasattr(source, "secretName") else source.name)


def _parts(volume: Volume) -> Iterable[tuple[str, Any, int]]:
    """(kind, source, file mode) of everything a volume is made of."""
    if volume.configMap is not None:
        yield "configmaps", volume.configMap, volume.configMap.defaultMode or 0o644
    elif volume.secret is not None:
        yield "secrets", volume.secret, volume.secret.defaultMode or 0o644
    elif volume.downwardAPI is not None:
        yield "downward", volume.downwardAPI, volume.downwardAPI.defaultMode or 0o644
    elif volume.projected is not None:
        mode = volume.projected.defaultMode or 0o644
        for item in volume.projected.sources:
            if item.configMap is not None:
                yield "configmaps", item.configMap, mode
            elif item.secret is not None:
                yield "secrets", item.secret, mode
            elif item.downwardAPI is not None:
                yield "downward", item.downwardAPI, mode
            elif item.serviceAccountToken is not None:
                yield "token", item.serviceAccountToken, mode


def _keys(kind: str, held: Any, source: Any, mode: int, now: float) -> dict[str, File]:
    """The files of a ConfigMap or Secret, all of its keys or those that `items` names."""
    if held is None:
        return {}
    if kind == "secrets":
        data = {key: base64.b64decode(value) for key, value in held.data.items()}
    else:
        data = {key: value.encode() for key, value in held.data.items()}
        data |= {key: base64.b64decode(value) for key, value in held.binaryData.items()}
    if not source.items:
        return {key: File(value, mode, mtime=now) for key, value in data.items()}
    return {item.path: File(data[item.key], item.mode or mode, mtime=now) for item in source.items if item.key in data}


def payload(files: Mapping[str, File], now: float) -> Directory:
    """Files as upstream's atomic writer places them: a dated directory, `..data` pointing at it, links to what is inside."""
    from k8snb.runtime.programs.basic import format_date

    number = int.from_bytes(hashlib.sha256("\0".join(sorted(files)).encode()).digest()[:4])
    dated = format_date("..%Y_%m_%d_%H_%M_%S.", now) + str(number)
    from k8snb.runtime.filesystem import tree

    inside = tree(dict(files), now)
    tops = {name: Link(f"..data/{name}", mtime=now) for name in inside.entries}
    return Directory({dated: inside, "..data": Link(dated, mtime=now), **tops}, mode=0o777, mtime=now)


def token(client: Client, record: PodRecord, source: Any, now: float) -> str:
    """A service account token bound to the Pod, as the TokenRequest API gives it; empty if the account is gone."""
    pod = record.pod
    name = pod.spec.serviceAccountName or "default"
    account = client.find("serviceaccounts", name, pod.metadata.namespace)
    if account is None:
        return ""
    bound = {
        "node": {"name": pod.spec.nodeName},
        "pod": {"name": pod.metadata.name, "uid": pod.metadata.uid},
    }
    audiences = (source.audience,) if source.audience else ()
    return issue(client.server.store, account, now, source.expirationSeconds or TOKEN_SECONDS, audiences, bound)


# -- setting up ----------------------------------------------------------------------------------------------------------


def set_up(client: Client, record: PodRecord, node: NodeRecord) -> Directory:
    """Read what the volumes are made from into `record.sources`, and give the node's files as they are afterwards.

    MountFailure if something is not there.
    """
    files = node.files
    sources: dict[str, object] = {}
    namespace = record.pod.metadata.namespace
    for volume in record.pod.spec.volumes:
        for kind, source, _ in _parts(volume):
            if kind not in ("configmaps", "secrets"):
                continue
            name = _source_name(kind, source)
            found = client.find(kind, name, namespace)
            if found is not None:
                sources[f"{kind}/{name}"] = found
                _check_items(volume, kind, found, source, namespace)
            elif not source.optional and name != ROOT_CA:
                raise MountFailure(
                    f'MountVolume.SetUp failed for volume "{volume.name}" : {kind[:-1]} "{name}" not found'
                )
        if volume.hostPath is not None:
            files = _host_path(files, volume)
        elif claim_name(record.pod, volume):
            _claim_path(client, namespace, volume, claim_name(record.pod, volume))
    record.sources = sources
    return files


def _check_items(volume: Volume, kind: str, found: Any, source: Any, namespace: str) -> None:
    for item in source.items:
        known = {**found.data, **(found.binaryData if kind == "configmaps" else {})}
        if item.key not in known and not source.optional:
            what = f"configmap references non-existent config key: {item.key}"
            if kind == "secrets":
                what = f"references non-existent secret key: {item.key}"
            raise MountFailure(f'MountVolume.SetUp failed for volume "{volume.name}" : {what}')


def _lookup(root: Directory, path: str) -> Entry | None:
    entry: Entry | None = root
    for name in split(path):
        entry = entry.entries.get(name) if isinstance(entry, Directory) else None
    return entry


def _host_path(root: Directory, volume: Volume) -> Directory:
    """Check a hostPath's type on the node, and make what `…OrCreate` and an untyped path make."""
    from k8snb.runtime.filesystem import merge, tree

    assert volume.hostPath is not None
    path, kind = volume.hostPath.path, volume.hostPath.type or ""
    there = _lookup(root, path)
    if there is None and kind in ("", "DirectoryOrCreate"):
        return merge(root, tree({path.rstrip("/") + "/": ""}))
    if there is None and kind == "FileOrCreate":
        return merge(root, tree({path: ""}))
    wanted = {"Directory": Directory, "DirectoryOrCreate": Directory, "File": File, "FileOrCreate": File}.get(kind)
    if kind and (there is None or wanted is None or not isinstance(there, wanted)):
        what = _HOST_PATHS.get(kind, "file" if kind.startswith("File") else "directory")
        raise MountFailure(
            f'MountVolume.SetUp failed for volume "{volume.name}" : hostPath type check failed: {path} is not a {what}'
        )
    return root


_HOST_PATHS = {"Socket": "socket file", "CharDevice": "character device", "BlockDevice": "block device"}


def claim_name(pod: Any, volume: Volume) -> str:
    """The claim behind a volume, a generic ephemeral one's own among them; "" if there is none."""
    if volume.persistentVolumeClaim is not None:
        return volume.persistentVolumeClaim.claimName
    return f"{pod.metadata.name}-{volume.name}" if volume.ephemeral is not None else ""


def _claim_path(client: Client, namespace: str, volume: Volume, name: str) -> str:
    """The node's path behind a bound claim; MountFailure while it is not bound."""
    claim = client.find("persistentvolumeclaims", name, namespace)
    bound = (
        client.find("persistentvolumes", claim.spec.volumeName) if claim is not None and claim.spec.volumeName else None
    )
    if bound is None:
        raise MountFailure(
            f"Unable to attach or mount volumes: unmounted volumes=[{volume.name}], unattached volumes=[], "
            f"failed to process volumes=[]: error processing PVC {namespace}/{name}: PVC is not bound"
        )
    source = bound.spec.hostPath or bound.spec.local
    return str(source.path) if source is not None else f"/var/lib/kubelet/plugins/{bound.metadata.name}"


def frozen(
    client: Client, record: PodRecord, node: NodeRecord, now: float, container: Container, found: tuple[Mount, ...]
) -> tuple[Mount, ...]:
    """Mounts of a `subPath` of a ConfigMap, Secret or the like show what is there when the container starts, for ever."""
    by_name = {volume.name: volume for volume in record.pod.spec.volumes}
    made: list[Mount] = []
    for mount in found:
        volume = by_name.get(mount.key.removeprefix("vol:")) if mount.sub and mount.key.startswith("vol:") else None
        if volume is None or not any(True for _ in _parts(volume)):
            made.append(mount)
            continue
        key = f"sub:{container.name}:{mount.path}"
        whole = PodVolumes(client, record, node, now)[mount.key]
        try:
            entry = inside(whole, mount.sub, mount.path)
        except FileError:
            entry = Directory()
        record.volumes = {**record.volumes, key: entry}
        made.append(replace(mount, key=key, sub=""))
    return tuple(made)


_OWN_FILES = (
    Mount("/etc/hosts", "etc-hosts"),
    Mount("/etc/hostname", "etc-hostname"),
    Mount("/etc/resolv.conf", "resolv-conf"),
)


@lru_cache(maxsize=512)
def _termination_log(path: str, container: str) -> Mount:
    return Mount(path or "/dev/termination-log", f"termlog:{container}")


def mounts(client: Client, record: PodRecord, container: Container, variables: Mapping[str, str]) -> tuple[Mount, ...]:
    """Where a container sees what."""
    pod = record.pod
    by_name = {volume.name: volume for volume in pod.spec.volumes}
    found = [*_OWN_FILES, _termination_log(container.terminationMessagePath, container.name)]
    for item in container.volumeMounts:
        volume = by_name.get(item.name)
        if volume is None:
            continue
        sub = expand(item.subPathExpr, variables) if item.subPathExpr else item.subPath
        key, base, kind, readonly = f"vol:{item.name}", "", "tmpfs", item.readOnly
        if volume.hostPath is not None:
            key, base, kind = "host", volume.hostPath.path, "ext4"
        elif name := claim_name(pod, volume):
            key, base, kind = "host", _claim_path(client, pod.metadata.namespace, volume, name), "ext4"
            readonly = readonly or bool(volume.persistentVolumeClaim and volume.persistentVolumeClaim.readOnly)
        elif volume.emptyDir is None:
            readonly = True
        else:
            kind = "tmpfs" if volume.emptyDir.medium == "Memory" else "ext4"
        path = "/" + "/".join(split(item.mountPath))
        found.append(Mount(path, key, readonly, f"{base}/{sub}".strip("/"), kind))
    return tuple(found)
