"""A group of containers that share network and volumes and are scheduled as a unit onto one node (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.container import (
    AppArmorProfile,
    Container,
    ContainerStatus,
    EphemeralContainer,
    ResourceRequirements,
    SeccompProfile,
    SELinuxOptions,
    WindowsSecurityContextOptions,
)
from k8snb.api.core.volume import LocalObjectReference, Volume
from k8snb.api.meta import LabelSelector, ObjectMeta
from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct, Time
from k8snb.api.object import Object


class NodeSelectorRequirement(Struct):
    """A comparison of a node label (or field) with a list of values."""

    key: str = Field("string", "Label key, or field path in matchFields.", zero="", always=True)
    operator: str = Field(
        "NodeSelectorOperator",
        "In, NotIn, Exists, DoesNotExist, Gt or Lt.",
        zero="",
        always=True,
        enum=("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"),
    )
    values: tuple[str, ...] = Field(
        "[]string",
        "Values to compare with: non-empty for In and NotIn, empty for Exists and DoesNotExist, one integer for Gt and Lt.",
        zero=(),
        list_type="atomic",
    )


class NodeSelectorTerm(Struct):
    """Requirements that must all hold; an empty term matches no node."""

    matchExpressions: tuple[NodeSelectorRequirement, ...] = Field(
        "[]NodeSelectorRequirement", "Requirements on the node's labels.", zero=(), list_type="atomic"
    )
    matchFields: tuple[NodeSelectorRequirement, ...] = Field(
        "[]NodeSelectorRequirement",
        "Requirements on the node's fields; only metadata.name is supported.",
        zero=(),
        list_type="atomic",
    )
    map_type: ClassVar[str] = "atomic"


class NodeSelector(Struct):
    """A disjunction of node selector terms: matching any one is enough."""

    nodeSelectorTerms: tuple[NodeSelectorTerm, ...] = Field(
        "[]NodeSelectorTerm", "Alternatives, at least one; they are ORed.", zero=(), always=True, list_type="atomic"
    )
    map_type: ClassVar[str] = "atomic"


class PreferredSchedulingTerm(Struct):
    """A node wish with a weight."""

    preference: NodeSelectorTerm = Field(
        "NodeSelectorTerm",
        "Node properties that earn the weight; an empty term matches nothing.",
        zero=NodeSelectorTerm(),
        always=True,
    )
    weight: int = Field("int32", "Points for a matching node, 1 to 100.", zero=0, always=True)


class NodeAffinity(Struct):
    """Required and preferred node properties."""

    preferredDuringSchedulingIgnoredDuringExecution: tuple[PreferredSchedulingTerm, ...] = Field(
        "[]PreferredSchedulingTerm",
        "Weighted wishes: a node scores the sum of the weights of the terms it matches.",
        zero=(),
        list_type="atomic",
    )
    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector | None = Field(
        "*NodeSelector", "Terms of which a node must match one; a later change of labels does not evict the pod."
    )


class PodAffinityTerm(Struct):
    """A set of pods, and the topology domain in which togetherness is judged."""

    labelSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Pods the term is about; unset matches no pods."
    )
    matchLabelKeys: tuple[str, ...] = Field(
        "[]string",
        "Label keys whose values are taken from the incoming pod and must be equal, for example pod-template-hash.",
        zero=(),
        list_type="atomic",
    )
    mismatchLabelKeys: tuple[str, ...] = Field(
        "[]string",
        "Label keys whose values on the other pods must differ from those of the incoming pod.",
        zero=(),
        list_type="atomic",
    )
    namespaceSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "Namespaces to look in, by label; an empty selector means all of them. Added to namespaces.",
    )
    namespaces: tuple[str, ...] = Field(
        "[]string",
        "Names of namespaces to look in; with no namespaceSelector either, the pod's own.",
        zero=(),
        list_type="atomic",
    )
    topologyKey: str = Field(
        "string",
        "Node label whose equal values make nodes one domain, such as kubernetes.io/hostname; must not be empty.",
        zero="",
        always=True,
    )


class WeightedPodAffinityTerm(Struct):
    """A pod affinity term with a weight."""

    podAffinityTerm: PodAffinityTerm = Field(
        "PodAffinityTerm", "Pods and topology domain the wish is about.", zero=PodAffinityTerm(), always=True
    )
    weight: int = Field("int32", "Points for satisfying the term, 1 to 100.", zero=0, always=True)


class PodAffinity(Struct):
    """Pods to be placed together with."""

    preferredDuringSchedulingIgnoredDuringExecution: tuple[WeightedPodAffinityTerm, ...] = Field(
        "[]WeightedPodAffinityTerm",
        "Weighted wishes: domains that hold matching pods score their weight.",
        zero=(),
        list_type="atomic",
    )
    requiredDuringSchedulingIgnoredDuringExecution: tuple[PodAffinityTerm, ...] = Field(
        "[]PodAffinityTerm",
        "Terms that must all be satisfied when the pod is scheduled; later changes do not evict it.",
        zero=(),
        list_type="atomic",
    )


class PodAntiAffinity(Struct):
    """Pods to be kept apart from."""

    preferredDuringSchedulingIgnoredDuringExecution: tuple[WeightedPodAffinityTerm, ...] = Field(
        "[]WeightedPodAffinityTerm",
        "Weighted aversions: domains that hold matching pods lose their weight.",
        zero=(),
        list_type="atomic",
    )
    requiredDuringSchedulingIgnoredDuringExecution: tuple[PodAffinityTerm, ...] = Field(
        "[]PodAffinityTerm",
        "Terms none of which may be matched by a pod in the same domain; also honoured for pods that come later.",
        zero=(),
        list_type="atomic",
    )


class Affinity(Struct):
    """Node and pod (anti-)affinity rules of a pod."""

    nodeAffinity: NodeAffinity | None = Field("*NodeAffinity", "Which nodes the pod must or would rather run on.")
    podAffinity: PodAffinity | None = Field("*PodAffinity", "Pods it must or would rather share a node or zone with.")
    podAntiAffinity: PodAntiAffinity | None = Field("*PodAntiAffinity", "Pods it must or would rather stay apart from.")


class HostAlias(Struct):
    """A line of /etc/hosts."""

    hostnames: tuple[str, ...] = Field("[]string", "Names given to the address.", zero=(), list_type="atomic")
    ip: str = Field("string", "Address the names resolve to.", zero="", always=True)


class PodDNSConfigOption(Struct):
    """A resolver option."""

    name: str = Field("string", "Option name, for example ndots; required.", zero="")
    value: str | None = Field("*string", "Option value; unset for flags such as edns0.")


class PodDNSConfig(Struct):
    """Resolver settings of a pod, beyond what dnsPolicy gives."""

    nameservers: tuple[str, ...] = Field(
        "[]string", "DNS server addresses, appended to those of the policy; at most 3.", zero=(), list_type="atomic"
    )
    options: tuple[PodDNSConfigOption, ...] = Field(
        "[]PodDNSConfigOption",
        "Resolver options, merged with those of the policy; entries here win.",
        zero=(),
        list_type="atomic",
    )
    searches: tuple[str, ...] = Field(
        "[]string", "Search domains, appended to those of the policy; at most 32.", zero=(), list_type="atomic"
    )


class PodOS(Struct):
    """The operating system a pod is written for."""

    name: str = Field("OSName", "linux or windows.", zero="", always=True)


class PodReadinessGate(Struct):
    """A pod condition that has a say in readiness."""

    conditionType: str = Field(
        "PodConditionType", "Type of the condition in status.conditions that must be True.", zero="", always=True
    )


class PodResourceClaim(Struct):
    """A device claim of the pod: an existing ResourceClaim, or a template to make one from."""

    name: str = Field(
        "string",
        "Name by which the pod's containers refer to the claim: a DNS label, unique in the pod.",
        zero="",
        always=True,
    )
    resourceClaimName: str | None = Field("*string", "Existing ResourceClaim of the namespace; may be shared by pods.")
    resourceClaimTemplateName: str | None = Field(
        "*string", "ResourceClaimTemplate from which a claim owned by this pod is made."
    )


class PodSchedulingGate(Struct):
    """A gate that holds back scheduling."""

    name: str = Field("string", "Gate name; unique, a qualified name like example.com/quota.", zero="", always=True)


class PodSchedulingGroup(Struct):
    """The group a pod is scheduled as part of."""

    podGroupName: str | None = Field(
        "*string",
        "Name of the PodGroup, in the pod's namespace, that this pod is a member of; it may be created after the pod.",
    )


class Sysctl(Struct):
    """A kernel parameter and its value."""

    name: str = Field(
        "string", "Parameter name, for example net.core.somaxconn or net/core/somaxconn.", zero="", always=True
    )
    value: str = Field("string", "Value to set, as text.", zero="", always=True)


class PodSecurityContext(Struct):
    """Security settings shared by all containers of the pod, and applied to its volumes."""

    appArmorProfile: AppArmorProfile | None = Field(
        "*AppArmorProfile", "AppArmor profile for every container that does not set its own."
    )
    fsGroup: int | None = Field(
        "*int64", "Supplementary group of all containers; volumes that support ownership are made writable to it."
    )
    fsGroupChangePolicy: str | None = Field(
        "*PodFSGroupChangePolicy",
        "When volume ownership is changed to fsGroup: Always (default) or only on OnRootMismatch.",
        enum=("Always", "OnRootMismatch"),
    )
    runAsGroup: int | None = Field("*int64", "Primary group id of every process; the runtime's default when unset.")
    runAsNonRoot: bool | None = Field("*bool", "Refuse to start containers that would run as user 0.")
    runAsUser: int | None = Field("*int64", "User id of every process; each image's own user when unset.")
    seLinuxChangePolicy: str | None = Field(
        "*PodSELinuxChangePolicy",
        "How volumes get their SELinux label: Recursive relabels every file, MountOption (default where possible) mounts with it.",
    )
    seLinuxOptions: SELinuxOptions | None = Field("*SELinuxOptions", "SELinux label for all containers.")
    seccompProfile: SeccompProfile | None = Field(
        "*SeccompProfile", "System call filter for every container that does not set its own."
    )
    supplementalGroups: tuple[int, ...] = Field(
        "[]int64", "Further group ids given to the first process of each container.", zero=(), list_type="atomic"
    )
    supplementalGroupsPolicy: str | None = Field(
        "*SupplementalGroupsPolicy",
        "Merge (default) adds the groups the image's /etc/group defines; Strict uses only those listed in the pod.",
        enum=("Merge", "Strict"),
    )
    sysctls: tuple[Sysctl, ...] = Field(
        "[]Sysctl",
        "Namespaced kernel parameters set for the pod; unsafe ones need the kubelet's permission.",
        zero=(),
        list_type="atomic",
    )
    windowsOptions: WindowsSecurityContextOptions | None = Field(
        "*WindowsSecurityContextOptions", "Settings that only apply to Windows pods."
    )


class Toleration(Struct):
    """A taint, or family of taints, that does not repel the pod."""

    effect: str = Field(
        "TaintEffect",
        "Effect tolerated: NoSchedule, PreferNoSchedule or NoExecute; empty tolerates them all.",
        zero="",
        enum=("NoExecute", "NoSchedule", "PreferNoSchedule"),
    )
    key: str = Field("string", "Taint key tolerated; empty, with operator Exists, tolerates every taint.", zero="")
    operator: str = Field(
        "TolerationOperator",
        "Equal (default) compares value, Exists ignores it; Lt and Gt compare the numbers.",
        zero="",
        enum=("Equal", "Exists", "Gt", "Lt"),
    )
    tolerationSeconds: int | None = Field(
        "*int64", "How long a NoExecute taint is put up with; unset means for ever, zero or less evicts at once."
    )
    value: str = Field("string", "Taint value to match; must be empty with Exists.", zero="")


class TopologySpreadConstraint(Struct):
    """A bound on how unevenly matching pods may be spread over topology domains."""

    labelSelector: LabelSelector | None = Field("*metav1.LabelSelector", "Pods counted in each domain.")
    matchLabelKeys: tuple[str, ...] = Field(
        "[]string",
        "Label keys whose values are taken from the incoming pod to narrow the pods counted.",
        zero=(),
        list_type="atomic",
    )
    maxSkew: int = Field(
        "int32",
        "Largest allowed difference between a domain and the emptiest eligible one; at least 1.",
        zero=0,
        always=True,
    )
    minDomains: int | None = Field(
        "*int32",
        "With fewer eligible domains than this the global minimum counts as 0. Only with DoNotSchedule; default 1.",
    )
    nodeAffinityPolicy: str | None = Field(
        "*NodeInclusionPolicy",
        "Whether nodes the pod's own nodeSelector or affinity excludes are left out: Honor (default) or Ignore.",
        enum=("Honor", "Ignore"),
    )
    nodeTaintsPolicy: str | None = Field(
        "*NodeInclusionPolicy",
        "Whether nodes with untolerated taints are left out: Honor or Ignore (default).",
        enum=("Honor", "Ignore"),
    )
    topologyKey: str = Field(
        "string",
        "Node label whose values define the domains, such as topology.kubernetes.io/zone.",
        zero="",
        always=True,
    )
    whenUnsatisfiable: str = Field(
        "UnsatisfiableConstraintAction",
        "DoNotSchedule keeps the pod pending; ScheduleAnyway only prefers nodes that lower the skew.",
        zero="",
        always=True,
        enum=("DoNotSchedule", "ScheduleAnyway"),
    )


class PodSpec(Struct):
    """What a pod should run and how: its containers, volumes, scheduling wishes and security settings. Most of it is immutable once created."""

    activeDeadlineSeconds: int | None = Field(
        "*int64",
        "Seconds the pod may run, counted from status.startTime, before it is marked Failed (reason DeadlineExceeded) and its containers killed.",
    )
    affinity: Affinity | None = Field(
        "*Affinity",
        "Rules that attract the pod to, or repel it from, nodes and other pods; evaluated by the scheduler only.",
    )
    automountServiceAccountToken: bool | None = Field(
        "*bool",
        "Whether a service account token is mounted into the containers. Overrides the ServiceAccount's own setting; unset means true.",
    )
    containers: tuple[Container, ...] = Field(
        "[]Container",
        "Application containers, run side by side. At least one is required and the list cannot grow or shrink after creation.",
        zero=(),
        always=True,
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    dnsConfig: PodDNSConfig | None = Field(
        "*PodDNSConfig",
        "Extra resolver settings, merged with those that dnsPolicy produces. Required when dnsPolicy is None.",
    )
    dnsPolicy: str = Field(
        "DNSPolicy",
        "How /etc/resolv.conf is built: ClusterFirst (default), ClusterFirstWithHostNet, Default (the node's own) or None.",
        zero="",
        enum=("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    )
    enableServiceLinks: bool | None = Field(
        "*bool",
        "Whether an environment variable set is injected for every service of the namespace, Docker-link style. Default true.",
    )
    ephemeralContainers: tuple[EphemeralContainer, ...] = Field(
        "[]EphemeralContainer",
        "Debugging containers added to a running pod through the ephemeralcontainers subresource; never set at creation and never removed.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    hostAliases: tuple[HostAlias, ...] = Field(
        "[]HostAlias",
        "Extra lines the kubelet adds to the pod's /etc/hosts.",
        zero=(),
        list_type="map",
        list_keys=("ip",),
        merge_key="ip",
        strategy="merge",
    )
    hostIPC: bool = Field("bool", "Share the node's IPC namespace. Default false.", zero=False)
    hostNetwork: bool = Field(
        "bool",
        "Use the node's network namespace, so the pod's IP is the node's. Every containerPort then needs an equal hostPort.",
        zero=False,
    )
    hostPID: bool = Field(
        "bool", "Share the node's process namespace, making all of its processes visible. Default false.", zero=False
    )
    hostUsers: bool | None = Field(
        "*bool",
        "False gives the pod its own user namespace, so root inside maps to an unprivileged user outside. Default true.",
    )
    hostname: str = Field(
        "string", "Host name inside the pod; defaults to metadata.name. A DNS label of at most 63 characters.", zero=""
    )
    hostnameOverride: str | None = Field(
        "*string",
        "Exact host name (a DNS subdomain, at most 64 characters) seen inside the pod, winning over hostname and subdomain; no DNS record is made for it.",
    )
    imagePullSecrets: tuple[LocalObjectReference, ...] = Field(
        "[]LocalObjectReference",
        "Secrets of the pod's namespace whose registry credentials the kubelet uses to pull images.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    initContainers: tuple[Container, ...] = Field(
        "[]Container",
        "Containers run one after another to completion before the application starts; those with restartPolicy Always keep running as sidecars.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    nodeName: str = Field(
        "string",
        "Node the pod is bound to. The scheduler sets it; a value given at creation bypasses scheduling altogether.",
        zero="",
    )
    nodeSelector: Mapping[str, str] = Field(
        "map[string]string",
        "Labels a node must all carry for the pod to be scheduled on it.",
        zero=EMPTY_MAP,
        map_type="atomic",
    )
    os: PodOS | None = Field(
        "*PodOS", "Operating system the containers are made for; it restricts which security fields may be set."
    )
    overhead: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Resources of running the sandbox itself, added to the requests by the scheduler. Filled from the RuntimeClass, not by users.",
        zero=EMPTY_MAP,
    )
    preemptionPolicy: str | None = Field(
        "*PreemptionPolicy",
        "Whether the pod may evict lower-priority ones to be scheduled: PreemptLowerPriority (default) or Never.",
        enum=("Never", "PreemptLowerPriority"),
    )
    priority: int | None = Field(
        "*int32", "Numeric priority, filled by admission from priorityClassName; the higher number is scheduled first."
    )
    priorityClassName: str = Field(
        "string",
        "PriorityClass that sets priority and preemptionPolicy. Empty means the cluster's default class, else priority 0.",
        zero="",
    )
    readinessGates: tuple[PodReadinessGate, ...] = Field(
        "[]PodReadinessGate",
        "Additional pod conditions that must be True before the pod counts as Ready.",
        zero=(),
        list_type="atomic",
    )
    resourceClaims: tuple[PodResourceClaim, ...] = Field(
        "[]PodResourceClaim",
        "Dynamically allocated devices the pod needs, declared here by name so containers can refer to them.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge,retainKeys",
    )
    resources: ResourceRequirements | None = Field(
        "*ResourceRequirements",
        "Requests and limits for the pod as a whole (cpu, memory, hugepages), shared by its containers.",
    )
    restartPolicy: str = Field(
        "RestartPolicy",
        "When containers are restarted after they exit: Always (default), OnFailure or Never. Containers may override it.",
        zero="",
        enum=("Always", "Never", "OnFailure"),
    )
    runtimeClassName: str | None = Field(
        "*string",
        "RuntimeClass that selects the container runtime handler; a missing class keeps the pod from running.",
    )
    schedulerName: str = Field("string", 'Scheduler that should place the pod. Default "default-scheduler".', zero="")
    schedulingGates: tuple[PodSchedulingGate, ...] = Field(
        "[]PodSchedulingGate",
        "While any gate is listed the scheduler leaves the pod alone. Gates are set at creation and can then only be removed.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    schedulingGroup: PodSchedulingGroup | None = Field(
        "*PodSchedulingGroup", "Group of pods this one is scheduled together with, for gang scheduling."
    )
    securityContext: PodSecurityContext | None = Field(
        "*PodSecurityContext", "Security attributes of the pod as a whole and the defaults for its containers."
    )
    serviceAccount: str = Field(
        "string", "Deprecated twin of serviceAccountName, kept equal to it by the server.", zero=""
    )
    serviceAccountName: str = Field(
        "string", 'ServiceAccount whose identity the pod runs with. Admission fills in "default".', zero=""
    )
    setHostnameAsFQDN: bool | None = Field(
        "*bool",
        "Use the fully qualified name (hostname.subdomain.namespace.svc.domain) as the kernel's host name. Default false.",
    )
    shareProcessNamespace: bool | None = Field(
        "*bool", "Let the containers see and signal each other's processes. Cannot be combined with hostPID."
    )
    subdomain: str = Field(
        "string", "Name of a headless service; the pod is then resolvable as hostname.subdomain.namespace.svc.", zero=""
    )
    terminationGracePeriodSeconds: int | None = Field(
        "*int64", "Seconds between the stop signal and the forced kill at deletion. Default 30; 0 kills at once."
    )
    tolerations: tuple[Toleration, ...] = Field(
        "[]Toleration",
        "Node taints the pod puts up with; admission adds those for not-ready and unreachable nodes (300 s).",
        zero=(),
        list_type="atomic",
    )
    topologySpreadConstraints: tuple[TopologySpreadConstraint, ...] = Field(
        "[]TopologySpreadConstraint",
        "How evenly matching pods are to be spread over zones, nodes or other topology domains; all constraints must hold.",
        zero=(),
        list_type="map",
        list_keys=("topologyKey", "whenUnsatisfiable"),
        merge_key="topologyKey",
        strategy="merge",
    )
    volumes: tuple[Volume, ...] = Field(
        "[]Volume",
        "Storage that the containers may mount by name; names must be unique.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge,retainKeys",
    )


class HostIP(Struct):
    """One address of a node."""

    ip: str = Field("string", "The address, IPv4 or IPv6.", zero="", always=True)


class NodeAllocatableResourceClaimStatus(Struct):
    """Node resources a pod received through one device claim."""

    containers: tuple[str, ...] = Field(
        "[]string", "Names of the pod's containers that refer to the claim.", zero=(), list_type="set"
    )
    resourceClaimName: str = Field("string", "ResourceClaim that allocated the resources.", zero="", always=True)
    resources: Mapping[str, Quantity] = Field(
        "map[ResourceName]resource.Quantity", "Amounts allocated, by resource name.", zero=EMPTY_MAP, always=True
    )


class PodCondition(Struct):
    """One milestone of a pod and whether it has been reached."""

    lastProbeTime: Time | None = Field("metav1.Time", "When the condition was last checked.")
    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    observedGeneration: int = Field("int64", "metadata.generation of the pod the condition was set for.", zero=0)
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "PodConditionType",
        "PodScheduled, Initialized, ContainersReady, Ready, DisruptionTarget, PodReadyToStartContainers or a readiness gate's own.",
        zero="",
        always=True,
    )


class ContainerExtendedResourceRequest(Struct):
    """Ties a container's extended resource to a device request."""

    containerName: str = Field("string", "Container that asks for the resource.", zero="", always=True)
    requestName: str = Field("string", "Request within the generated ResourceClaim.", zero="", always=True)
    resourceName: str = Field("string", "Extended resource, such as example.com/gpu.", zero="", always=True)


class PodExtendedResourceClaimStatus(Struct):
    """The ResourceClaim made to satisfy extended resources of a pod with devices."""

    requestMappings: tuple[ContainerExtendedResourceRequest, ...] = Field(
        "[]ContainerExtendedResourceRequest",
        "Which device request serves which container's extended resource.",
        zero=(),
        always=True,
        list_type="atomic",
    )
    resourceClaimName: str = Field(
        "string", "Name of that ResourceClaim, in the pod's namespace.", zero="", always=True
    )


class PodIP(Struct):
    """One address of a pod."""

    ip: str = Field("string", "The address, IPv4 or IPv6.", zero="", always=True)


class PodResourceClaimStatus(Struct):
    """The ResourceClaim behind one claim entry of the pod."""

    name: str = Field("string", "Name of the entry in spec.resourceClaims.", zero="", always=True)
    resourceClaimName: str | None = Field(
        "*string", "ResourceClaim made from the template; unset when none was needed."
    )


class PodStatus(Struct):
    """What is known of a pod's present state, mostly written by its kubelet."""

    allocatedResources: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Pod-level requests the node has set aside for the pod; they lag behind the spec during an in-place resize.",
        zero=EMPTY_MAP,
    )
    conditions: tuple[PodCondition, ...] = Field(
        "[]PodCondition",
        "Milestones of the pod: PodScheduled, Initialized, ContainersReady, Ready and others.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    containerStatuses: tuple[ContainerStatus, ...] = Field(
        "[]ContainerStatus",
        "One entry per application container, each with its state, readiness and restart count.",
        zero=(),
        list_type="atomic",
    )
    ephemeralContainerStatuses: tuple[ContainerStatus, ...] = Field(
        "[]ContainerStatus", "One entry per ephemeral container that has been started.", zero=(), list_type="atomic"
    )
    extendedResourceClaimStatus: PodExtendedResourceClaimStatus | None = Field(
        "*PodExtendedResourceClaimStatus",
        "ResourceClaim the scheduler made on the pod's behalf for extended resources backed by devices.",
    )
    hostIP: str = Field(
        "string",
        "Address of the node the pod is bound to; empty before binding. It stays when the node goes away.",
        zero="",
    )
    hostIPs: tuple[HostIP, ...] = Field(
        "[]HostIP",
        "All addresses of the node, at most one per IP family; the first equals hostIP.",
        zero=(),
        list_type="atomic",
        merge_key="ip",
        strategy="merge",
    )
    initContainerStatuses: tuple[ContainerStatus, ...] = Field(
        "[]ContainerStatus", "One entry per init container, in spec order.", zero=(), list_type="atomic"
    )
    message: str = Field("string", "Sentence telling why the pod is in its present state.", zero="")
    nodeAllocatableResourceClaimStatuses: tuple[NodeAllocatableResourceClaimStatus, ...] = Field(
        "[]NodeAllocatableResourceClaimStatus",
        "Node resources (cpu, memory, …) handed out to the pod through its device claims.",
        zero=(),
        list_type="atomic",
    )
    nominatedNodeName: str = Field(
        "string", "Node on which preemption is making room for the pod; it may still end up elsewhere.", zero=""
    )
    observedGeneration: int = Field("int64", "metadata.generation of the pod that this status reflects.", zero=0)
    phase: str = Field(
        "PodPhase",
        "Coarse summary of the life cycle: Pending, Running, Succeeded, Failed or Unknown.",
        zero="",
        enum=("Failed", "Pending", "Running", "Succeeded", "Unknown"),
    )
    podIP: str = Field("string", "Address of the pod, reachable from the whole cluster; empty until assigned.", zero="")
    podIPs: tuple[PodIP, ...] = Field(
        "[]PodIP",
        "All addresses of the pod, at most one per IP family; the first equals podIP.",
        zero=(),
        list_type="map",
        list_keys=("ip",),
        merge_key="ip",
        strategy="merge",
    )
    qosClass: str = Field(
        "PodQOSClass",
        "Eviction class derived from requests and limits: Guaranteed, Burstable or BestEffort.",
        zero="",
        enum=("BestEffort", "Burstable", "Guaranteed"),
    )
    reason: str = Field(
        "string", "CamelCase word for why the pod is in its present state, such as Evicted or NodeLost.", zero=""
    )
    resize: str = Field(
        "PodResizeStatus",
        "Deprecated progress of an in-place resize; superseded by the conditions PodResizePending and PodResizeInProgress.",
        zero="",
    )
    resourceClaimStatuses: tuple[PodResourceClaimStatus, ...] = Field(
        "[]PodResourceClaimStatus",
        "For each entry of spec.resourceClaims, the ResourceClaim really used.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge,retainKeys",
    )
    resources: ResourceRequirements | None = Field(
        "*ResourceRequirements", "Pod-level requests and limits actually in force on the node."
    )
    startTime: Time | None = Field("*metav1.Time", "When the kubelet accepted the pod, before any image was pulled.")


class Pod(Object):
    """A group of containers that share network and volumes and are scheduled as a unit onto one node."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Pod"
    spec: PodSpec = Field("PodSpec", "Containers to run, and how and where to run them.", zero=PodSpec(), always=True)
    status: PodStatus = Field(
        "PodStatus",
        "What the kubelet last reported: phase, conditions, addresses and container states.",
        zero=PodStatus(),
        always=True,
    )


class PodTemplateSpec(Struct):
    """The mould from which a controller makes pods: metadata and a pod spec."""

    metadata: ObjectMeta = Field(
        "metav1.ObjectMeta",
        "Labels, annotations and finalizers for the pods made; names are generated by the controller.",
        zero=ObjectMeta(),
        always=True,
    )
    spec: PodSpec = Field(
        "PodSpec", "Desired behaviour of the pods made from this template.", zero=PodSpec(), always=True
    )


class PodTemplate(Object):
    """A stored mould for pods, as an object of its own."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "PodTemplate"
    template: PodTemplateSpec = Field(
        "PodTemplateSpec", "The mould: metadata and spec of the pods.", zero=PodTemplateSpec(), always=True
    )


class ObjectReference(Struct):
    """Points at an object, or at a part of one."""

    apiVersion: str = Field("string", "API version of the object.", zero="")
    fieldPath: str = Field("string", "Part of the object meant, such as spec.containers{web}.", zero="")
    kind: str = Field("string", "Kind of the object.", zero="")
    name: str = Field("string", "Name of the object.", zero="")
    namespace: str = Field("string", "Namespace of the object; empty if it has none.", zero="")
    resourceVersion: str = Field("string", "The very version of the object meant, if that matters.", zero="")
    uid: str = Field("types.UID", "UID of the object, to tell it from a later one of the same name.", zero="")
    map_type: ClassVar[str] = "atomic"


class Binding(Object):
    """Assigns a pod to a node; posted to the pod's binding subresource by the scheduler."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Binding"
    target: ObjectReference = Field(
        "ObjectReference", "The node to bind to: kind Node and its name.", zero=ObjectReference(), always=True
    )
