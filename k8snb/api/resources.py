"""Every built-in resource the server serves: one visible table, read by the server, discovery, RBAC and kubectl.

Rows stand in the order in which v1.36 lists them in discovery. A kind's model is imported when it is first needed, so
that a process that only touches Pods does not pay for certificates. Source: discovery of a v1.36 server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, cast

from k8snb.api.object import Object

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Subresource:
    """A second endpoint of an object: ``pods/log``. `kind` and `group_version` are what it speaks, not where it lives."""

    name: str
    kind: str
    group_version: str = ""
    verbs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """One plural name under one group and version, and what can be done with it."""

    group: str
    version: str
    kind: str
    plural: str
    module: str = ""
    namespaced: bool = True
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: tuple[Subresource, ...] = ()
    #: what clients are warned of when they use it
    deprecation: str = ""
    #: the class of a custom kind, made by its definition; built-in kinds are found by `module`
    custom: type[Object] | None = None
    #: the version of the definition that made it: schema, columns, subresources
    definition: Any = None
    #: of a version of a custom kind that is not the stored one: the one that is
    stored_as: Resource | None = None
    #: who would have to convert between its versions: a URL; empty where only the name differs
    webhook: str = ""

    #: ``apps/v1``
    api_version: str = field(init=False, default="")
    #: ``deployments.apps``: how errors and RBAC spell it; the core group has no suffix
    group_resource: str = field(init=False, default="")

    def __post_init__(self) -> None:
        # Asked for on every request, so worked out once.
        set_ = object.__setattr__
        set_(self, "api_version", f"{self.group}/{self.version}" if self.group else self.version)
        set_(self, "group_resource", f"{self.plural}.{self.group}" if self.group else self.plural)

    @property
    def singular_name(self) -> str:
        return self.singular or self.kind.lower()

    @property
    def model(self) -> type[Object]:
        """The typed class of the kind."""
        return self.custom or _model(self.module, self.kind)

    def subresource(self, name: str) -> Subresource | None:
        return next((sub for sub in self.subresources if sub.name == name), None)


@cache
def _model(module: str, kind: str) -> type[Object]:
    return cast(type[Object], getattr(import_module(f"k8snb.api.{module}"), kind))


RESOURCES: tuple[Resource, ...] = (
    Resource("", "v1", "Binding", "bindings", "core.pod", verbs=("create",)),
    Resource(
        "",
        "v1",
        "ComponentStatus",
        "componentstatuses",
        "core.componentstatus",
        namespaced=False,
        short_names=("cs",),
        verbs=("get", "list"),
        deprecation="v1 ComponentStatus is deprecated in v1.19+",
    ),
    Resource("", "v1", "ConfigMap", "configmaps", "core.configmap", short_names=("cm",)),
    Resource(
        "",
        "v1",
        "Endpoints",
        "endpoints",
        "core.endpoints",
        short_names=("ep",),
        deprecation="v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    ),
    Resource("", "v1", "Event", "events", "core.event", short_names=("ev",)),
    Resource("", "v1", "LimitRange", "limitranges", "core.limitrange", short_names=("limits",)),
    Resource(
        "",
        "v1",
        "Namespace",
        "namespaces",
        "core.namespace",
        namespaced=False,
        short_names=("ns",),
        verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
        subresources=(
            Subresource("finalize", "Namespace", "", ("update",)),
            Subresource("status", "Namespace", "", ("get", "patch", "update")),
        ),
    ),
    Resource(
        "",
        "v1",
        "Node",
        "nodes",
        "core.node",
        namespaced=False,
        short_names=("no",),
        subresources=(
            Subresource("proxy", "NodeProxyOptions", "", ("create", "delete", "get", "patch", "update")),
            Subresource("status", "Node", "", ("get", "patch", "update")),
        ),
    ),
    Resource(
        "",
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        "core.persistentvolumeclaim",
        short_names=("pvc",),
        subresources=(Subresource("status", "PersistentVolumeClaim", "", ("get", "patch", "update")),),
    ),
    Resource(
        "",
        "v1",
        "PersistentVolume",
        "persistentvolumes",
        "core.persistentvolume",
        namespaced=False,
        short_names=("pv",),
        subresources=(Subresource("status", "PersistentVolume", "", ("get", "patch", "update")),),
    ),
    Resource(
        "",
        "v1",
        "Pod",
        "pods",
        "core.pod",
        short_names=("po",),
        categories=("all",),
        subresources=(
            Subresource("attach", "PodAttachOptions", "", ("create", "get")),
            Subresource("binding", "Binding", "", ("create",)),
            Subresource("ephemeralcontainers", "Pod", "", ("get", "patch", "update")),
            Subresource("eviction", "Eviction", "policy/v1", ("create",)),
            Subresource("exec", "PodExecOptions", "", ("create", "get")),
            Subresource("log", "Pod", "", ("get",)),
            Subresource("portforward", "PodPortForwardOptions", "", ("create", "get")),
            Subresource("proxy", "PodProxyOptions", "", ("create", "delete", "get", "patch", "update")),
            Subresource("resize", "Pod", "", ("get", "patch", "update")),
            Subresource("status", "Pod", "", ("get", "patch", "update")),
        ),
    ),
    Resource("", "v1", "PodTemplate", "podtemplates", "core.pod"),
    Resource(
        "",
        "v1",
        "ReplicationController",
        "replicationcontrollers",
        "core.replicationcontroller",
        short_names=("rc",),
        categories=("all",),
        subresources=(
            Subresource("scale", "Scale", "autoscaling/v1", ("get", "patch", "update")),
            Subresource("status", "ReplicationController", "", ("get", "patch", "update")),
        ),
    ),
    Resource(
        "",
        "v1",
        "ResourceQuota",
        "resourcequotas",
        "core.resourcequota",
        short_names=("quota",),
        subresources=(Subresource("status", "ResourceQuota", "", ("get", "patch", "update")),),
    ),
    Resource("", "v1", "Secret", "secrets", "core.secret"),
    Resource(
        "",
        "v1",
        "ServiceAccount",
        "serviceaccounts",
        "core.serviceaccount",
        short_names=("sa",),
        subresources=(Subresource("token", "TokenRequest", "authentication.k8s.io/v1", ("create",)),),
    ),
    Resource(
        "",
        "v1",
        "Service",
        "services",
        "core.service",
        short_names=("svc",),
        categories=("all",),
        subresources=(
            Subresource("proxy", "ServiceProxyOptions", "", ("create", "delete", "get", "patch", "update")),
            Subresource("status", "Service", "", ("get", "patch", "update")),
        ),
    ),
    Resource(
        "apiregistration.k8s.io",
        "v1",
        "APIService",
        "apiservices",
        "apiregistration.apiservice",
        namespaced=False,
        categories=("api-extensions",),
        subresources=(Subresource("status", "APIService", "", ("get", "patch", "update")),),
    ),
    Resource("apps", "v1", "ControllerRevision", "controllerrevisions", "apps.controllerrevision"),
    Resource(
        "apps",
        "v1",
        "DaemonSet",
        "daemonsets",
        "apps.daemonset",
        short_names=("ds",),
        categories=("all",),
        subresources=(Subresource("status", "DaemonSet", "", ("get", "patch", "update")),),
    ),
    Resource(
        "apps",
        "v1",
        "Deployment",
        "deployments",
        "apps.deployment",
        short_names=("deploy",),
        categories=("all",),
        subresources=(
            Subresource("scale", "Scale", "autoscaling/v1", ("get", "patch", "update")),
            Subresource("status", "Deployment", "", ("get", "patch", "update")),
        ),
    ),
    Resource(
        "apps",
        "v1",
        "ReplicaSet",
        "replicasets",
        "apps.replicaset",
        short_names=("rs",),
        categories=("all",),
        subresources=(
            Subresource("scale", "Scale", "autoscaling/v1", ("get", "patch", "update")),
            Subresource("status", "ReplicaSet", "", ("get", "patch", "update")),
        ),
    ),
    Resource(
        "apps",
        "v1",
        "StatefulSet",
        "statefulsets",
        "apps.statefulset",
        short_names=("sts",),
        categories=("all",),
        subresources=(
            Subresource("scale", "Scale", "autoscaling/v1", ("get", "patch", "update")),
            Subresource("status", "StatefulSet", "", ("get", "patch", "update")),
        ),
    ),
    Resource("events.k8s.io", "v1", "Event", "events", "events.event", short_names=("ev",)),
    Resource(
        "authentication.k8s.io",
        "v1",
        "SelfSubjectReview",
        "selfsubjectreviews",
        "authentication.selfsubjectreview",
        namespaced=False,
        verbs=("create",),
    ),
    Resource(
        "authentication.k8s.io",
        "v1",
        "TokenReview",
        "tokenreviews",
        "authentication.tokenreview",
        namespaced=False,
        verbs=("create",),
    ),
    Resource(
        "authorization.k8s.io",
        "v1",
        "LocalSubjectAccessReview",
        "localsubjectaccessreviews",
        "authorization.subjectaccessreview",
        verbs=("create",),
    ),
    Resource(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectAccessReview",
        "selfsubjectaccessreviews",
        "authorization.subjectaccessreview",
        namespaced=False,
        verbs=("create",),
    ),
    Resource(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectRulesReview",
        "selfsubjectrulesreviews",
        "authorization.selfsubjectrulesreview",
        namespaced=False,
        verbs=("create",),
    ),
    Resource(
        "authorization.k8s.io",
        "v1",
        "SubjectAccessReview",
        "subjectaccessreviews",
        "authorization.subjectaccessreview",
        namespaced=False,
        verbs=("create",),
    ),
    Resource(
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "autoscaling.horizontalpodautoscaler",
        short_names=("hpa",),
        categories=("all",),
        subresources=(Subresource("status", "HorizontalPodAutoscaler", "", ("get", "patch", "update")),),
    ),
    Resource(
        "autoscaling",
        "v1",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "autoscaling.horizontalpodautoscaler_v1",
        short_names=("hpa",),
        categories=("all",),
        subresources=(Subresource("status", "HorizontalPodAutoscaler", "", ("get", "patch", "update")),),
    ),
    Resource(
        "batch",
        "v1",
        "CronJob",
        "cronjobs",
        "batch.cronjob",
        short_names=("cj",),
        categories=("all",),
        subresources=(Subresource("status", "CronJob", "", ("get", "patch", "update")),),
    ),
    Resource(
        "batch",
        "v1",
        "Job",
        "jobs",
        "batch.job",
        categories=("all",),
        subresources=(Subresource("status", "Job", "", ("get", "patch", "update")),),
    ),
    Resource(
        "certificates.k8s.io",
        "v1",
        "CertificateSigningRequest",
        "certificatesigningrequests",
        "certificates.certificatesigningrequest",
        namespaced=False,
        short_names=("csr",),
        subresources=(
            Subresource("approval", "CertificateSigningRequest", "", ("get", "patch", "update")),
            Subresource("status", "CertificateSigningRequest", "", ("get", "patch", "update")),
        ),
    ),
    Resource("networking.k8s.io", "v1", "IngressClass", "ingressclasses", "networking.ingressclass", namespaced=False),
    Resource(
        "networking.k8s.io",
        "v1",
        "Ingress",
        "ingresses",
        "networking.ingress",
        short_names=("ing",),
        subresources=(Subresource("status", "Ingress", "", ("get", "patch", "update")),),
    ),
    Resource(
        "networking.k8s.io",
        "v1",
        "IPAddress",
        "ipaddresses",
        "networking.ipaddress",
        namespaced=False,
        short_names=("ip",),
    ),
    Resource(
        "networking.k8s.io",
        "v1",
        "NetworkPolicy",
        "networkpolicies",
        "networking.networkpolicy",
        short_names=("netpol",),
    ),
    Resource(
        "networking.k8s.io",
        "v1",
        "ServiceCIDR",
        "servicecidrs",
        "networking.servicecidr",
        namespaced=False,
        subresources=(Subresource("status", "ServiceCIDR", "", ("get", "patch", "update")),),
    ),
    Resource(
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        "policy.poddisruptionbudget",
        short_names=("pdb",),
        subresources=(Subresource("status", "PodDisruptionBudget", "", ("get", "patch", "update")),),
    ),
    Resource(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        "rbac.rolebinding",
        namespaced=False,
    ),
    Resource("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "rbac.role", namespaced=False),
    Resource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rbac.rolebinding"),
    Resource("rbac.authorization.k8s.io", "v1", "Role", "roles", "rbac.role"),
    Resource("storage.k8s.io", "v1", "CSIDriver", "csidrivers", "storage.csidriver", namespaced=False),
    Resource("storage.k8s.io", "v1", "CSINode", "csinodes", "storage.csinode", namespaced=False),
    Resource("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities", "storage.csistoragecapacity"),
    Resource(
        "storage.k8s.io",
        "v1",
        "StorageClass",
        "storageclasses",
        "storage.storageclass",
        namespaced=False,
        short_names=("sc",),
    ),
    Resource(
        "storage.k8s.io",
        "v1",
        "VolumeAttachment",
        "volumeattachments",
        "storage.volumeattachment",
        namespaced=False,
        subresources=(Subresource("status", "VolumeAttachment", "", ("get", "patch", "update")),),
    ),
    Resource(
        "storage.k8s.io",
        "v1",
        "VolumeAttributesClass",
        "volumeattributesclasses",
        "storage.volumeattributesclass",
        namespaced=False,
        short_names=("vac",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingAdmissionPolicy",
        "mutatingadmissionpolicies",
        "admissionregistration.mutatingadmissionpolicy",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingAdmissionPolicyBinding",
        "mutatingadmissionpolicybindings",
        "admissionregistration.mutatingadmissionpolicy",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        "admissionregistration.webhookconfiguration",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        "admissionregistration.validatingadmissionpolicy",
        namespaced=False,
        categories=("api-extensions",),
        subresources=(Subresource("status", "ValidatingAdmissionPolicy", "", ("get", "patch", "update")),),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        "admissionregistration.validatingadmissionpolicy",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        "admissionregistration.webhookconfiguration",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "apiextensions.customresourcedefinition",
        namespaced=False,
        short_names=("crd", "crds"),
        categories=("api-extensions",),
        subresources=(Subresource("status", "CustomResourceDefinition", "", ("get", "patch", "update")),),
    ),
    Resource(
        "scheduling.k8s.io",
        "v1",
        "PriorityClass",
        "priorityclasses",
        "scheduling.priorityclass",
        namespaced=False,
        short_names=("pc",),
    ),
    Resource("coordination.k8s.io", "v1", "Lease", "leases", "coordination.lease"),
    Resource("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", "node.runtimeclass", namespaced=False),
    Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "discovery.endpointslice"),
    Resource("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", "resource.deviceclass", namespaced=False),
    Resource(
        "resource.k8s.io",
        "v1",
        "ResourceClaim",
        "resourceclaims",
        "resource.resourceclaim",
        subresources=(Subresource("status", "ResourceClaim", "", ("get", "patch", "update")),),
    ),
    Resource("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates", "resource.resourceclaim"),
    Resource("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", "resource.resourceslice", namespaced=False),
    Resource(
        "flowcontrol.apiserver.k8s.io",
        "v1",
        "FlowSchema",
        "flowschemas",
        "flowcontrol.flowschema",
        namespaced=False,
        subresources=(Subresource("status", "FlowSchema", "", ("get", "patch", "update")),),
    ),
    Resource(
        "flowcontrol.apiserver.k8s.io",
        "v1",
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations",
        "flowcontrol.prioritylevelconfiguration",
        namespaced=False,
        subresources=(Subresource("status", "PriorityLevelConfiguration", "", ("get", "patch", "update")),),
    ),
)


@cache
def builtin(plural: str, group: str = "", version: str = "") -> Resource:
    """The built-in resource of this plural name; the group's first version unless one is named. KeyError if unknown."""
    for resource in RESOURCES:
        if resource.plural == plural and resource.group == group and version in ("", resource.version):
            return resource
    raise KeyError(f"{plural}.{group}" if group else plural)
