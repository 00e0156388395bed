"""The roles and bindings that every control plane creates for itself (`rbac-defaults`), as a table.

Facts read off a v1.36 server; upstream writes them in `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.
"""

from __future__ import annotations

from typing import NamedTuple

from k8snb.api.rbac.role import PolicyRule


class RoleRow(NamedTuple):
    """One role. `aggregate_to`: the role whose rules it becomes part of; `aggregates`: it is made of such roles."""

    name: str
    rules: tuple[PolicyRule, ...]
    aggregate_to: str = ""
    aggregates: str = ""


def rule(verbs: str, resources: str = "", *, groups: str = "core", names: str = "", urls: str = "") -> PolicyRule:
    """One rule from words separated by spaces; the core group is spelled `core`."""
    if urls:
        return PolicyRule.of({"verbs": tuple(verbs.split()), "nonResourceURLs": tuple(urls.split())})
    fields = {
        "apiGroups": tuple("" if group == "core" else group for group in groups.split()),
        "resources": tuple(resources.split()),
        "verbs": tuple(verbs.split()),
    }
    if names:
        fields["resourceNames"] = tuple(names.split())
    return PolicyRule.of(fields)


CLUSTER_ROLES: tuple[RoleRow, ...] = (
    RoleRow("admin", (), aggregates="admin"),
    RoleRow(
        "cluster-admin",
        (
            rule("*", "*", groups="*"),
            rule("*", urls="*"),
        ),
    ),
    RoleRow("edit", (), aggregate_to="admin", aggregates="edit"),
    RoleRow(
        "system:aggregate-to-admin",
        (
            rule("create", "localsubjectaccessreviews", groups="authorization.k8s.io"),
            rule(
                "create delete deletecollection get list patch update watch",
                "rolebindings roles",
                groups="rbac.authorization.k8s.io",
            ),
        ),
        aggregate_to="admin",
    ),
    RoleRow(
        "system:aggregate-to-edit",
        (
            rule("get list watch", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
            rule("impersonate", "serviceaccounts"),
            rule(
                "create delete deletecollection patch update", "pods pods/attach pods/exec pods/portforward pods/proxy"
            ),
            rule("create", "pods/eviction"),
            rule(
                "create delete deletecollection patch update",
                "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
            ),
            rule("create", "serviceaccounts/token"),
            rule("create delete deletecollection patch update", "events", groups="core events.k8s.io"),
            rule(
                "create delete deletecollection patch update",
                "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
                groups="apps",
            ),
            rule("create delete deletecollection patch update", "horizontalpodautoscalers", groups="autoscaling"),
            rule("create delete deletecollection patch update", "cronjobs jobs", groups="batch"),
            rule(
                "create delete deletecollection patch update",
                "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale",
                groups="extensions",
            ),
            rule("create delete deletecollection patch update", "poddisruptionbudgets", groups="policy"),
            rule(
                "create delete deletecollection patch update", "ingresses networkpolicies", groups="networking.k8s.io"
            ),
            rule("create delete deletecollection get list patch update watch", "leases", groups="coordination.k8s.io"),
            rule(
                "create delete deletecollection patch update",
                "resourceclaims resourceclaimtemplates",
                groups="resource.k8s.io",
            ),
        ),
        aggregate_to="edit",
    ),
    RoleRow(
        "system:aggregate-to-view",
        (
            rule(
                "get list watch",
                "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
            ),
            rule(
                "get list watch",
                "bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status",
            ),
            rule("get list watch", "namespaces"),
            rule("get list watch", "events", groups="core events.k8s.io"),
            rule("get list watch", "endpointslices", groups="discovery.k8s.io"),
            rule(
                "get list watch",
                "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
                groups="apps",
            ),
            rule("get list watch", "horizontalpodautoscalers horizontalpodautoscalers/status", groups="autoscaling"),
            rule("get list watch", "cronjobs cronjobs/status jobs jobs/status", groups="batch"),
            rule(
                "get list watch",
                "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
                groups="extensions",
            ),
            rule("get list watch", "poddisruptionbudgets poddisruptionbudgets/status", groups="policy"),
            rule("get list watch", "ingresses ingresses/status networkpolicies", groups="networking.k8s.io"),
            rule(
                "get list watch",
                "resourceclaims resourceclaims/status resourceclaimtemplates",
                groups="resource.k8s.io",
            ),
        ),
        aggregate_to="view",
    ),
    RoleRow(
        "system:auth-delegator",
        (
            rule("create", "tokenreviews", groups="authentication.k8s.io"),
            rule("create", "subjectaccessreviews", groups="authorization.k8s.io"),
        ),
    ),
    RoleRow(
        "system:basic-user",
        (
            rule("create", "selfsubjectaccessreviews selfsubjectrulesreviews", groups="authorization.k8s.io"),
            rule("create", "selfsubjectreviews", groups="authentication.k8s.io"),
        ),
    ),
    RoleRow(
        "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
        (rule("create", "certificatesigningrequests/nodeclient", groups="certificates.k8s.io"),),
    ),
    RoleRow(
        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
        (rule("create", "certificatesigningrequests/selfnodeclient", groups="certificates.k8s.io"),),
    ),
    RoleRow(
        "system:certificates.k8s.io:kube-apiserver-client-approver",
        (rule("approve", "signers", groups="certificates.k8s.io", names="kubernetes.io/kube-apiserver-client"),),
    ),
    RoleRow(
        "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
        (
            rule(
                "approve", "signers", groups="certificates.k8s.io", names="kubernetes.io/kube-apiserver-client-kubelet"
            ),
        ),
    ),
    RoleRow(
        "system:certificates.k8s.io:kubelet-serving-approver",
        (rule("approve", "signers", groups="certificates.k8s.io", names="kubernetes.io/kubelet-serving"),),
    ),
    RoleRow(
        "system:certificates.k8s.io:legacy-unknown-approver",
        (rule("approve", "signers", groups="certificates.k8s.io", names="kubernetes.io/legacy-unknown"),),
    ),
    RoleRow(
        "system:controller:attachdetach-controller",
        (
            rule("list watch", "persistentvolumeclaims persistentvolumes"),
            rule("get list watch", "nodes"),
            rule("patch update", "nodes/status"),
            rule("list watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("create delete get list watch", "volumeattachments", groups="storage.k8s.io"),
            rule("get list watch", "csidrivers", groups="storage.k8s.io"),
            rule("get list watch", "csinodes", groups="storage.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:certificate-controller",
        (
            rule("delete get list watch", "certificatesigningrequests", groups="certificates.k8s.io"),
            rule(
                "update",
                "certificatesigningrequests/approval certificatesigningrequests/status",
                groups="certificates.k8s.io",
            ),
            rule(
                "approve", "signers", groups="certificates.k8s.io", names="kubernetes.io/kube-apiserver-client-kubelet"
            ),
            rule(
                "sign",
                "signers",
                groups="certificates.k8s.io",
                names="kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown",
            ),
            rule("create", "subjectaccessreviews", groups="authorization.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:clusterrole-aggregation-controller",
        (rule("escalate get list patch update watch", "clusterroles", groups="rbac.authorization.k8s.io"),),
    ),
    RoleRow(
        "system:controller:cronjob-controller",
        (
            rule("get list update watch", "cronjobs", groups="batch"),
            rule("create delete get list patch update watch", "jobs", groups="batch"),
            rule("update", "cronjobs/status", groups="batch"),
            rule("update", "cronjobs/finalizers", groups="batch"),
            rule("delete list watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:daemon-set-controller",
        (
            rule("get list watch", "daemonsets", groups="apps extensions"),
            rule("update", "daemonsets/status", groups="apps extensions"),
            rule("update", "daemonsets/finalizers", groups="apps extensions"),
            rule("list watch", "nodes"),
            rule("create delete list patch watch", "pods"),
            rule("create", "pods/binding"),
            rule("create delete get list patch update watch", "controllerrevisions", groups="apps"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:deployment-controller",
        (
            rule("get list update watch", "deployments", groups="apps extensions"),
            rule("update", "deployments/status", groups="apps extensions"),
            rule("update", "deployments/finalizers", groups="apps extensions"),
            rule("create delete get list patch update watch", "replicasets", groups="apps extensions"),
            rule("get list update watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:device-taint-eviction-controller",
        (
            rule("delete get list watch", "pods"),
            rule("patch update", "pods/status"),
            rule("get list watch", "resourceclaims", groups="resource.k8s.io"),
            rule("get list watch", "resourceslices", groups="resource.k8s.io"),
            rule("get list watch", "deviceclasses", groups="resource.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:disruption-controller",
        (
            rule("get list watch", "deployments", groups="apps extensions"),
            rule("get list watch", "replicasets", groups="apps extensions"),
            rule("get list watch", "replicationcontrollers"),
            rule("get list watch", "poddisruptionbudgets", groups="policy"),
            rule("get list watch", "statefulsets", groups="apps"),
            rule("update", "poddisruptionbudgets/status", groups="policy"),
            rule("patch update", "pods/status"),
            rule("get", "*/scale", groups="*"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:endpoint-controller",
        (
            rule("get list watch", "pods services"),
            rule("create delete get list update watch", "endpoints"),
            rule("create", "endpoints/restricted"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:endpointslice-controller",
        (
            rule("get list watch", "nodes pods services"),
            rule("update", "services/finalizers"),
            rule("create delete get list update watch", "endpointslices", groups="discovery.k8s.io"),
            rule("create", "endpointslices/restricted", groups="discovery.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:endpointslicemirroring-controller",
        (
            rule("get list watch", "endpoints services"),
            rule("update", "services/finalizers"),
            rule("update", "endpoints/finalizers"),
            rule("create delete get list update watch", "endpointslices", groups="discovery.k8s.io"),
            rule("create", "endpointslices/restricted", groups="discovery.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:ephemeral-volume-controller",
        (
            rule("get list watch", "pods"),
            rule("update", "pods/finalizers"),
            rule("create get list watch", "persistentvolumeclaims"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:expand-controller",
        (
            rule("get list patch update watch", "persistentvolumes"),
            rule("patch update", "persistentvolumeclaims/status"),
            rule("get list watch", "persistentvolumeclaims"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:generic-garbage-collector",
        (
            rule("delete get list patch update watch", "*", groups="*"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:horizontal-pod-autoscaler",
        (
            rule("get list watch", "horizontalpodautoscalers", groups="autoscaling"),
            rule("update", "horizontalpodautoscalers/status", groups="autoscaling"),
            rule("get update", "*/scale", groups="*"),
            rule("list watch", "pods"),
            rule("list watch", "pods", groups="metrics.k8s.io"),
            rule("get list watch", "*", groups="custom.metrics.k8s.io"),
            rule("get list watch", "*", groups="external.metrics.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:job-controller",
        (
            rule("get list patch update watch", "jobs", groups="batch"),
            rule("update", "jobs/status", groups="batch"),
            rule("update", "jobs/finalizers", groups="batch"),
            rule("create delete list patch watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:legacy-service-account-token-cleaner",
        (
            rule("get", "configmaps", names="kube-apiserver-legacy-service-account-token-tracking"),
            rule("delete patch", "secrets"),
        ),
    ),
    RoleRow(
        "system:controller:namespace-controller",
        (
            rule("delete get list watch", "namespaces"),
            rule("update", "namespaces/finalize namespaces/status"),
            rule("delete deletecollection get list watch", "*", groups="*"),
        ),
    ),
    RoleRow(
        "system:controller:node-controller",
        (
            rule("delete get list patch update watch", "nodes"),
            rule("patch update", "nodes/status"),
            rule("patch update", "pods/status"),
            rule("delete get list watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:persistent-volume-binder",
        (
            rule("create delete get list update watch", "persistentvolumes"),
            rule("update", "persistentvolumes/status"),
            rule("get list update watch", "persistentvolumeclaims"),
            rule("update", "persistentvolumeclaims/status"),
            rule("create delete get list watch", "pods"),
            rule("get list watch", "storageclasses", groups="storage.k8s.io"),
            rule("list watch", "nodes"),
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("watch", "events"),
        ),
    ),
    RoleRow(
        "system:controller:pod-garbage-collector",
        (
            rule("delete list watch", "pods"),
            rule("get list watch", "nodes"),
            rule("patch", "pods/status"),
        ),
    ),
    RoleRow(
        "system:controller:pv-protection-controller",
        (
            rule("get list update watch", "persistentvolumes"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:pvc-protection-controller",
        (
            rule("get list update watch", "persistentvolumeclaims"),
            rule("update", "persistentvolumeclaims/status"),
            rule("get list watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:replicaset-controller",
        (
            rule("get list update watch", "replicasets", groups="apps extensions"),
            rule("update", "replicasets/status", groups="apps extensions"),
            rule("update", "replicasets/finalizers", groups="apps extensions"),
            rule("create delete list patch watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:replication-controller",
        (
            rule("get list update watch", "replicationcontrollers"),
            rule("update", "replicationcontrollers/status"),
            rule("update", "replicationcontrollers/finalizers"),
            rule("create delete list patch watch", "pods"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:resource-claim-controller",
        (
            rule("get list watch", "pods"),
            rule("update", "pods/finalizers"),
            rule("create delete get list watch", "resourceclaims", groups="resource.k8s.io"),
            rule("patch update", "resourceclaims resourceclaims/status", groups="resource.k8s.io"),
            rule("patch update", "pods/status"),
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("patch update", "resourceclaims/binding", groups="resource.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:resourcequota-controller",
        (
            rule("list watch", "*", groups="*"),
            rule("update", "resourcequotas/status"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:root-ca-cert-publisher",
        (
            rule("create update", "configmaps"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:route-controller",
        (
            rule("list watch", "nodes"),
            rule("patch", "nodes/status"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:selinux-warning-controller",
        (
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("get list watch", "persistentvolumes"),
            rule("get list watch", "persistentvolumeclaims"),
            rule("get list watch", "pods"),
            rule("get list watch", "csidrivers", groups="storage.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:service-account-controller",
        (
            rule("create", "serviceaccounts"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:service-ca-cert-publisher",
        (
            rule("create update", "configmaps"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:service-cidrs-controller",
        (
            rule("get list patch update watch", "servicecidrs", groups="networking.k8s.io"),
            rule("patch update", "servicecidrs/finalizers", groups="networking.k8s.io"),
            rule("patch update", "servicecidrs/status", groups="networking.k8s.io"),
            rule("get list watch", "ipaddresses", groups="networking.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:service-controller",
        (
            rule("get list watch", "services"),
            rule("patch update", "services/status"),
            rule("list watch", "nodes"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:statefulset-controller",
        (
            rule("list watch", "pods"),
            rule("get list watch", "statefulsets", groups="apps"),
            rule("update", "statefulsets/status", groups="apps"),
            rule("update", "statefulsets/finalizers", groups="apps"),
            rule("create delete get patch update", "pods"),
            rule("create delete get list patch update watch", "controllerrevisions", groups="apps"),
            rule("create get list watch", "persistentvolumeclaims"),
            rule("delete update", "persistentvolumeclaims"),
            rule("update", "pods/finalizers"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:ttl-after-finished-controller",
        (
            rule("delete get list watch", "jobs", groups="batch"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:ttl-controller",
        (
            rule("list patch update watch", "nodes"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:validatingadmissionpolicy-status-controller",
        (
            rule("get list watch", "validatingadmissionpolicies", groups="admissionregistration.k8s.io"),
            rule("get patch update", "validatingadmissionpolicies/status", groups="admissionregistration.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:controller:volumeattributesclass-protection-controller",
        (
            rule("get list watch", "persistentvolumeclaims"),
            rule("get list watch", "persistentvolumes"),
            rule("get list update watch", "volumeattributesclasses", groups="storage.k8s.io"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:discovery",
        (rule("get", urls="/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"),),
    ),
    RoleRow(
        "system:heapster",
        (
            rule("get list watch", "events namespaces nodes pods"),
            rule("get list watch", "deployments", groups="extensions"),
        ),
    ),
    RoleRow("system:kube-aggregator", (rule("get list watch", "endpoints services"),)),
    RoleRow(
        "system:kube-controller-manager",
        (
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("create", "leases", groups="coordination.k8s.io"),
            rule("get update", "leases", groups="coordination.k8s.io", names="kube-controller-manager"),
            rule("create", "secrets serviceaccounts"),
            rule("delete", "secrets"),
            rule("get", "configmaps namespaces secrets serviceaccounts"),
            rule("update", "secrets serviceaccounts"),
            rule("create", "tokenreviews", groups="authentication.k8s.io"),
            rule("create", "subjectaccessreviews", groups="authorization.k8s.io"),
            rule("list watch", "*", groups="*"),
            rule("create", "serviceaccounts/token"),
        ),
    ),
    RoleRow("system:kube-dns", (rule("list watch", "endpoints services"),)),
    RoleRow(
        "system:kube-scheduler",
        (
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("create", "leases", groups="coordination.k8s.io"),
            rule("get list update watch", "leases", groups="coordination.k8s.io", names="kube-scheduler"),
            rule(
                "create delete deletecollection get list patch update watch",
                "leasecandidates",
                groups="coordination.k8s.io",
            ),
            rule("get list watch", "nodes"),
            rule("delete get list watch", "pods"),
            rule("create", "bindings pods/binding"),
            rule("patch update", "pods/status"),
            rule("get list watch", "replicationcontrollers services"),
            rule("get list watch", "replicasets", groups="apps extensions"),
            rule("get list watch", "statefulsets", groups="apps"),
            rule("get list watch", "poddisruptionbudgets", groups="policy"),
            rule("get list watch", "persistentvolumeclaims persistentvolumes"),
            rule("create", "tokenreviews", groups="authentication.k8s.io"),
            rule("create", "subjectaccessreviews", groups="authorization.k8s.io"),
            rule("get list watch", "csinodes", groups="storage.k8s.io"),
            rule("get list watch", "volumeattachments", groups="storage.k8s.io"),
            rule("get list watch", "namespaces"),
            rule("get list watch", "csidrivers", groups="storage.k8s.io"),
            rule("get list watch", "csistoragecapacities", groups="storage.k8s.io"),
            rule("get list watch", "deviceclasses", groups="resource.k8s.io"),
            rule("get list patch update watch", "resourceclaims", groups="resource.k8s.io"),
            rule("get list patch update watch", "resourceclaims/status", groups="resource.k8s.io"),
            rule("update", "pods/finalizers"),
            rule("get list watch", "resourceslices", groups="resource.k8s.io"),
            rule("create delete", "resourceclaims", groups="resource.k8s.io"),
            rule("patch update", "resourceclaims/binding", groups="resource.k8s.io"),
        ),
    ),
    RoleRow(
        "system:kubelet-api-admin",
        (
            rule("get list watch", "nodes"),
            rule("proxy", "nodes"),
            rule("*", "nodes/log nodes/metrics nodes/proxy nodes/stats"),
            rule("*", "nodes/configz nodes/healthz nodes/pods"),
        ),
    ),
    RoleRow(
        "system:monitoring",
        (
            rule(
                "get",
                urls="/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz",
            ),
            rule("get", "nodes/metrics"),
        ),
    ),
    RoleRow(
        "system:node",
        (
            rule("create", "tokenreviews", groups="authentication.k8s.io"),
            rule("create", "localsubjectaccessreviews subjectaccessreviews", groups="authorization.k8s.io"),
            rule("get list watch", "services"),
            rule("create get list watch", "nodes"),
            rule("patch update", "nodes/status"),
            rule("patch update", "nodes"),
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("get list watch", "pods"),
            rule("create delete", "pods"),
            rule("patch update", "pods/status"),
            rule("create", "pods/eviction"),
            rule("get list watch", "configmaps secrets"),
            rule("get", "persistentvolumeclaims persistentvolumes"),
            rule("get", "endpoints"),
            rule("create get list watch", "certificatesigningrequests", groups="certificates.k8s.io"),
            rule("create delete get patch update", "leases", groups="coordination.k8s.io"),
            rule("get", "volumeattachments", groups="storage.k8s.io"),
            rule("create", "serviceaccounts/token"),
            rule("get patch update", "persistentvolumeclaims/status"),
            rule("get list watch", "csidrivers", groups="storage.k8s.io"),
            rule("create delete get patch update", "csinodes", groups="storage.k8s.io"),
            rule("get list watch", "runtimeclasses", groups="node.k8s.io"),
            rule("get", "resourceclaims", groups="resource.k8s.io"),
            rule("deletecollection", "resourceslices", groups="resource.k8s.io"),
            rule("get", "serviceaccounts"),
        ),
    ),
    RoleRow(
        "system:node-bootstrapper",
        (rule("create get list watch", "certificatesigningrequests", groups="certificates.k8s.io"),),
    ),
    RoleRow(
        "system:node-problem-detector",
        (
            rule("get", "nodes"),
            rule("patch", "nodes/status"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow(
        "system:node-proxier",
        (
            rule("list watch", "endpoints services"),
            rule("get list watch", "nodes"),
            rule("create patch update", "events", groups="core events.k8s.io"),
            rule("list watch", "servicecidrs", groups="networking.k8s.io"),
            rule("list watch", "endpointslices", groups="discovery.k8s.io"),
        ),
    ),
    RoleRow(
        "system:persistent-volume-provisioner",
        (
            rule("create delete get list watch", "persistentvolumes"),
            rule("get list update watch", "persistentvolumeclaims"),
            rule("get list watch", "storageclasses", groups="storage.k8s.io"),
            rule("watch", "events"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
    RoleRow("system:public-info-viewer", (rule("get", urls="/healthz /livez /readyz /version /version/"),)),
    RoleRow(
        "system:service-account-issuer-discovery",
        (
            rule(
                "get",
                urls="/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/",
            ),
        ),
    ),
    RoleRow(
        "system:volume-scheduler",
        (
            rule("get list patch update watch", "persistentvolumes"),
            rule("get list watch", "storageclasses", groups="storage.k8s.io"),
            rule("get list patch update watch", "persistentvolumeclaims"),
        ),
    ),
    RoleRow("view", (), aggregate_to="edit", aggregates="view"),
)

PUBLIC_ROLES: tuple[RoleRow, ...] = (
    RoleRow(
        "system:controller:bootstrap-signer",
        (
            rule("get list watch", "configmaps"),
            rule("update", "configmaps", names="cluster-info"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
)

SYSTEM_ROLES: tuple[RoleRow, ...] = (
    RoleRow(
        "extension-apiserver-authentication-reader",
        (rule("get list watch", "configmaps", names="extension-apiserver-authentication"),),
    ),
    RoleRow(
        "system::leader-locking-kube-controller-manager",
        (
            rule("create get list update watch", "leases", groups="coordination.k8s.io"),
            rule("create get list update watch", "leasecandidates", groups="coordination.k8s.io"),
        ),
    ),
    RoleRow(
        "system::leader-locking-kube-scheduler",
        (
            rule("create get list update watch", "leases", groups="coordination.k8s.io"),
            rule("create get list update watch", "leasecandidates", groups="coordination.k8s.io"),
        ),
    ),
    RoleRow("system:controller:bootstrap-signer", (rule("get list watch", "secrets"),)),
    RoleRow("system:controller:cloud-provider", (rule("create get list watch", "configmaps"),)),
    RoleRow(
        "system:controller:token-cleaner",
        (
            rule("delete get list watch", "secrets"),
            rule("create patch update", "events", groups="core events.k8s.io"),
        ),
    ),
)

#: name -> (role, subjects)
CLUSTER_ROLE_BINDINGS: tuple[tuple[str, str, str], ...] = (
    ("cluster-admin", "cluster-admin", "Group system:masters"),
    ("system:basic-user", "system:basic-user", "Group system:authenticated"),
    (
        "system:controller:attachdetach-controller",
        "system:controller:attachdetach-controller",
        "ServiceAccount kube-system/attachdetach-controller",
    ),
    (
        "system:controller:certificate-controller",
        "system:controller:certificate-controller",
        "ServiceAccount kube-system/certificate-controller",
    ),
    (
        "system:controller:clusterrole-aggregation-controller",
        "system:controller:clusterrole-aggregation-controller",
        "ServiceAccount kube-system/clusterrole-aggregation-controller",
    ),
    (
        "system:controller:cronjob-controller",
        "system:controller:cronjob-controller",
        "ServiceAccount kube-system/cronjob-controller",
    ),
    (
        "system:controller:daemon-set-controller",
        "system:controller:daemon-set-controller",
        "ServiceAccount kube-system/daemon-set-controller",
    ),
    (
        "system:controller:deployment-controller",
        "system:controller:deployment-controller",
        "ServiceAccount kube-system/deployment-controller",
    ),
    (
        "system:controller:device-taint-eviction-controller",
        "system:controller:device-taint-eviction-controller",
        "ServiceAccount kube-system/device-taint-eviction-controller",
    ),
    (
        "system:controller:disruption-controller",
        "system:controller:disruption-controller",
        "ServiceAccount kube-system/disruption-controller",
    ),
    (
        "system:controller:endpoint-controller",
        "system:controller:endpoint-controller",
        "ServiceAccount kube-system/endpoint-controller",
    ),
    (
        "system:controller:endpointslice-controller",
        "system:controller:endpointslice-controller",
        "ServiceAccount kube-system/endpointslice-controller",
    ),
    (
        "system:controller:endpointslicemirroring-controller",
        "system:controller:endpointslicemirroring-controller",
        "ServiceAccount kube-system/endpointslicemirroring-controller",
    ),
    (
        "system:controller:ephemeral-volume-controller",
        "system:controller:ephemeral-volume-controller",
        "ServiceAccount kube-system/ephemeral-volume-controller",
    ),
    (
        "system:controller:expand-controller",
        "system:controller:expand-controller",
        "ServiceAccount kube-system/expand-controller",
    ),
    (
        "system:controller:generic-garbage-collector",
        "system:controller:generic-garbage-collector",
        "ServiceAccount kube-system/generic-garbage-collector",
    ),
    (
        "system:controller:horizontal-pod-autoscaler",
        "system:controller:horizontal-pod-autoscaler",
        "ServiceAccount kube-system/horizontal-pod-autoscaler",
    ),
    (
        "system:controller:job-controller",
        "system:controller:job-controller",
        "ServiceAccount kube-system/job-controller",
    ),
    (
        "system:controller:legacy-service-account-token-cleaner",
        "system:controller:legacy-service-account-token-cleaner",
        "ServiceAccount kube-system/legacy-service-account-token-cleaner",
    ),
    (
        "system:controller:namespace-controller",
        "system:controller:namespace-controller",
        "ServiceAccount kube-system/namespace-controller",
    ),
    (
        "system:controller:node-controller",
        "system:controller:node-controller",
        "ServiceAccount kube-system/node-controller",
    ),
    (
        "system:controller:persistent-volume-binder",
        "system:controller:persistent-volume-binder",
        "ServiceAccount kube-system/persistent-volume-binder",
    ),
    (
        "system:controller:pod-garbage-collector",
        "system:controller:pod-garbage-collector",
        "ServiceAccount kube-system/pod-garbage-collector",
    ),
    (
        "system:controller:pv-protection-controller",
        "system:controller:pv-protection-controller",
        "ServiceAccount kube-system/pv-protection-controller",
    ),
    (
        "system:controller:pvc-protection-controller",
        "system:controller:pvc-protection-controller",
        "ServiceAccount kube-system/pvc-protection-controller",
    ),
    (
        "system:controller:replicaset-controller",
        "system:controller:replicaset-controller",
        "ServiceAccount kube-system/replicaset-controller",
    ),
    (
        "system:controller:replication-controller",
        "system:controller:replication-controller",
        "ServiceAccount kube-system/replication-controller",
    ),
    (
        "system:controller:resource-claim-controller",
        "system:controller:resource-claim-controller",
        "ServiceAccount kube-system/resource-claim-controller",
    ),
    (
        "system:controller:resourcequota-controller",
        "system:controller:resourcequota-controller",
        "ServiceAccount kube-system/resourcequota-controller",
    ),
    (
        "system:controller:root-ca-cert-publisher",
        "system:controller:root-ca-cert-publisher",
        "ServiceAccount kube-system/root-ca-cert-publisher",
    ),
    (
        "system:controller:route-controller",
        "system:controller:route-controller",
        "ServiceAccount kube-system/route-controller",
    ),
    (
        "system:controller:selinux-warning-controller",
        "system:controller:selinux-warning-controller",
        "ServiceAccount kube-system/selinux-warning-controller",
    ),
    (
        "system:controller:service-account-controller",
        "system:controller:service-account-controller",
        "ServiceAccount kube-system/service-account-controller",
    ),
    (
        "system:controller:service-ca-cert-publisher",
        "system:controller:service-ca-cert-publisher",
        "ServiceAccount kube-system/service-ca-cert-publisher",
    ),
    (
        "system:controller:service-cidrs-controller",
        "system:controller:service-cidrs-controller",
        "ServiceAccount kube-system/service-cidrs-controller",
    ),
    (
        "system:controller:service-controller",
        "system:controller:service-controller",
        "ServiceAccount kube-system/service-controller",
    ),
    (
        "system:controller:statefulset-controller",
        "system:controller:statefulset-controller",
        "ServiceAccount kube-system/statefulset-controller",
    ),
    (
        "system:controller:ttl-after-finished-controller",
        "system:controller:ttl-after-finished-controller",
        "ServiceAccount kube-system/ttl-after-finished-controller",
    ),
    (
        "system:controller:ttl-controller",
        "system:controller:ttl-controller",
        "ServiceAccount kube-system/ttl-controller",
    ),
    (
        "system:controller:validatingadmissionpolicy-status-controller",
        "system:controller:validatingadmissionpolicy-status-controller",
        "ServiceAccount kube-system/validatingadmissionpolicy-status-controller",
    ),
    (
        "system:controller:volumeattributesclass-protection-controller",
        "system:controller:volumeattributesclass-protection-controller",
        "ServiceAccount kube-system/volumeattributesclass-protection-controller",
    ),
    ("system:discovery", "system:discovery", "Group system:authenticated"),
    ("system:kube-controller-manager", "system:kube-controller-manager", "User system:kube-controller-manager"),
    ("system:kube-dns", "system:kube-dns", "ServiceAccount kube-system/kube-dns"),
    ("system:kube-scheduler", "system:kube-scheduler", "User system:kube-scheduler"),
    ("system:monitoring", "system:monitoring", "Group system:monitoring"),
    ("system:node", "system:node", ""),
    ("system:node-proxier", "system:node-proxier", "User system:kube-proxy"),
    (
        "system:public-info-viewer",
        "system:public-info-viewer",
        "Group system:authenticated, Group system:unauthenticated",
    ),
    (
        "system:service-account-issuer-discovery",
        "system:service-account-issuer-discovery",
        "Group system:serviceaccounts",
    ),
    ("system:volume-scheduler", "system:volume-scheduler", "User system:kube-scheduler"),
)

#: name -> (role, subjects)
PUBLIC_ROLE_BINDINGS: tuple[tuple[str, str, str], ...] = (
    (
        "system:controller:bootstrap-signer",
        "system:controller:bootstrap-signer",
        "ServiceAccount kube-system/bootstrap-signer",
    ),
)

#: name -> (role, subjects)
SYSTEM_ROLE_BINDINGS: tuple[tuple[str, str, str], ...] = (
    (
        "system::extension-apiserver-authentication-reader",
        "extension-apiserver-authentication-reader",
        "User system:kube-controller-manager, User system:kube-scheduler",
    ),
    (
        "system::leader-locking-kube-controller-manager",
        "system::leader-locking-kube-controller-manager",
        "User system:kube-controller-manager, ServiceAccount kube-system/kube-controller-manager, ServiceAccount kube-system/leader-election-controller",
    ),
    (
        "system::leader-locking-kube-scheduler",
        "system::leader-locking-kube-scheduler",
        "User system:kube-scheduler, ServiceAccount kube-system/kube-scheduler",
    ),
    (
        "system:controller:bootstrap-signer",
        "system:controller:bootstrap-signer",
        "ServiceAccount kube-system/bootstrap-signer",
    ),
    (
        "system:controller:cloud-provider",
        "system:controller:cloud-provider",
        "ServiceAccount kube-system/cloud-provider",
    ),
    ("system:controller:token-cleaner", "system:controller:token-cleaner", "ServiceAccount kube-system/token-cleaner"),
)
