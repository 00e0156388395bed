"""Storage drivers and their records, ranges of addresses, runtimes, revisions: what the server says of them."""

from typing import Any

import pytest

from k8snb.api.validation import names
from k8snb.apiserver.registry.smallkinds import IPAddressStrategy
from tests.api.test_validation_cluster import change, check

SUBDOMAIN = names.dns_subdomain("A")[0]
LABEL = names.dns_label("A")[0]
ONE_SOURCE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
INLINE = "in the context of inline volumes"


def driver(**spec: Any) -> dict[str, Any]:
    return {"spec": spec}


def node(*drivers: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"drivers": [{"name": "csi.example.com", "nodeID": "n", **each} for each in drivers]}}


def attachment(**spec: Any) -> dict[str, Any]:
    source = {"persistentVolumeName": "pv"}
    return {"spec": {"attacher": "csi.example.com", "nodeName": "node-0", "source": source, **spec}}


def inline(**spec: Any) -> dict[str, Any]:
    source = {"driver": "csi.example.com", "volumeHandle": "h"}
    volume = {"accessModes": ["ReadWriteOnce"], "csi": source, **spec}
    return attachment(source={"inlineVolumeSpec": volume})


def address(**ref: Any) -> dict[str, Any]:
    return {"spec": {"parentRef": {"resource": "services", "name": "web", "namespace": "default", **ref}}}


def cidrs(*blocks: str) -> dict[str, Any]:
    return {"spec": {"cidrs": list(blocks)}}


CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("CSIDriver", driver(), []),
    ("CSIDriver", driver(tokenRequests=[{"audience": "a", "expirationSeconds": 600}, {"audience": "b"}]), []),
    (
        "CSIDriver",
        driver(
            fsGroupPolicy="Maybe",
            tokenRequests=[
                {"audience": "a", "expirationSeconds": 599},
                {"audience": "a"},
                {"audience": "b", "expirationSeconds": (1 << 32) + 1},
            ],
            volumeLifecycleModes=["Persistent", "Shared"],
            nodeAllocatableUpdatePeriodSeconds=9,
        ),
        [
            'spec.fsGroupPolicy: Unsupported value: "Maybe": supported values: "File", "None", '
            '"ReadWriteOnceWithFSType"',
            "spec.tokenRequests[0].expirationSeconds: Invalid value: 599: "
            "may not specify a duration less than 10 minutes",
            'spec.tokenRequests[1].audience: Duplicate value: "a"',
            "spec.tokenRequests[2].expirationSeconds: Invalid value: 4294967297: "
            "may not specify a duration larger than 2^32 seconds",
            'spec.volumeLifecycleModes: Unsupported value: "Shared": supported values: "Persistent", "Ephemeral"',
            "spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds",
        ],
    ),
    (
        "CSIDriver",
        driver(serviceAccountTokenInSecrets=False),
        [
            "spec.serviceAccountTokenInSecrets: Invalid value: false: "
            "serviceAccountTokenInSecrets is set but no tokenRequests are specified"
        ],
    ),
    ("CSINode", node({"topologyKeys": ["topology.kubernetes.io/zone"], "allocatable": {"count": 3}}), []),
    (
        "CSINode",
        node(
            {"nodeID": "", "allocatable": {"count": -1}},
            {"nodeID": "n" * 257, "topologyKeys": ["zone", "zone", ""]},
            {"name": "x" * 64},
        ),
        [
            "spec.drivers[0].nodeID: Required value",
            "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
            f'spec.drivers[1].nodeID: Invalid value: "{"n" * 257}": must be 256 characters or less',
            'spec.drivers[1].name: Duplicate value: "csi.example.com"',
            'spec.drivers[1]: Duplicate value: "zone"',
            "spec.drivers[1]: Required value",
            *(f'spec.drivers[1]: Invalid value: "": {text}' for text in names.label_key("")),
            "spec.drivers[2].name: Too long: may not be more than 63 bytes",
        ],
    ),
    ("CSIStorageCapacity", {"storageClassName": "fast", "capacity": "1Gi", "nodeTopology": {}}, []),
    (
        "CSIStorageCapacity",
        {
            "storageClassName": "FAST",
            "capacity": "-1",
            "nodeTopology": {"matchExpressions": [{"key": "zone", "operator": "In"}]},
        },
        [
            "nodeTopology.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
            f'storageClassName: Invalid value: "FAST": {SUBDOMAIN}',
            'capacity: Invalid value: "-1": must be greater than or equal to 0',
        ],
    ),
    ("VolumeAttachment", attachment(), []),
    ("VolumeAttachment", inline(), []),
    (
        "VolumeAttachment",
        attachment(attacher="", nodeName="Node", source={}),
        [
            "spec.attacher: Required value",
            f"spec.source: Required value: {ONE_SOURCE}",
            f'spec.nodeName: Invalid value: "Node": {SUBDOMAIN}',
            "spec.attacher: Required value",
            f'spec.attacher: Invalid value: "": {SUBDOMAIN}',
        ],
    ),
    (
        "VolumeAttachment",
        attachment(source={"persistentVolumeName": ""}),
        [
            "spec.source.persistentVolumeName: Required value: must specify non empty persistentVolumeName",
            f'spec.source.persistentVolumeName: Invalid value: "": {SUBDOMAIN}',
        ],
    ),
    (
        "VolumeAttachment",
        attachment(source={"persistentVolumeName": "pv", "inlineVolumeSpec": {}}),
        [f"spec.source: Forbidden: {ONE_SOURCE}"],
    ),
    (
        "VolumeAttachment",
        inline(
            capacity={"storage": "1Gi"},
            claimRef={"name": "c"},
            csi=None,
            persistentVolumeReclaimPolicy="Delete",
            storageClassName="fast",
            volumeMode="Block",
            hostPath={"path": "/"},
        ),
        [
            f"spec.source.inlineVolumeSpec.claimRef: Forbidden: may not be specified {INLINE}",
            f"spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified {INLINE}",
            f"spec.source.inlineVolumeSpec.csi: Required value: has to be specified {INLINE}",
            f"spec.source.inlineVolumeSpec.persistentVolumeReclaimPolicy: Forbidden: may only be Retain {INLINE}",
            f"spec.source.inlineVolumeSpec.storageClassName: Forbidden: may not be specified {INLINE}",
            "spec.source.inlineVolumeSpec.volumeMode: Forbidden: "
            f"may not specify volumeMode other than Filesystem {INLINE}",
        ],
    ),
    ("VolumeAttributesClass", {"driverName": "csi.example.com", "parameters": {"iops": "3000"}}, []),
    (
        "VolumeAttributesClass",
        {"driverName": "", "parameters": {}},
        ["driverName: Required value", "parameters: Required value: must contain at least one key/value pair"],
    ),
    (
        "VolumeAttributesClass",
        {"driverName": "CSI Example", "parameters": {"": "x"}},
        [
            *(f'driverName: Invalid value: "csi example": {text}' for text in names.label_key("csi example")),
            'parameters: Invalid value: "": field can not be empty.',
        ],
    ),
    ("IPAddress", address(), []),
    ("IPAddress", {"spec": {}}, ["spec.parentRef: Required value"]),
    (
        "IPAddress",
        address(group="Apps", resource="", name="a/b", namespace="x%y"),
        [
            f'spec.parentRef.group: Invalid value: "Apps": {SUBDOMAIN}',
            "spec.parentRef.resource: Required value",
            "spec.parentRef.name: Invalid value: \"a/b\": may not contain '/'",
            "spec.parentRef.namespace: Invalid value: \"x%y\": may not contain '%'",
        ],
    ),
    ("ServiceCIDR", cidrs("10.0.0.0/24", "2001:db8::/64"), []),
    ("ServiceCIDR", cidrs(), ["spec.cidrs: Required value: at least one CIDR required"]),
    (
        "ServiceCIDR",
        cidrs("10.0.0.0/24", "10.1.0.0/24"),
        [
            'spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/24","10.1.0.0/24"]}: may specify no more than one IP for '
            "each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"
        ],
    ),
    (
        "ServiceCIDR",
        cidrs("10.0.0.0/24", "2001:db8::/64", "10.1.0.0/24"),
        [
            'spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/24","2001:db8::/64","10.1.0.0/24"]}: '
            "may only hold up to 2 values"
        ],
    ),
    (
        "ServiceCIDR",
        cidrs("10.0.0.1/24"),
        ['spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length'],
    ),
    (
        "ServiceCIDR",
        cidrs("2001:DB8::/64"),
        ['spec.cidrs[0]: Invalid value: "2001:DB8::/64": must be in canonical form ("2001:db8::/64")'],
    ),
    ("RuntimeClass", {"handler": "runsc", "overhead": {"podFixed": {"cpu": "250m"}}}, []),
    (
        "RuntimeClass",
        {
            "handler": "Run SC",
            "overhead": {"podFixed": {"cpu": "-1", "apples": "1"}},
            "scheduling": {
                "nodeSelector": {"a b": "c"},
                "tolerations": [{"key": "a", "operator": "Exists", "value": "x"}],
            },
        },
        [
            f'handler: Invalid value: "Run SC": {LABEL}',
            'overhead.limits[apples]: Invalid value: "apples": must be a standard resource type or fully qualified',
            'overhead.limits[apples]: Invalid value: "apples": must be a standard resource for containers',
            'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
            f'scheduling.nodeSelector: Invalid value: "a b": {names.label_key("a b")[0]}',
            "scheduling.tolerations[0].operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'",
        ],
    ),
    ("ControllerRevision", {"data": {"spec": {}}, "revision": 1}, []),
    (
        "ControllerRevision",
        {"revision": -1},
        [
            "data: Required value: data is mandatory",
            "revision: Invalid value: -1: must be greater than or equal to 0",
        ],
    ),
    ("ServiceAccount", {"secrets": [{"name": "a"}]}, []),
]


@pytest.mark.parametrize(("kind", "data", "wanted"), CASES)
def test_new(kind: str, data: dict[str, Any], wanted: list[str]) -> None:
    assert check(kind, data) == wanted


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("CSIDriver", driver(podInfoOnMount=False), driver(podInfoOnMount=True), []),
    (
        "CSIDriver",
        driver(),
        driver(attachRequired=False, volumeLifecycleModes=["Ephemeral"]),
        [
            "spec.attachedRequired: Invalid value: false: field is immutable",
            'spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable',
        ],
    ),
    ("CSINode", node({"allocatable": {"count": 1}}), node({"allocatable": {"count": 2}}), []),
    (
        "CSINode",
        node({}),
        node({"nodeID": "other"}),
        ['spec.drivers: Invalid value: {"name":"csi.example.com","nodeID":"other"}: field is immutable'],
    ),
    (
        "CSIStorageCapacity",
        {"storageClassName": "fast"},
        {"storageClassName": "slow", "nodeTopology": {"matchLabels": {"a": "b"}}, "capacity": "1"},
        [
            'nodeTopology: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
            'storageClassName: Invalid value: "slow": field is immutable',
        ],
    ),
    (
        "VolumeAttachment",
        attachment(),
        attachment(nodeName="node-1"),
        [
            'spec: Invalid value: {"attacher":"csi.example.com","nodeName":"node-1",'
            '"source":{"persistentVolumeName":"pv"}}: field is immutable'
        ],
    ),
    (
        "VolumeAttributesClass",
        {"driverName": "a.example.com", "parameters": {"iops": "1"}},
        {"driverName": "b.example.com", "parameters": {"iops": "2"}},
        [
            "driverName: Forbidden: updates to driverName are forbidden.",
            "parameters: Forbidden: updates to parameters are forbidden.",
        ],
    ),
    (
        "IPAddress",
        address(),
        address(name="other"),
        [
            'spec.parentRef: Invalid value: {"name":"other","namespace":"default","resource":"services"}: '
            "field is immutable"
        ],
    ),
    (
        "ServiceCIDR",
        cidrs("10.0.0.0/24"),
        cidrs("10.1.0.0/24"),
        ['spec.cidrs: Invalid value: ["10.1.0.0/24"]: field is immutable'],
    ),
    ("RuntimeClass", {"handler": "a"}, {"handler": "b"}, ['handler: Invalid value: "b": field is immutable']),
    ("ControllerRevision", {"data": {"a": 1}, "revision": 1}, {"data": {"a": 1}, "revision": 2}, []),
    (
        "ControllerRevision",
        {"data": {"a": 1}},
        {"data": {"a": 2}},
        ['data: Invalid value: {"a":2}: field is immutable'],
    ),
]


@pytest.mark.parametrize(("kind", "old", "new", "wanted"), CHANGES)
def test_change(kind: str, old: dict[str, Any], new: dict[str, Any], wanted: list[str]) -> None:
    assert change(kind, old, new) == wanted


def test_an_address_is_named_by_itself() -> None:
    strategy = IPAddressStrategy()
    assert strategy.validate_name("10.0.0.1") == ()
    assert list(strategy.validate_name("web")) == ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
    assert list(strategy.validate_name("2001:DB8::1")) == ['must be in canonical form ("2001:db8::1")']
