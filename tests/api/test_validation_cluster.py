"""Roles, quotas, policies, storage, ingress, autoscalers, certificates, definitions: what the server says of them."""

import ast
import base64
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from k8snb.api.decode import decode_object
from k8snb.api.resources import RESOURCES, Resource
from k8snb.api.validation.field import FieldError
from k8snb.apiserver import registry
from k8snb.apiserver.registry import strategy_of
from k8snb.apiserver.registry.strategy import rule

REGISTRY = Path(registry.__file__).parent


def named_rules() -> set[tuple[str, str]]:
    """Every validator that a strategy asks for by name."""
    found = set()
    for file in REGISTRY.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "rule":
                module, name = (getattr(argument, "value", None) for argument in node.args)
                if isinstance(module, str) and isinstance(name, str):
                    found.add((module, name))
    return found


@pytest.mark.parametrize(("module", "name"), sorted(named_rules()))
def test_every_validator_exists(module: str, name: str) -> None:
    assert rule(module, name) is getattr(import_module(f"k8snb.api.validation.{module}"), name)


def resource_of(kind: str) -> Resource:
    return next(r for r in RESOURCES if r.kind == kind)


def build(kind: str, data: dict[str, Any]) -> Any:
    resource = resource_of(kind)
    metadata = {"name": "x", **({"namespace": "default"} if resource.namespaced else {}), **data.get("metadata", {})}
    obj, unknown = decode_object(resource.model, {**data, "metadata": metadata})
    assert not unknown
    return strategy_of(resource).defaults(obj)


def check(kind: str, data: dict[str, Any]) -> list[str]:
    strategy = strategy_of(resource_of(kind))
    return texts(strategy.validate(None, build(kind, data)))  # type: ignore[arg-type]  # these rules need no context


def change(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    strategy = strategy_of(resource_of(kind))
    return texts(strategy.validate_update(None, build(kind, new), build(kind, old)))  # type: ignore[arg-type]


def texts(errors: list[FieldError]) -> list[str]:
    return [str(error) for error in errors]


RULE = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}
REF = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
PEER = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
BACKEND = {"service": {"name": "web", "port": {"number": 80}}}


def paths(**path: Any) -> dict[str, Any]:
    return {"spec": {"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": BACKEND, **path}]}}]}}


VOLUME = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/data"}}
TARGET = {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("Role", {"rules": [RULE]}, []),
    (
        "Role",
        {"rules": [{}]},
        [
            "rules[0].verbs: Required value: verbs must contain at least one value",
            "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
            "rules[0].resources: Required value: resource rules must supply at least one resource",
        ],
    ),
    (
        "Role",
        {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/metrics"]}]},
        ['rules[0].nonResourceURLs: Invalid value: ["/metrics"]: namespaced rules cannot apply to non-resource URLs'],
    ),
    ("ClusterRole", {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/metrics"]}]}, []),
    ("RoleBinding", {"roleRef": REF, "subjects": [{"kind": "User", "name": "jane"}]}, []),
    (
        "ClusterRoleBinding",
        {"roleRef": REF, "subjects": [{"kind": "ServiceAccount", "name": "a"}, {"kind": "Robot", "name": "b"}]},
        [
            'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
            "subjects[0].namespace: Required value",
            'subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
        ],
    ),
    (
        "ResourceQuota",
        {"spec": {"hard": {"pods": "10", "count/widgets.example.com": "1"}, "scopes": ["BestEffort"]}},
        [],
    ),
    (
        "ResourceQuota",
        {"spec": {"hard": {"pods": "1.5", "cpu": "-1", "apples": "1"}}},
        [
            'spec.hard[apples]: Invalid value: "apples": must be a standard resource type or fully qualified',
            'spec.hard[apples]: Invalid value: "apples": must be a standard resource for quota',
            'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
            'spec.hard[pods]: Invalid value: "1500m": must be an integer',
        ],
    ),
    (
        "ResourceQuota",
        {"spec": {"hard": {"cpu": "1"}, "scopes": ["BestEffort", "Sometimes"]}},
        [
            'spec.scopes: Invalid value: ["BestEffort","Sometimes"]: unsupported scope applied to resource',
            'spec.scopes: Invalid value: ["BestEffort","Sometimes"]: unsupported scope',
        ],
    ),
    (
        "ResourceQuota",
        {
            "spec": {
                "hard": {"pods": "1"},
                "scopeSelector": {"matchExpressions": [_ := {"scopeName": "PriorityClass", "operator": "In"}]},
            }
        },
        [
            "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' "
            "or 'NotIn' for scope selector"
        ],
    ),
    (
        "LimitRange",
        {"spec": {"limits": [{"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}},
        [
            'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
            'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
            'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
        ],
    ),
    (
        "LimitRange",
        {"spec": {"limits": [{"type": "Pod", "default": {"cpu": "1"}}, {"type": "Pod"}, {"type": "Fruit"}]}},
        [
            "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
            'spec.limits[1].type: Duplicate value: "Pod"',
            'spec.limits[2].type: Invalid value: "Fruit": must be a standard limit type or fully qualified',
        ],
    ),
    ("PodDisruptionBudget", {"spec": {"minAvailable": "50%"}}, []),
    (
        "PodDisruptionBudget",
        {"spec": {"minAvailable": "150%"}},
        ['spec.minAvailable: Invalid value: "150%": must not be greater than 100%'],
    ),
    ("PriorityClass", {"value": 1000}, []),
    (
        "PriorityClass",
        {"value": 2_000_000_000},
        ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
    ),
    (
        "PriorityClass",
        {"metadata": {"name": "system-mine"}, "value": 1},
        [
            "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: "
            "system-mine is not a known system priority class"
        ],
    ),
    ("StorageClass", {"provisioner": "example.com/disk"}, []),
    (
        "StorageClass",
        {"reclaimPolicy": "Burn", "volumeBindingMode": "Never"},
        [
            "provisioner: Required value",
            'reclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Retain"',
            'volumeBindingMode: Unsupported value: "Never": supported values: "Immediate", "WaitForFirstConsumer"',
        ],
    ),
    ("PersistentVolume", {"spec": VOLUME}, []),
    (
        "PersistentVolume",
        {"spec": {}},
        [
            "spec.accessModes: Required value",
            "spec.capacity: Required value",
            'spec.capacity: Unsupported value: null: supported values: "storage"',
            "spec: Required value: must specify a volume type",
        ],
    ),
    (
        "PersistentVolume",
        {"spec": {**VOLUME, "nfs": {"server": "s", "path": "/"}}},
        ["spec.nfs: Forbidden: may not specify more than 1 volume type"],
    ),
    (
        "PersistentVolume",
        {"spec": {"capacity": {"storage": "0"}, "accessModes": ["ReadWriteOnce"], "local": {"path": "/data"}}},
        [
            'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
            "spec.nodeAffinity: Required value: Local volume requires node affinity",
        ],
    ),
    ("Ingress", paths(), []),
    ("Ingress", {"spec": {}}, ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"]),
    (
        "Ingress",
        paths(path="x//y", backend={}),
        [
            'spec.rules[0].http.paths[0].path: Invalid value: "x//y": must be an absolute path',
            "spec.rules[0].http.paths[0].path: Invalid value: \"x//y\": must not contain '//'",
            'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
        ],
    ),
    (
        "Ingress",
        {"spec": {"rules": [{"host": "10.0.0.1"}]}},
        ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
    ),
    (
        "IngressClass",
        {"spec": {"controller": "nginx"}},
        ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    ),
    ("NetworkPolicy", {"spec": {"ingress": [{"from": [PEER], "ports": [{"port": 80, "endPort": 90}]}]}}, []),
    (
        "NetworkPolicy",
        {"spec": {"ingress": [{"from": [{}], "ports": [{"port": "web", "endPort": 90}]}]}},
        [
            "spec.ingress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is non-numeric",
            "spec.ingress[0].from[0]: Required value: must specify a peer",
        ],
    ),
    (
        "NetworkPolicy",
        {"spec": {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}]}},
        ['spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`'],
    ),
    ("HorizontalPodAutoscaler", {"spec": {"maxReplicas": 3, "scaleTargetRef": TARGET, "metrics": [CPU]}}, []),
    (
        "HorizontalPodAutoscaler",
        {"spec": {"minReplicas": 0, "maxReplicas": -1, "scaleTargetRef": {}}},
        [
            "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
            "spec.maxReplicas: Invalid value: -1: must be greater than 0",
            "spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`",
            "spec.scaleTargetRef.kind: Required value",
            "spec.scaleTargetRef.name: Required value",
            "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero "
            "replicas",
        ],
    ),
    (
        "HorizontalPodAutoscaler",
        {
            "spec": {
                "maxReplicas": 3,
                "scaleTargetRef": TARGET,
                "metrics": [{"type": "Pods", "resource": CPU["resource"]}],
            }
        },
        ["spec.metrics[0].pods: Required value: must populate information for the given metric source"],
    ),
    (
        "CertificateSigningRequest",
        {
            "spec": {
                "request": base64.b64encode(b"nothing").decode(),
                "signerName": "me",
                "usages": ["fun", "any", "any"],
            }
        },
        [
            'spec.request: Invalid value: "bm90aGluZw==": PEM block type must be CERTIFICATE REQUEST',
            'spec.usages[0]: Unsupported value: "fun": supported values: "any", "cert sign", "client auth", "code signing", '
            '"content commitment", "crl sign", "data encipherment", "decipher only", "digital signature", "email '
            'protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key '
            'encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", '
            '"timestamping"',
            'spec.usages[2]: Duplicate value: "any"',
            'spec.signerName: Invalid value: "me": must be a fully qualified domain and path of the form '
            "'example.com/signer-name'",
        ],
    ),
]


@pytest.mark.parametrize(("kind", "data", "expected"), CASES)
def test_new_objects(kind: str, data: dict[str, Any], expected: list[str]) -> None:
    assert check(kind, data) == expected


UPDATES: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "RoleBinding",
        {"roleRef": REF},
        {"roleRef": {**REF, "name": "other"}},
        [
            'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change '
            "roleRef"
        ],
    ),
    ("PriorityClass", {"value": 1}, {"value": 2}, ["value: Forbidden: may not be changed in an update."]),
    (
        "StorageClass",
        {"provisioner": "a/b", "parameters": {"type": "x"}},
        {"provisioner": "a/c", "reclaimPolicy": "Retain"},
        [
            "parameters: Forbidden: updates to parameters are forbidden.",
            "provisioner: Forbidden: updates to provisioner are forbidden.",
            "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
        ],
    ),
    (
        "PersistentVolume",
        {"spec": VOLUME},
        {"spec": {**VOLUME, "hostPath": {"path": "/other"}}},
        [
            "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n"
            "  core.PersistentVolumeSource{\n"
            "  \t... // 11 identical fields\n"
            "  \tHostPath: core.HostPathVolumeSource{\n"
            '- \t\tPath: "/data",\n'
            '+ \t\tPath: "/other",\n'
            "  \t\t... // 1 identical field\n"
            "  \t},\n"
            "  \t... // 10 identical fields\n"
            "  }\n"
        ],
    ),
    (
        "ResourceQuota",
        {"spec": {"hard": {"pods": "1"}}},
        {"spec": {"hard": {"pods": "1"}, "scopes": ["BestEffort"]}},
        ['spec.scopes: Invalid value: ["BestEffort"]: field is immutable'],
    ),
    (
        "IngressClass",
        {"spec": {"controller": "a.io/b"}},
        {"spec": {"controller": "a.io/c"}},
        ['spec.controller: Invalid value: "a.io/c": field is immutable'],
    ),
]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), UPDATES)
def test_changes(kind: str, old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert change(kind, old, new) == expected


def definition(schema: dict[str, Any], **spec: Any) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "cakes", "kind": "Cake"}
    whole = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version], **spec}
    return {"metadata": {"name": "cakes.example.com"}, "spec": whole}


AT = "spec.validation.openAPIV3Schema"
SCHEMAS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "object"}, []),
    ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, []),
    ({"type": "object", "properties": {"port": {"x-kubernetes-int-or-string": True}}}, []),
    ({}, [f"{AT}.type: Required value: must not be empty at the root"]),
    (
        {"type": "object", "properties": {"a": {}, "b": {"type": "array"}, "c": {"type": "text"}}},
        [
            f"{AT}.properties[a].type: Required value: must not be empty for specified object fields",
            f"{AT}.properties[b].items: Required value: must be specified",
            f'{AT}.properties[c].type: Unsupported value: "text": supported values: "array", "boolean", "integer", '
            '"number", "object", "string"',
        ],
    ),
    (
        {"type": "object", "anyOf": [{"properties": {"a": {"type": "string"}}}]},
        [
            f"{AT}.anyOf[0].properties[a].type: Forbidden: must be empty to be structural",
            f"{AT}.properties[a]: Required value: because it is defined in {AT}.anyOf[0].properties[a]",
        ],
    ),
    (
        {
            "type": "object",
            "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}},
        },
        [
            f"{AT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but "
            "metadata is implicitly specified"
        ],
    ),
]


@pytest.mark.parametrize(("schema", "expected"), SCHEMAS)
def test_schemas_of_definitions(schema: dict[str, Any], expected: list[str]) -> None:
    assert check("CustomResourceDefinition", definition(schema)) == expected


def test_names_of_definitions() -> None:
    wrong = definition({"type": "object"}, names={"plural": "Cakes", "kind": "Cake", "shortNames": ["c_k"]})
    found = check("CustomResourceDefinition", wrong)
    assert found[0] == 'metadata.name: Invalid value: "cakes.example.com": must be spec.names.plural+"."+spec.group'
    assert [text.partition(":")[0] for text in found[1:]] == ["spec.names.plural", "spec.names.shortNames[0]"]
