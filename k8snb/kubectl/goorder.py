"""The order of Go's struct fields, for objects that kubectl holds as structs and prints with `-o json`.

What kubectl reads from a server and passes on is printed in the order of the alphabet; what it makes itself, or gets from a
typed client (`create deployment`, `run`), keeps the order in which `k8s.io/api` declares the fields. Only types whose
order is not the alphabet's are listed; fields that are not listed follow in the order of our own models.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api.removed import removed_resources
from k8snb.api.resources import RESOURCES
from k8snb.apiserver.patch.schema import schema_of


def in_go_order(obj: dict[str, Any]) -> dict[str, Any]:
    """The object with the members of known types in Go's order; as it is for kinds that are not built in."""
    version, kind = obj.get("apiVersion"), obj.get("kind")
    rows = (*RESOURCES, *removed_resources())
    resource = next((row for row in rows if row.api_version == version and row.kind == kind), None)
    if resource is None:
        return obj
    ordered = _ordered(obj, resource.model)
    return {"kind": kind, "apiVersion": version, **ordered}


#: type -> a field that Go writes out as null where it is empty
_NULL: Final = {"Event": "eventTime", "PodCondition": "lastProbeTime", "TokenRequestSpec": "boundObjectRef"}


def _ordered(value: dict[str, Any], cls: Any) -> dict[str, Any]:
    schemas = schema_of(cls)
    if cls.__name__ in _NULL:
        value = {_NULL[cls.__name__]: None, **value}
    order = ORDER.get(cls.__name__, "").split()
    names = [name for name in order if name in value] + [name for name in value if name not in order]
    found: dict[str, Any] = {}
    for name in names:
        item, schema = value[name], schemas.get(name)
        if schema is None or schema.cls is None or not item:
            found[name] = {key: item[key] for key in sorted(item)} if isinstance(item, dict) else item
        elif schema.is_list:
            found[name] = [_ordered(part, schema.cls) for part in item]
        elif schema.is_map:
            found[name] = {key: _ordered(item[key], schema.cls) for key in sorted(item)}
        else:
            found[name] = _ordered(item, schema.cls)
    return found


#: type -> its fields in Go's order
ORDER: Final[dict[str, str]] = {
    "AWSElasticBlockStoreVolumeSource": "volumeID fsType partition readOnly",
    "AppArmorProfile": "type localhostProfile",
    "AttachedVolume": "name devicePath",
    "AzureDiskVolumeSource": "diskName diskURI cachingMode fsType readOnly kind",
    "AzureFilePersistentVolumeSource": "secretName shareName readOnly secretNamespace",
    "AzureFileVolumeSource": "secretName shareName readOnly",
    "CSIPersistentVolumeSource": (
        "driver volumeHandle readOnly fsType volumeAttributes controllerPublishSecretRef nodeStageSecretRef "
        "nodePublishSecretRef controllerExpandSecretRef nodeExpandSecretRef"
    ),
    "CSIVolumeSource": "driver readOnly fsType volumeAttributes nodePublishSecretRef",
    "CephFSPersistentVolumeSource": "monitors path user secretFile secretRef readOnly",
    "CephFSVolumeSource": "monitors path user secretFile secretRef readOnly",
    "CertificateSigningRequestCondition": "type status reason message lastUpdateTime lastTransitionTime",
    "CertificateSigningRequestSpec": "request signerName expirationSeconds usages username uid groups extra",
    "CertificateSigningRequestStatus": "conditions certificate",
    "CinderPersistentVolumeSource": "volumeID fsType readOnly secretRef",
    "CinderVolumeSource": "volumeID fsType readOnly secretRef",
    "ClusterRole": "metadata rules aggregationRule",
    "ClusterRoleBinding": "metadata subjects roleRef",
    "ClusterTrustBundleProjection": "name signerName labelSelector optional path",
    "Condition": "type status observedGeneration lastTransitionTime reason message",
    "ConfigMap": "metadata immutable data binaryData",
    "ConfigMapKeySelector": "name key optional",
    "ConfigMapNodeConfigSource": "namespace name uid resourceVersion kubeletConfigKey",
    "ConfigMapProjection": "name items optional",
    "ConfigMapVolumeSource": "name items defaultMode optional",
    "Container": (
        "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy "
        "restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle "
        "terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty"
    ),
    "ContainerPort": "name hostPort containerPort protocol hostIP",
    "ContainerResourceMetricSource": "name target container",
    "ContainerResourceMetricStatus": "name current container",
    "ContainerState": "waiting running terminated",
    "ContainerStateTerminated": "exitCode signal reason message startedAt finishedAt containerID",
    "ContainerStateWaiting": "reason message",
    "ContainerStatus": (
        "name state lastState ready restartCount image imageID containerID started allocatedResources resources "
        "volumeMounts user allocatedResourcesStatus"
    ),
    "ControllerRevision": "metadata data revision",
    "CronJobSpec": (
        "schedule timeZone startingDeadlineSeconds concurrencyPolicy suspend jobTemplate "
        "successfulJobsHistoryLimit failedJobsHistoryLimit"
    ),
    "CrossVersionObjectReference": "kind name apiVersion",
    "DaemonSetCondition": "type status lastTransitionTime reason message",
    "DaemonSetSpec": "selector template updateStrategy minReadySeconds revisionHistoryLimit",
    "DaemonSetStatus": (
        "currentNumberScheduled numberMisscheduled desiredNumberScheduled numberReady observedGeneration "
        "updatedNumberScheduled numberAvailable numberUnavailable collisionCount conditions"
    ),
    "DaemonSetUpdateStrategy": "type rollingUpdate",
    "DeploymentCondition": "type status lastUpdateTime lastTransitionTime reason message",
    "DeploymentSpec": (
        "replicas selector template strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds"
    ),
    "DeploymentStatus": (
        "observedGeneration replicas updatedReplicas readyReplicas availableReplicas unavailableReplicas "
        "terminatingReplicas conditions collisionCount"
    ),
    "DeploymentStrategy": "type rollingUpdate",
    "DownwardAPIVolumeFile": "path fieldRef resourceFieldRef mode",
    "DownwardAPIVolumeSource": "items defaultMode",
    "EndpointAddress": "ip hostname nodeName targetRef",
    "EndpointPort": "name port protocol appProtocol",
    "EnvFromSource": "prefix configMapRef secretRef",
    "EnvVarSource": "fieldRef resourceFieldRef configMapKeyRef secretKeyRef",
    "EphemeralContainer": (
        "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy "
        "restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle "
        "terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty "
        "targetContainerName"
    ),
    "Event": (
        "metadata involvedObject reason message source firstTimestamp lastTimestamp count type eventTime series "
        "action related reportingComponent reportingInstance"
    ),
    "FCVolumeSource": "targetWWNs lun fsType readOnly wwids",
    "FlexPersistentVolumeSource": "driver fsType secretRef readOnly options",
    "FlexVolumeSource": "driver fsType secretRef readOnly options",
    "GCEPersistentDiskVolumeSource": "pdName fsType partition readOnly",
    "GitRepoVolumeSource": "repository revision directory",
    "GlusterfsPersistentVolumeSource": "endpoints path readOnly endpointsNamespace",
    "HPAScalingPolicy": "type value periodSeconds",
    "HPAScalingRules": "stabilizationWindowSeconds selectPolicy policies tolerance",
    "HTTPGetAction": "path port host scheme httpHeaders",
    "HTTPIngressPath": "path pathType backend",
    "HorizontalPodAutoscalerBehavior": "scaleUp scaleDown",
    "HorizontalPodAutoscalerCondition": "type status lastTransitionTime reason message",
    "HorizontalPodAutoscalerSpec": "scaleTargetRef minReplicas maxReplicas metrics behavior",
    "HorizontalPodAutoscalerStatus": (
        "observedGeneration lastScaleTime currentReplicas desiredReplicas currentMetrics conditions"
    ),
    "HostAlias": "ip hostnames",
    "ISCSIPersistentVolumeSource": (
        "targetPortal iqn lun iscsiInterface fsType readOnly portals chapAuthDiscovery chapAuthSession secretRef "
        "initiatorName"
    ),
    "ISCSIVolumeSource": (
        "targetPortal iqn lun iscsiInterface fsType readOnly portals chapAuthDiscovery chapAuthSession secretRef "
        "initiatorName"
    ),
    "ImageVolumeSource": "reference pullPolicy",
    "IngressBackend": "service resource",
    "IngressLoadBalancerIngress": "ip hostname ports",
    "IngressPortStatus": "port protocol error",
    "IngressSpec": "ingressClassName defaultBackend tls rules",
    "JobCondition": "type status lastProbeTime lastTransitionTime reason message",
    "JobSpec": (
        "parallelism completions activeDeadlineSeconds podFailurePolicy successPolicy backoffLimit "
        "backoffLimitPerIndex maxFailedIndexes selector manualSelector template ttlSecondsAfterFinished "
        "completionMode suspend podReplacementPolicy managedBy"
    ),
    "JobStatus": (
        "conditions startTime completionTime active succeeded failed terminating completedIndexes failedIndexes "
        "uncountedTerminatedPods ready"
    ),
    "KeyToPath": "key path mode",
    "LabelSelector": "matchLabels matchExpressions",
    "LifecycleHandler": "exec httpGet tcpSocket sleep",
    "LimitRangeItem": "type max min default defaultRequest maxLimitRequestRatio",
    "LinuxContainerUser": "uid gid supplementalGroups",
    "LoadBalancerIngress": "ip hostname ipMode ports",
    "LocalVolumeSource": "path fsType",
    "ManagedFieldsEntry": "manager operation apiVersion time fieldsType fieldsV1 subresource",
    "MetricSpec": "type object pods resource containerResource external",
    "MetricStatus": "type object pods resource containerResource external",
    "MetricTarget": "type value averageValue averageUtilization",
    "MetricValueStatus": "value averageValue averageUtilization",
    "ModifyVolumeStatus": "targetVolumeAttributesClassName status",
    "NFSVolumeSource": "server path readOnly",
    "NamespaceCondition": "type status lastTransitionTime reason message",
    "NamespaceStatus": "phase conditions",
    "NetworkPolicyIngressRule": "ports from",
    "NetworkPolicyPeer": "podSelector namespaceSelector ipBlock",
    "NetworkPolicyPort": "protocol port endPort",
    "NetworkPolicySpec": "podSelector ingress egress policyTypes",
    "NodeAddress": "type address",
    "NodeAffinity": "requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution",
    "NodeCondition": "type status lastHeartbeatTime lastTransitionTime reason message",
    "NodeConfigStatus": "assigned active lastKnownGood error",
    "NodeRuntimeHandler": "name features",
    "NodeSpec": "podCIDR podCIDRs providerID unschedulable taints configSource externalID",
    "NodeStatus": (
        "capacity allocatable phase conditions addresses daemonEndpoints nodeInfo images volumesInUse "
        "volumesAttached config runtimeHandlers features"
    ),
    "NodeSystemInfo": (
        "machineID systemUUID bootID kernelVersion osImage containerRuntimeVersion kubeletVersion kubeProxyVersion "
        "operatingSystem architecture"
    ),
    "ObjectMeta": (
        "name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp "
        "deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields"
    ),
    "ObjectMetricSource": "describedObject target metric",
    "ObjectMetricStatus": "metric current describedObject",
    "ObjectReference": "kind namespace name uid apiVersion resourceVersion fieldPath",
    "OwnerReference": "apiVersion kind name uid controller blockOwnerDeletion",
    "PersistentVolumeClaimCondition": "type status lastProbeTime lastTransitionTime reason message",
    "PersistentVolumeClaimSpec": (
        "accessModes selector resources volumeName storageClassName volumeMode dataSource dataSourceRef "
        "volumeAttributesClassName"
    ),
    "PersistentVolumeClaimStatus": (
        "phase accessModes capacity conditions allocatedResources allocatedResourceStatuses "
        "currentVolumeAttributesClassName modifyVolumeStatus"
    ),
    "PersistentVolumeSpec": (
        "capacity gcePersistentDisk awsElasticBlockStore hostPath glusterfs nfs rbd iscsi cinder cephfs fc flocker "
        "flexVolume azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO local "
        "storageos csi accessModes claimRef persistentVolumeReclaimPolicy storageClassName mountOptions volumeMode "
        "nodeAffinity volumeAttributesClassName"
    ),
    "PersistentVolumeStatus": "phase message reason lastPhaseTransitionTime",
    "PhotonPersistentDiskVolumeSource": "pdID fsType",
    "PodAffinity": "requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution",
    "PodAffinityTerm": "labelSelector namespaces topologyKey namespaceSelector matchLabelKeys mismatchLabelKeys",
    "PodAntiAffinity": "requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution",
    "PodCondition": "type observedGeneration status lastProbeTime lastTransitionTime reason message",
    "PodDNSConfig": "nameservers searches options",
    "PodDisruptionBudgetSpec": "minAvailable selector maxUnavailable unhealthyPodEvictionPolicy",
    "PodDisruptionBudgetStatus": (
        "observedGeneration disruptedPods disruptionsAllowed currentHealthy desiredHealthy expectedPods conditions"
    ),
    "PodFailurePolicyOnPodConditionsPattern": "type status",
    "PodSecurityContext": (
        "seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups "
        "supplementalGroupsPolicy fsGroup sysctls fsGroupChangePolicy seccompProfile appArmorProfile "
        "seLinuxChangePolicy"
    ),
    "PodSpec": (
        "volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds "
        "activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount "
        "automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace securityContext "
        "imagePullSecrets hostname subdomain affinity schedulerName tolerations hostAliases priorityClassName "
        "priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead "
        "topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates resourceClaims resources"
    ),
    "PodStatus": (
        "observedGeneration phase conditions message reason nominatedNodeName hostIP hostIPs podIP podIPs "
        "startTime initContainerStatuses containerStatuses qosClass ephemeralContainerStatuses resize "
        "resourceClaimStatuses"
    ),
    "PolicyRule": "verbs apiGroups resources resourceNames nonResourceURLs",
    "PortStatus": "port protocol error",
    "PortworxVolumeSource": "volumeID fsType readOnly",
    "PreferredSchedulingTerm": "weight preference",
    "PriorityClass": "metadata value globalDefault description preemptionPolicy",
    "Probe": (
        "exec httpGet tcpSocket grpc initialDelaySeconds timeoutSeconds periodSeconds successThreshold "
        "failureThreshold terminationGracePeriodSeconds"
    ),
    "ProjectedVolumeSource": "sources defaultMode",
    "QuobyteVolumeSource": "registry volume readOnly user group tenant",
    "RBDPersistentVolumeSource": "monitors image fsType pool user keyring secretRef readOnly",
    "RBDVolumeSource": "monitors image fsType pool user keyring secretRef readOnly",
    "ReplicaSetCondition": "type status lastTransitionTime reason message",
    "ReplicaSetSpec": "replicas minReadySeconds selector template",
    "ReplicaSetStatus": "replicas fullyLabeledReplicas readyReplicas availableReplicas observedGeneration conditions",
    "ReplicationControllerCondition": "type status lastTransitionTime reason message",
    "ReplicationControllerSpec": "replicas minReadySeconds selector template",
    "ReplicationControllerStatus": (
        "replicas fullyLabeledReplicas readyReplicas availableReplicas observedGeneration conditions"
    ),
    "ResourceFieldSelector": "containerName resource divisor",
    "ResourceHealth": "resourceID health",
    "ResourceMetricStatus": "name current",
    "ResourceQuotaSpec": "hard scopes scopeSelector",
    "ResourceRequirements": "limits requests claims",
    "RoleBinding": "metadata subjects roleRef",
    "RollingUpdateDaemonSet": "maxUnavailable maxSurge",
    "RollingUpdateDeployment": "maxUnavailable maxSurge",
    "RollingUpdateStatefulSetStrategy": "partition maxUnavailable",
    "SELinuxOptions": "user role type level",
    "ScaleIOPersistentVolumeSource": (
        "gateway system secretRef sslEnabled protectionDomain storagePool storageMode volumeName fsType readOnly"
    ),
    "ScaleIOVolumeSource": (
        "gateway system secretRef sslEnabled protectionDomain storagePool storageMode volumeName fsType readOnly"
    ),
    "ScopedResourceSelectorRequirement": "scopeName operator values",
    "SeccompProfile": "type localhostProfile",
    "Secret": "metadata immutable data stringData type",
    "SecretKeySelector": "name key optional",
    "SecretProjection": "name items optional",
    "SecretVolumeSource": "secretName items defaultMode optional",
    "SecurityContext": (
        "capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot "
        "readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile appArmorProfile"
    ),
    "ServiceAccount": "metadata secrets imagePullSecrets automountServiceAccountToken",
    "ServicePort": "name protocol appProtocol port targetPort nodePort",
    "ServiceSpec": (
        "ports selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP "
        "loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses "
        "sessionAffinityConfig ipFamilies ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass "
        "internalTrafficPolicy trafficDistribution"
    ),
    "ServiceStatus": "loadBalancer conditions",
    "StatefulSetCondition": "type status lastTransitionTime reason message",
    "StatefulSetSpec": (
        "replicas selector template volumeClaimTemplates serviceName podManagementPolicy updateStrategy "
        "revisionHistoryLimit minReadySeconds persistentVolumeClaimRetentionPolicy ordinals"
    ),
    "StatefulSetStatus": (
        "observedGeneration replicas readyReplicas currentReplicas updatedReplicas currentRevision updateRevision "
        "collisionCount conditions availableReplicas"
    ),
    "StatefulSetUpdateStrategy": "type rollingUpdate",
    "StorageClass": (
        "metadata provisioner parameters reclaimPolicy mountOptions allowVolumeExpansion volumeBindingMode "
        "allowedTopologies"
    ),
    "StorageOSPersistentVolumeSource": "volumeName volumeNamespace fsType readOnly secretRef",
    "StorageOSVolumeSource": "volumeName volumeNamespace fsType readOnly secretRef",
    "Subject": "kind apiGroup name namespace",
    "SuccessPolicyRule": "succeededIndexes succeededCount",
    "TCPSocketAction": "port host",
    "Taint": "key value effect timeAdded",
    "Toleration": "key operator value effect tolerationSeconds",
    "TopologySpreadConstraint": (
        "maxSkew topologyKey whenUnsatisfiable labelSelector minDomains nodeAffinityPolicy nodeTaintsPolicy "
        "matchLabelKeys"
    ),
    "UncountedTerminatedPods": "succeeded failed",
    "Volume": (
        "name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs "
        "persistentVolumeClaim rbd flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap "
        "vsphereVolume quobyte azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi "
        "ephemeral image"
    ),
    "VolumeDevice": "name devicePath",
    "VolumeMount": "name readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr",
    "VolumeMountStatus": "name mountPath readOnly recursiveReadOnly",
    "VolumeProjection": "secret downwardAPI configMap serviceAccountToken clusterTrustBundle",
    "VsphereVirtualDiskVolumeSource": "volumePath fsType storagePolicyName storagePolicyID",
    "WeightedPodAffinityTerm": "weight podAffinityTerm",
    "WindowsSecurityContextOptions": "gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess",
}
