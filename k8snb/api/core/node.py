"""A machine of the cluster on which pods run (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct, Time
from k8snb.api.object import Object


class ConfigMapNodeConfigSource(Struct):
    """Removed feature: a ConfigMap holding kubelet configuration."""

    kubeletConfigKey: str = Field("string", "Key of the ConfigMap with the configuration.", zero="", always=True)
    name: str = Field("string", "Name of the ConfigMap.", zero="", always=True)
    namespace: str = Field("string", "Namespace of the ConfigMap.", zero="", always=True)
    resourceVersion: str = Field("string", "Resource version in use; only allowed in status.", zero="")
    uid: str = Field("types.UID", "UID of the ConfigMap in use; only allowed in status.", zero="")


class NodeConfigSource(Struct):
    """Removed feature: where the kubelet would take its configuration from."""

    configMap: ConfigMapNodeConfigSource | None = Field(
        "*ConfigMapNodeConfigSource", "ConfigMap with the configuration."
    )


class Taint(Struct):
    """A mark on a node that repels pods not tolerating it."""

    effect: str = Field(
        "TaintEffect",
        "NoSchedule keeps new pods away, PreferNoSchedule tries to, NoExecute also evicts running ones.",
        zero="",
        always=True,
        enum=("NoExecute", "NoSchedule", "PreferNoSchedule"),
    )
    key: str = Field("string", "Taint key, such as node.kubernetes.io/not-ready.", zero="", always=True)
    timeAdded: Time | None = Field(
        "*metav1.Time", "When the taint was put on; tolerationSeconds of NoExecute counts from here."
    )
    value: str = Field("string", "Optional value belonging to the key.", zero="")


class NodeSpec(Struct):
    """Settings of a node."""

    configSource: NodeConfigSource | None = Field(
        "*NodeConfigSource", "Removed feature (dynamic kubelet configuration); ignored."
    )
    externalID: str = Field("string", "Deprecated and unused; kept for old clients.", zero="")
    podCIDR: str = Field("string", "Address range from which the node's pods get their IPs.", zero="")
    podCIDRs: tuple[str, ...] = Field(
        "[]string",
        "Address ranges of both IP families, at most one each; the first equals podCIDR.",
        zero=(),
        list_type="set",
        strategy="merge",
    )
    providerID: str = Field("string", "Id of the machine at its cloud provider, as provider://id.", zero="")
    taints: tuple[Taint, ...] = Field(
        "[]Taint", "Marks that repel pods which do not tolerate them.", zero=(), list_type="atomic"
    )
    unschedulable: bool = Field("bool", "Cordoned: no new pods are scheduled here. Default false.", zero=False)


class AttachedVolume(Struct):
    """A volume attached to a node."""

    devicePath: str = Field("string", "Device path at which the volume is available.", zero="", always=True)
    name: str = Field("UniqueVolumeName", "Unique name of the volume, as plugin/id.", zero="", always=True)


class ContainerImage(Struct):
    """An image present on a node."""

    names: tuple[str, ...] = Field(
        "[]string", "All names of the image, tags as well as digests.", zero=(), list_type="atomic"
    )
    sizeBytes: int = Field("int64", "Size in bytes.", zero=0)


class NodeAddress(Struct):
    """An address of a node."""

    address: str = Field("string", "The address or name.", zero="", always=True)
    type: str = Field(
        "NodeAddressType", "Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.", zero="", always=True
    )


class NodeCondition(Struct):
    """One aspect of a node's health."""

    lastHeartbeatTime: Time | None = Field("metav1.Time", "When the condition was last reported.")
    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field(
        "ConditionStatus", "True, False or Unknown; Unknown once the node stops reporting.", zero="", always=True
    )
    type: str = Field(
        "NodeConditionType",
        "Ready, MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable.",
        zero="",
        always=True,
    )


class NodeConfigStatus(Struct):
    """Removed feature: state of dynamic kubelet configuration."""

    active: NodeConfigSource | None = Field("*NodeConfigSource", "Configuration the kubelet runs with.")
    assigned: NodeConfigSource | None = Field("*NodeConfigSource", "Configuration the kubelet will try next.")
    error: str = Field("string", "Why the assigned configuration could not be used.", zero="")
    lastKnownGood: NodeConfigSource | None = Field("*NodeConfigSource", "Configuration fallen back to after an error.")


class DaemonEndpoint(Struct):
    """The port of a daemon."""

    Port: int = Field("int32", "Port number. The JSON name really is capitalised.", zero=0, always=True)


class NodeDaemonEndpoints(Struct):
    """Ports of daemons on a node."""

    kubeletEndpoint: DaemonEndpoint = Field(
        "DaemonEndpoint", "Where the kubelet listens.", zero=DaemonEndpoint(), always=True
    )


class NodeFeatures(Struct):
    """Node-wide abilities of the container runtime."""

    supplementalGroupsPolicy: bool | None = Field(
        "*bool", "Whether the runtime honours securityContext.supplementalGroupsPolicy."
    )


class NodeRuntimeHandlerFeatures(Struct):
    """Abilities of a runtime handler."""

    recursiveReadOnlyMounts: bool | None = Field("*bool", "Whether recursively read-only mounts work.")
    userNamespaces: bool | None = Field("*bool", "Whether pods may have their own user namespace.")


class NodeRuntimeHandler(Struct):
    """A runtime handler of a node, as a RuntimeClass may name."""

    features: NodeRuntimeHandlerFeatures | None = Field("*NodeRuntimeHandlerFeatures", "What the handler supports.")
    name: str = Field("string", "Handler name; empty for the default handler.", zero="", always=True)


class NodeSwapStatus(Struct):
    """Swap space of a node."""

    capacity: int | None = Field("*int64", "Total swap in bytes.")


class NodeSystemInfo(Struct):
    """Ids and versions of a node."""

    architecture: str = Field("string", "Processor architecture, such as amd64 or arm64.", zero="", always=True)
    bootID: str = Field("string", "Id that changes with every boot.", zero="", always=True)
    containerRuntimeVersion: str = Field(
        "string", "Container runtime and version, as containerd://1.7.0.", zero="", always=True
    )
    kernelVersion: str = Field("string", "Kernel version, as uname -r prints it.", zero="", always=True)
    kubeProxyVersion: str = Field(
        "string",
        "Deprecated: version of kube-proxy, no longer reliably known; newer kubelets leave it empty.",
        zero="",
        always=True,
    )
    kubeletVersion: str = Field("string", "Version of the kubelet, such as v1.36.2.", zero="", always=True)
    machineID: str = Field("string", "Id of the machine, from /etc/machine-id.", zero="", always=True)
    operatingSystem: str = Field("string", "linux or windows.", zero="", always=True)
    osImage: str = Field("string", "Name of the operating system release, from /etc/os-release.", zero="", always=True)
    swap: NodeSwapStatus | None = Field("*NodeSwapStatus", "Swap space of the machine.")
    systemUUID: str = Field("string", "Id from the firmware (SMBIOS), unique to the hardware.", zero="", always=True)


class NodeStatus(Struct):
    """Observed state of a node."""

    addresses: tuple[NodeAddress, ...] = Field(
        "[]NodeAddress",
        "Addresses at which the node can be reached.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    allocatable: Mapping[str, Quantity] = Field(
        "ResourceList", "Resources available to pods: capacity minus what is reserved for the system.", zero=EMPTY_MAP
    )
    capacity: Mapping[str, Quantity] = Field("ResourceList", "All resources of the machine.", zero=EMPTY_MAP)
    conditions: tuple[NodeCondition, ...] = Field(
        "[]NodeCondition",
        "Health of the node: Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    config: NodeConfigStatus | None = Field("*NodeConfigStatus", "Removed feature (dynamic kubelet configuration).")
    daemonEndpoints: NodeDaemonEndpoints = Field(
        "NodeDaemonEndpoints", "Ports of daemons on the node.", zero=NodeDaemonEndpoints(), always=True
    )
    declaredFeatures: tuple[str, ...] = Field(
        "[]string",
        "Feature names the kubelet says it implements; the scheduler matches pods that need them.",
        zero=(),
        list_type="atomic",
    )
    features: NodeFeatures | None = Field("*NodeFeatures", "Node-wide features of the container runtime.")
    images: tuple[ContainerImage, ...] = Field(
        "[]ContainerImage",
        "Images present on the node, largest first; the kubelet reports at most 50.",
        zero=(),
        list_type="atomic",
    )
    nodeInfo: NodeSystemInfo = Field(
        "NodeSystemInfo", "Ids and versions of the machine and its software.", zero=NodeSystemInfo(), always=True
    )
    phase: str = Field("NodePhase", "Deprecated and no longer set.", zero="", enum=("Pending", "Running", "Terminated"))
    runtimeHandlers: tuple[NodeRuntimeHandler, ...] = Field(
        "[]NodeRuntimeHandler", "Runtime handlers available, and what each supports.", zero=(), list_type="atomic"
    )
    volumesAttached: tuple[AttachedVolume, ...] = Field(
        "[]AttachedVolume", "Volumes the attach/detach controller has attached.", zero=(), list_type="atomic"
    )
    volumesInUse: tuple[str, ...] = Field(
        "[]UniqueVolumeName",
        "Attachable volumes that the kubelet has mounted or is about to; they must not be detached.",
        zero=(),
        list_type="atomic",
    )


class Node(Object):
    """A machine of the cluster on which pods run."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Node"
    spec: NodeSpec = Field(
        "NodeSpec",
        "Desired behaviour: address ranges, taints, whether pods may be scheduled.",
        zero=NodeSpec(),
        always=True,
    )
    status: NodeStatus = Field(
        "NodeStatus", "What the kubelet and the node controller last observed.", zero=NodeStatus(), always=True
    )
