"""Which strategy serves which resource: one row a kind. A strategy is imported when its resource is first used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from k8snb.api.model import encode
from k8snb.api.resources import Resource
from k8snb.apiserver.conversion import storage_of
from k8snb.apiserver.registry.strategy import Strategy

#: group resource -> (module under k8snb.apiserver.registry, class)
STRATEGIES: dict[str, tuple[str, str]] = {
    "apiservices.apiregistration.k8s.io": ("apiservice", "APIServiceStrategy"),
    "certificatesigningrequests.certificates.k8s.io": (
        "certificatesigningrequest",
        "CertificateSigningRequestStrategy",
    ),
    "clusterrolebindings.rbac.authorization.k8s.io": ("rbac", "RoleBindingStrategy"),
    "clusterroles.rbac.authorization.k8s.io": ("rbac", "RoleStrategy"),
    "componentstatuses": ("componentstatus", "ComponentStatusStrategy"),
    "configmaps": ("configmap", "ConfigMapStrategy"),
    "controllerrevisions.apps": ("controllerrevision", "ControllerRevisionStrategy"),
    "cronjobs.batch": ("cronjob", "CronJobStrategy"),
    "csidrivers.storage.k8s.io": ("csi", "CSIDriverStrategy"),
    "csinodes.storage.k8s.io": ("csi", "CSINodeStrategy"),
    "csistoragecapacities.storage.k8s.io": ("csi", "CSIStorageCapacityStrategy"),
    "customresourcedefinitions.apiextensions.k8s.io": (
        "customresourcedefinition",
        "CustomResourceDefinitionStrategy",
    ),
    "daemonsets.apps": ("daemonset", "DaemonSetStrategy"),
    "deployments.apps": ("deployment", "DeploymentStrategy"),
    "deviceclasses.resource.k8s.io": ("dynamicresources", "DeviceClassStrategy"),
    "endpoints": ("endpoints", "EndpointsStrategy"),
    "endpointslices.discovery.k8s.io": ("endpointslice", "EndpointSliceStrategy"),
    "events": ("event", "EventStrategy"),
    "flowschemas.flowcontrol.apiserver.k8s.io": ("flowcontrol", "FlowSchemaStrategy"),
    "horizontalpodautoscalers.autoscaling": ("horizontalpodautoscaler", "HorizontalPodAutoscalerStrategy"),
    "ingressclasses.networking.k8s.io": ("ingress", "IngressClassStrategy"),
    "ingresses.networking.k8s.io": ("ingress", "IngressStrategy"),
    "ipaddresses.networking.k8s.io": ("smallkinds", "IPAddressStrategy"),
    "jobs.batch": ("job", "JobStrategy"),
    "leases.coordination.k8s.io": ("lease", "LeaseStrategy"),
    "limitranges": ("limitrange", "LimitRangeStrategy"),
    "localsubjectaccessreviews.authorization.k8s.io": ("reviews", "AccessReviewStrategy"),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": (
        "admissionregistration",
        "MutatingAdmissionPolicyStrategy",
    ),
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "admissionregistration",
        "AdmissionPolicyBindingStrategy",
    ),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": (
        "admissionregistration",
        "WebhookConfigurationStrategy",
    ),
    "namespaces": ("namespace", "NamespaceStrategy"),
    "networkpolicies.networking.k8s.io": ("networkpolicy", "NetworkPolicyStrategy"),
    "nodes": ("node", "NodeStrategy"),
    "nodes.metrics.k8s.io": ("metrics", "MetricsStrategy"),
    "persistentvolumeclaims": ("persistentvolumeclaim", "PersistentVolumeClaimStrategy"),
    "persistentvolumes": ("persistentvolume", "PersistentVolumeStrategy"),
    "poddisruptionbudgets.policy": ("poddisruptionbudget", "PodDisruptionBudgetStrategy"),
    "pods": ("pod", "PodStrategy"),
    "pods.metrics.k8s.io": ("metrics", "MetricsStrategy"),
    "podtemplates": ("smallkinds", "PodTemplateStrategy"),
    "priorityclasses.scheduling.k8s.io": ("priorityclass", "PriorityClassStrategy"),
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": (
        "flowcontrol",
        "PriorityLevelConfigurationStrategy",
    ),
    "replicasets.apps": ("replicaset", "ReplicaSetStrategy"),
    "replicationcontrollers": ("replicationcontroller", "ReplicationControllerStrategy"),
    "resourceclaims.resource.k8s.io": ("dynamicresources", "ResourceClaimStrategy"),
    "resourceclaimtemplates.resource.k8s.io": ("dynamicresources", "ResourceClaimTemplateStrategy"),
    "resourcequotas": ("resourcequota", "ResourceQuotaStrategy"),
    "resourceslices.resource.k8s.io": ("dynamicresources", "ResourceSliceStrategy"),
    "rolebindings.rbac.authorization.k8s.io": ("rbac", "RoleBindingStrategy"),
    "roles.rbac.authorization.k8s.io": ("rbac", "RoleStrategy"),
    "runtimeclasses.node.k8s.io": ("smallkinds", "RuntimeClassStrategy"),
    "secrets": ("secret", "SecretStrategy"),
    "selfsubjectaccessreviews.authorization.k8s.io": ("reviews", "AccessReviewStrategy"),
    "selfsubjectreviews.authentication.k8s.io": ("reviews", "SelfSubjectReviewStrategy"),
    "selfsubjectrulesreviews.authorization.k8s.io": ("reviews", "RulesReviewStrategy"),
    "serviceaccounts": ("serviceaccount", "ServiceAccountStrategy"),
    "servicecidrs.networking.k8s.io": ("smallkinds", "ServiceCIDRStrategy"),
    "services": ("service", "ServiceStrategy"),
    "statefulsets.apps": ("statefulset", "StatefulSetStrategy"),
    "storageclasses.storage.k8s.io": ("storageclass", "StorageClassStrategy"),
    "subjectaccessreviews.authorization.k8s.io": ("reviews", "AccessReviewStrategy"),
    "tokenreviews.authentication.k8s.io": ("reviews", "TokenReviewStrategy"),
    "validatingadmissionpolicies.admissionregistration.k8s.io": (
        "admissionregistration",
        "ValidatingAdmissionPolicyStrategy",
    ),
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "admissionregistration",
        "AdmissionPolicyBindingStrategy",
    ),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": (
        "admissionregistration",
        "WebhookConfigurationStrategy",
    ),
    "volumeattachments.storage.k8s.io": ("csi", "VolumeAttachmentStrategy"),
    "volumeattributesclasses.storage.k8s.io": ("csi", "VolumeAttributesClassStrategy"),
}

_PLAIN = Strategy()


def strategy_of(resource: Resource) -> Strategy:
    """The strategy of a resource, built-in or custom."""
    if resource.custom is not None:
        return custom_strategy(resource)
    return strategy_for(storage_of(resource).group_resource)


@cache
def custom_strategy(resource: Resource) -> Strategy:
    """The strategy of one version of a custom kind."""
    from k8snb.apiserver.registry.customresource import CustomResourceStrategy

    version = resource.definition
    schema = encode(version.schema_.openAPIV3Schema) if version.schema_ is not None else {}
    names = frozenset(sub.name for sub in resource.subresources)
    fields = tuple(field.jsonPath.removeprefix(".") for field in version.selectableFields)
    return CustomResourceStrategy(schema, version.additionalPrinterColumns, names, fields)


@cache
def strategy_for(group_resource: str) -> Strategy:
    """The strategy of a resource; kinds without anything special share the plain one."""
    row = STRATEGIES.get(group_resource)
    if row is None:
        return _PLAIN
    module = import_module(f"k8snb.apiserver.registry.{row[0]}")
    return cast(Strategy, getattr(module, row[1])())
