"""Services, config data, workloads and the smaller kinds: new objects and changes."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from k8snb.api.decode import decode_object
from k8snb.api.resources import RESOURCES
from k8snb.api.validation import (
    configmap,
    deployment,
    endpoints,
    endpointslice,
    event,
    lease,
    namespace,
    node,
    persistentvolumeclaim,
    replicaset,
    replicationcontroller,
    secret,
    service,
)
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.registry.deployment import DeploymentStrategy
from k8snb.apiserver.registry.replicaset import ReplicaSetStrategy
from k8snb.apiserver.registry.replicationcontroller import ReplicationControllerStrategy
from k8snb.apiserver.registry.service import ServiceStrategy
from k8snb.apiserver.registry.strategy import Strategy

STRATEGIES: dict[str, Strategy] = {
    "Deployment": DeploymentStrategy(),
    "ReplicaSet": ReplicaSetStrategy(),
    "ReplicationController": ReplicationControllerStrategy(),
    "Service": ServiceStrategy(),
}


def build(kind: str, data: dict[str, Any]) -> Any:
    resource = next(r for r in RESOURCES if r.kind == kind)
    metadata = {"name": "web", "namespace": "default", **data.pop("metadata", {})}
    obj, unknown = decode_object(resource.model, {"metadata": metadata, **data})
    assert not unknown
    return STRATEGIES.get(kind, Strategy()).defaults(obj)


def texts(errors: list[FieldError]) -> list[str]:
    return [str(error) for error in errors]


HTTP = {"port": 80, "name": "http"}

SERVICES: list[tuple[dict[str, Any], list[str]]] = [
    ({"ports": [HTTP]}, []),
    ({}, ["spec.ports: Required value"]),
    ({"clusterIP": "None", "clusterIPs": ["None"]}, []),
    (
        {"clusterIP": "None", "clusterIPs": ["None"], "type": "NodePort", "ports": [HTTP]},
        ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"],
    ),
    (
        {"type": "Internal", "ports": [HTTP]},
        [
            'spec.type: Unsupported value: "Internal": supported values: "ClusterIP", "ExternalName", '
            '"LoadBalancer", "NodePort"'
        ],
    ),
    (
        {"ports": [HTTP, {**HTTP, "name": "b"}]},
        [
            'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,'
            '"TargetPort":0,"NodePort":0}'
        ],
    ),
    (
        {"ports": [{**HTTP, "nodePort": 30080}]},
        ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ),
    (
        {"type": "NodePort", "ports": [{**HTTP, "nodePort": 30080}, {"name": "b", "port": 81, "nodePort": 30080}]},
        ["spec.ports[1].nodePort: Duplicate value: 30080"],
    ),
    (
        {"ports": [{"port": 0}]},
        [
            "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
            "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
        ],
    ),
    (
        {"ports": [HTTP], "sessionAffinity": "Cookie"},
        ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
    ),
    (
        {
            "ports": [HTTP],
            "sessionAffinity": "ClientIP",
            "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 86401}},
        },
        [
            "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: "
            "must be greater than 0 and less than 86400"
        ],
    ),
    (
        {"ports": [HTTP], "externalIPs": ["127.0.0.1", "x"], "externalTrafficPolicy": "Cluster"},
        [
            'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
            'spec.externalIPs[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        ],
    ),
    (
        {"ports": [HTTP], "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1", "10.0.0.2"]},
        ['spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family'],
    ),
    (
        {"ports": [HTTP], "ipFamilies": ["IPv5"]},
        ['spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"'],
    ),
    (
        {"ports": [HTTP], "loadBalancerSourceRanges": ["10.0.0.0/8", "x"]},
        [
            "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
            'spec.LoadBalancerSourceRanges[1]: Invalid value: "x": must be a valid CIDR value, '
            "(e.g. 10.9.8.0/24 or 2001:db8::/64)",
        ],
    ),
    (
        {"ports": [HTTP], "externalTrafficPolicy": "Local"},
        ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ),
    (
        {"ports": [HTTP], "trafficDistribution": "Near", "internalTrafficPolicy": "Far"},
        [
            'spec.internalTrafficPolicy: Unsupported value: "Far": supported values: "Cluster", "Local"',
            'spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameZone", '
            '"PreferSameNode"',
        ],
    ),
    (
        {"ports": [HTTP], "loadBalancerClass": "example.com/lb"},
        ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ),
    (
        {"type": "ExternalName", "externalName": "Bad_Name", "clusterIPs": ["10.0.0.1"]},
        [
            "spec.clusterIPs: Forbidden: may not be set for ExternalName services",
            'spec.externalName: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case '
            "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
            "'example.com', regex used for validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), SERVICES)
def test_services(spec: dict[str, Any], expected: list[str]) -> None:
    assert texts(service.validate_service(build("Service", {"spec": spec}))) == expected


def allocated(ip: str, **spec: Any) -> Any:
    return build("Service", {"spec": {"ports": [HTTP], "clusterIP": ip, "clusterIPs": [ip] if ip else [], **spec}})


def test_service_addresses_stay() -> None:
    old = allocated("10.0.0.1", ipFamilies=["IPv4"])
    assert service.validate_service_update(old, old) == []
    assert texts(service.validate_service_update(allocated("10.0.0.2", ipFamilies=["IPv4"]), old)) == [
        'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'
    ]
    assert texts(service.validate_service_update(allocated("", ipFamilies=["IPv4"]), old)) == [
        "spec.clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset"
    ]
    outside = build("Service", {"spec": {"type": "ExternalName", "externalName": "example.com"}})
    assert service.validate_service_update(outside, old) == []


def test_load_balancer_status() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}, {"hostname": "1.2.3.4"}]}}
    plain = build("Service", {"spec": {"ports": [HTTP]}, "status": status})
    assert texts(service.validate_service_status_update(plain, plain)) == [
        "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"
    ]
    balancer = build("Service", {"spec": {"ports": [HTTP], "type": "LoadBalancer"}, "status": status})
    assert texts(service.validate_service_status_update(balancer, balancer)) == [
        "status.loadBalancer.ingress[0].ipMode: Required value: must be specified when `ip` is set",
        'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CONFIG: list[tuple[dict[str, Any], list[str]]] = [
    ({"data": {"a.b": "x"}}, []),
    (
        {"data": {"a": "x"}, "binaryData": {"a": "eA=="}},
        ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    ),
    ({"data": {"..": "x"}}, ["data[..]: Invalid value: \"..\": must not be '..'"]),
    ({"data": {"a": "x" * (1 << 20)}}, []),
    ({"data": {"a": "x" * (1 << 20), "b": "y"}}, ["[]: Too long: may not be more than 1048576 bytes"]),
    ({"data": {"a": "é" * (1 << 19) + "x"}}, ["[]: Too long: may not be more than 1048576 bytes"]),
]


@pytest.mark.parametrize(("data", "expected"), CONFIG)
def test_config_maps(data: dict[str, Any], expected: list[str]) -> None:
    assert texts(configmap.validate_config_map(build("ConfigMap", dict(data)))) == expected


SECRETS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "Opaque", "data": {"a": "eA=="}}, []),
    (
        {"type": "Opaque", "data": {"a": b64("x" * ((1 << 20) + 1))}},
        ["data: Too long: may not be more than 1048576 bytes"],
    ),
    ({"type": "kubernetes.io/tls"}, ["data[tls.crt]: Required value", "data[tls.key]: Required value"]),
    ({"type": "kubernetes.io/basic-auth"}, ["data[username]: Required value", "data[password]: Required value"]),
    ({"type": "kubernetes.io/ssh-auth"}, ["data[ssh-privatekey]: Required value"]),
    (
        {"type": "kubernetes.io/service-account-token"},
        ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
    ),
    ({"type": "kubernetes.io/dockerconfigjson"}, ["data[.dockerconfigjson]: Required value"]),
    ({"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": b64("{}")}}, []),
    (
        {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": b64("nojson")}},
        [
            'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": '
            "invalid character 'o' in literal null (expecting 'u')"
        ],
    ),
    (
        {"type": "kubernetes.io/dockercfg", "data": {".dockercfg": b64("[1]")}},
        [
            'data[.dockercfg]: Invalid value: "<secret contents redacted>": '
            "json: cannot unmarshal array into Go value of type map[string]interface {}"
        ],
    ),
]


@pytest.mark.parametrize(("data", "expected"), SECRETS)
def test_secrets(data: dict[str, Any], expected: list[str]) -> None:
    assert texts(secret.validate_secret(build("Secret", dict(data)))) == expected


def test_immutable_config_data() -> None:
    old = build("ConfigMap", {"data": {"a": "1"}, "immutable": True})
    new = build("ConfigMap", {"data": {"a": "2"}})
    assert texts(configmap.validate_config_map_update(new, old)) == [
        "immutable: Forbidden: field is immutable when `immutable` is set",
        "data: Forbidden: field is immutable when `immutable` is set",
    ]
    assert configmap.validate_config_map_update(old, new) == []
    one, other = build("Secret", {"type": "Opaque"}), build("Secret", {"type": "kubernetes.io/basic-auth"})
    assert texts(secret.validate_secret_update(one, other)) == ['type: Invalid value: "Opaque": field is immutable']


def workload(kind: str, **spec: Any) -> Any:
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "nginx"}], **spec.pop("pod", {})},
    }
    return build(kind, {"spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}})


DEPLOYMENTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"replicas": -1}, ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
    (
        {"selector": {}},
        ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"],
    ),
    (
        {"selector": {"matchLabels": {"app": "a"}}},
        ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ),
    (
        {"selector": {"matchExpressions": [{"key": "app", "operator": "Is"}]}},
        [
            'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
            'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Is"}]}: '
            "invalid label selector",
        ],
    ),
    (
        {"pod": {"restartPolicy": "Never", "activeDeadlineSeconds": 5}},
        [
            'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
            "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
        ],
    ),
    (
        {"strategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}},
        ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ),
    (
        {"strategy": {"type": "Big"}},
        [
            'spec.strategy: Unsupported value: {"Type":"Big","RollingUpdate":null}: supported values: "Recreate", '
            '"RollingUpdate"'
        ],
    ),
    (
        {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}}},
        ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ),
    (
        {"strategy": {"rollingUpdate": {"maxSurge": "x", "maxUnavailable": "101%"}}},
        [
            'spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": a valid percent string must be a numeric '
            "string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
            'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
        ],
    ),
    (
        {"minReadySeconds": 10, "progressDeadlineSeconds": 10},
        ["spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds"],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), DEPLOYMENTS)
def test_deployments(spec: dict[str, Any], expected: list[str]) -> None:
    assert texts(deployment.validate_deployment(workload("Deployment", **spec))) == expected


def test_template_errors_name_the_template() -> None:
    bad = workload("ReplicaSet", pod={"containers": []})
    assert texts(replicaset.validate_replica_set(bad)) == ["spec.template.spec.containers: Required value"]


@pytest.mark.parametrize(
    ("kind", "update"),
    [
        ("Deployment", deployment.validate_deployment_update),
        ("ReplicaSet", replicaset.validate_replica_set_update),
    ],
)
def test_selectors_stay(kind: str, update: Callable[[Any, Any], list[FieldError]]) -> None:
    old = workload(kind)
    other = {"matchExpressions": [{"key": "app", "operator": "Exists"}]}
    assert update(old, old) == []
    assert texts(update(workload(kind, selector=other), old)) == [
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Exists"}]}: field is immutable'
    ]


def test_replica_statuses() -> None:
    old = workload("Deployment")
    status = {"replicas": 1, "readyReplicas": 2, "availableReplicas": 3, "updatedReplicas": -1}
    new = old.replace(status=build("Deployment", {"status": status}).status)
    assert texts(deployment.validate_deployment_status_update(new, old)) == [
        "status.updatedReplicas: Invalid value: -1: must be greater than or equal to 0",
        "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
        "status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas",
        "status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas",
    ]


def test_replication_controllers() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}}
    good = build("ReplicationController", {"spec": {"selector": {"a": "b"}, "template": template}})
    assert replicationcontroller.validate_replication_controller(good) == []
    bad = good.replace(spec=good.spec.replace(selector=None, template=None))
    assert texts(replicationcontroller.validate_replication_controller(bad)) == [
        "spec.selector: Required value",
        "spec.template: Required value",
    ]


def test_namespaces() -> None:
    bad = build("Namespace", {"spec": {"finalizers": ["kubernetes", "mine"]}})
    detail = 'Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'
    assert texts(namespace.validate_namespace(bad)) == [f"spec.finalizers: {detail}"]
    assert texts(namespace.validate_namespace_finalize(bad, bad)) == [f"spec.finalizers[1]: {detail}"]
    ending = build("Namespace", {"status": {"phase": "Terminating"}})
    assert texts(namespace.validate_namespace_status_update(ending, ending)) == [
        "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"
    ]


def test_nodes() -> None:
    taint = {"key": "a", "value": "b", "effect": "NoSchedule"}
    bad = build("Node", {"spec": {"taints": [taint, taint, {"key": "c", "effect": "Soon"}]}})
    assert texts(node.validate_node(bad)) == [
        'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"b","Effect":"NoSchedule","TimeAdded":null}: '
        "taints must be unique by key and effect pair",
        'metadata.taints[2].effect: Unsupported value: "Soon": supported values: "NoSchedule", "PreferNoSchedule", '
        '"NoExecute"',
    ]
    old = build("Node", {"spec": {"podCIDRs": ["10.0.0.0/24"], "providerID": "a"}})
    new = build(
        "Node", {"spec": {"podCIDRs": ["10.0.1.0/24"], "providerID": "b"}, "status": {"capacity": {"pods": "-1"}}}
    )
    assert texts(node.validate_node_update(new, old)) == [
        'status.capacity.pods: Invalid value: "-1": must be greater than or equal to 0',
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ]


def test_endpoints() -> None:
    bad = build(
        "Endpoints",
        {
            "subsets": [
                {},
                {
                    "addresses": [{"ip": "169.254.1.1"}, {"ip": "x"}],
                    "ports": [{"port": 80, "protocol": "TCP"}, {"port": 0, "name": "b", "protocol": "TCP"}],
                },
            ]
        },
    )
    assert texts(endpoints.validate_endpoints(bad)) == [
        "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
        'subsets[1].addresses[0].ip: Invalid value: "169.254.1.1": '
        "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
        'subsets[1].addresses[1].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'subsets[1].addresses[1].ip: Invalid value: "x": must be a valid IP address',
        "subsets[1].ports[0].name: Required value",
        "subsets[1].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    ]


def test_endpoint_slices() -> None:
    bad = build(
        "EndpointSlice",
        {
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["::1"]}, {"addresses": []}],
            "ports": [{"name": "a", "protocol": "TCP"}, {"name": "a"}],
        },
    )
    assert texts(endpointslice.validate_endpoint_slice(bad)) == [
        'endpoints[0].addresses[0]: Invalid value: "::1": must be a valid IPv4 address',
        'endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        "endpoints[1].addresses: Required value: must contain at least 1 address",
        'ports[1].name: Duplicate value: "a"',
        "ports[1].protocol: Required value",
    ]
    v4, v6 = (build("EndpointSlice", {"addressType": kind}) for kind in ("IPv4", "IPv6"))
    assert texts(endpointslice.validate_endpoint_slice_update(v6, v4)) == [
        'addressType: Invalid value: "IPv6": field is immutable'
    ]


def test_leases() -> None:
    bad = build("Lease", {"spec": {"leaseDurationSeconds": 0, "leaseTransitions": -1, "preferredHolder": "x"}})
    assert texts(lease.validate_lease(bad)) == [
        "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
        "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
        "spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined",
    ]


def test_events() -> None:
    good = build("Event", {"involvedObject": {"namespace": "default"}})
    assert event.validate_event(good) == []
    bad = build("Event", {"involvedObject": {"namespace": "other"}})
    assert texts(event.validate_event(bad)) == [
        'involvedObject.namespace: Invalid value: "other": does not match event.namespace'
    ]
    modern = good.replace(eventTime="2026-01-01T00:00:00.000000Z", reportingComponent="k8s.io/x", reason="Why")
    assert texts(event.validate_event(modern)) == [
        "reportingInstance: Required value",
        "action: Required value",
    ]


def claim(size: str = "1Gi", **fields: Any) -> Any:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **fields}
    return build("PersistentVolumeClaim", {"spec": spec, "status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}})


def test_claims() -> None:
    assert persistentvolumeclaim.validate_claim(claim()) == []
    assert texts(persistentvolumeclaim.validate_claim(claim("0"))) == [
        'spec.resources[storage]: Invalid value: "0": must be greater than zero'
    ]
    odd = claim(accessModes=["ReadWriteOncePod", "ReadWriteMany"], volumeMode="Tape")
    assert texts(persistentvolumeclaim.validate_claim(odd)) == [
        "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
        'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ]


def test_claims_stay_but_for_their_size() -> None:
    update = persistentvolumeclaim.validate_claim_update
    assert update(claim("2Gi"), claim("1Gi")) == []
    assert texts(update(claim("512Mi"), claim("1Gi"))) == [
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"
    ]
    assert texts(update(claim(accessModes=["ReadWriteMany"]), claim())) == [
        "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName "
        "for bound claims\n"
        "  core.PersistentVolumeClaimSpec{\n"
        "  \tAccessModes: []string{\n"
        '- \t\t"ReadWriteOnce",\n'
        '+ \t\t"ReadWriteMany",\n'
        "  \t},\n"
        "  \t... // 8 identical fields\n"
        "  }\n"
    ]
    assert update(claim(volumeName="pv"), claim()) == []
    assert len(update(claim(volumeName="b"), claim(volumeName="a"))) == 1
