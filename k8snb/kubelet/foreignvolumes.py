"""Volumes that need something outside the node: NFS servers, CSI drivers, disks of a cloud. There is none of that here, so they
cannot be mounted, and the kubelet says what it says on a node that cannot reach them.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubelet.volumes import MountFailure
from k8snb.runtime.limits import MARK

#: in-tree volume types whose work CSI drivers do since v1.26 or so: field -> driver
_MIGRATED = {
    "awsElasticBlockStore": "ebs.csi.aws.com",
    "azureDisk": "disk.csi.azure.com",
    "azureFile": "file.csi.azure.com",
    "cinder": "cinder.csi.openstack.org",
    "gcePersistentDisk": "pd.csi.storage.gke.io",
    "portworxVolume": "pxd.portworx.com",
    "vsphereVolume": "csi.vsphere.vmware.com",
}
_UNSIMULATED = (
    "cephfs",
    "fc",
    "flexVolume",
    "flocker",
    "gitRepo",
    "glusterfs",
    "image",
    "iscsi",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
)


def refuse(pod: Any) -> None:
    """MountFailure if a volume of the Pod cannot be had here."""
    for volume in pod.spec.volumes:
        if volume.nfs is not None:
            raise MountFailure(_nfs(pod, volume))
        driver = volume.csi.driver if volume.csi is not None else ""
        driver = driver or next((name for field, name in _MIGRATED.items() if getattr(volume, field) is not None), "")
        if driver:
            raise MountFailure(
                f'MountVolume.NewMounter initialization failed for volume "{volume.name}" : driver name {driver} not found '
                "in the list of registered CSI drivers"
            )
        kind = next((name for name in _UNSIMULATED if getattr(volume, name) is not None), "")
        if kind:
            raise MountFailure(f"{MARK}volumes of the type {kind} are not simulated: {volume.name} stays unmounted")


def _nfs(pod: Any, volume: Any) -> str:
    target = f"{volume.nfs.server}:{volume.nfs.path}"
    directory = f"/var/lib/kubelet/pods/{pod.metadata.uid}/volumes/kubernetes.io~nfs/{volume.name}"
    literal = volume.nfs.server.replace(".", "").isdigit()
    output = (
        "mount.nfs: Connection timed out"
        if literal
        else (f"mount.nfs: Failed to resolve server {volume.nfs.server}: Name or service not known")
    )
    return (
        f'MountVolume.SetUp failed for volume "{volume.name}" : mount failed: exit status 32\nMounting command: mount\n'
        f"Mounting arguments: -t nfs {target} {directory}\nOutput: {output}\n"
    )
