"""A kind of storage to provision volumes from; cluster-wide. Provisioner, parameters, reclaim policy and binding mode are immutable (storage.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Field, Struct
from k8snb.api.object import Object


class TopologySelectorLabelRequirement(Struct):
    """A requirement on a topology label."""

    key: str = Field("string", "Topology label, such as topology.kubernetes.io/zone.", zero="", always=True)
    values: tuple[str, ...] = Field(
        "[]string", "Values of which one must match.", zero=(), always=True, list_type="atomic"
    )


class TopologySelectorTerm(Struct):
    """Requirements on a topology domain that must all hold; an empty term matches nothing."""

    matchLabelExpressions: tuple[TopologySelectorLabelRequirement, ...] = Field(
        "[]TopologySelectorLabelRequirement", "Requirements on the topology labels.", zero=(), list_type="atomic"
    )
    map_type: ClassVar[str] = "atomic"


class StorageClass(Object):
    """A kind of storage to provision volumes from; cluster-wide. Provisioner, parameters, reclaim policy and binding mode are immutable."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1"
    kind: ClassVar[str] = "StorageClass"
    allowVolumeExpansion: bool | None = Field(
        "*bool", "Whether claims of this class may be made bigger. Default false."
    )
    allowedTopologies: tuple[TopologySelectorTerm, ...] = Field(
        "[]v1.TopologySelectorTerm",
        "Zones or other domains volumes may be made in; all when unset. Only honoured by topology-aware drivers.",
        zero=(),
        list_type="atomic",
    )
    mountOptions: tuple[str, ...] = Field(
        "[]string", "Mount options given to volumes of this class; not validated.", zero=(), list_type="atomic"
    )
    parameters: Mapping[str, str] = Field(
        "map[string]string", "Settings for the provisioner, at most 512 entries and 256 KiB.", zero=EMPTY_MAP
    )
    provisioner: str = Field(
        "string",
        "Who makes the volumes: the name of a CSI driver, or kubernetes.io/no-provisioner.",
        zero="",
        always=True,
    )
    reclaimPolicy: str | None = Field(
        "*v1.PersistentVolumeReclaimPolicy",
        "Policy given to volumes of this class: Delete (default) or Retain.",
        enum=("Delete", "Recycle", "Retain"),
    )
    volumeBindingMode: str | None = Field(
        "*VolumeBindingMode",
        "Immediate (default) provisions at once; WaitForFirstConsumer waits for a pod to be scheduled.",
        enum=("Immediate", "WaitForFirstConsumer"),
    )
