"""The validators against what a real API server answered to the same manifests (recorded transcripts, if they are there)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from k8snb.api import yaml
from k8snb.api.decode import decode_object
from k8snb.api.object import Object
from k8snb.api.resources import RESOURCES
from k8snb.api.validation import names
from k8snb.api.validation.configmap import validate_config_map
from k8snb.api.validation.deployment import validate_deployment
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.metadata import validate_metadata
from k8snb.api.validation.persistentvolumeclaim import validate_claim
from k8snb.api.validation.pod import validate_pod
from k8snb.api.validation.replicaset import validate_replica_set
from k8snb.api.validation.service import validate_service
from k8snb.apiserver.registry.deployment import DeploymentStrategy
from k8snb.apiserver.registry.pod import PodStrategy
from k8snb.apiserver.registry.replicaset import ReplicaSetStrategy
from k8snb.apiserver.registry.service import ServiceStrategy
from k8snb.apiserver.registry.strategy import Strategy

CASES = Path(__file__).parents[3] / "shared" / "parity" / "cases"
VALIDATORS: dict[str, tuple[Callable[[Any], list[FieldError]], Strategy]] = {
    "ConfigMap": (validate_config_map, Strategy()),
    "Deployment": (validate_deployment, DeploymentStrategy()),
    "PersistentVolumeClaim": (validate_claim, Strategy()),
    "Pod": (validate_pod, PodStrategy()),
    "ReplicaSet": (validate_replica_set, ReplicaSetStrategy()),
    "Service": (validate_service, ServiceStrategy()),
}
#: answered by the allocator of node ports, not by validation
ALLOCATED = re.compile(r"provided port is not in the valid range|provided port is already allocated")
HEREDOC = re.compile(r"^\$ kubectl (?:apply|create) -f - <<'EOF'\n((?:(?!EOF\n).*\n)*)EOF\n((?:! .*\n)+)", re.MULTILINE)


def recorded() -> Iterator[Any]:
    for case in sorted(CASES.glob("*/*.console")):
        for i, (manifest, answer) in enumerate(HEREDOC.findall(case.read_text())):
            said = [line[2:] for line in answer.splitlines()]
            found = re.match(r'The (\w+) "(?:.*)" is invalid:(.*)', said[0])
            if found and found.group(1) in VALIDATORS and not ALLOCATED.search(answer):
                errors = [found.group(2).strip()] if found.group(2) else [line[2:] for line in said[1:]]
                yield pytest.param(manifest, errors, id=f"{case.parent.name}-{case.stem}-{i}")


def build(manifest: str) -> tuple[Object, Strategy, Callable[[Any], list[FieldError]]]:
    data = yaml.load(manifest)
    validate, strategy = VALIDATORS[data["kind"]]
    group, _, version = data["apiVersion"].rpartition("/")
    resource = next(r for r in RESOURCES if (r.group, r.version, r.kind) == (group, version, data["kind"]))
    obj, unknown = decode_object(resource.model, data)
    assert not unknown
    return strategy.defaults(obj.with_metadata(namespace="default")), strategy, validate


@pytest.mark.skipif(not CASES.is_dir(), reason="no recorded transcripts here")
@pytest.mark.parametrize(("manifest", "expected"), list(recorded()))
def test_same_errors_in_the_same_order(manifest: str, expected: list[str]) -> None:
    obj, _, validate = build(manifest)
    rule = names.dns_label if obj.kind == "Service" else names.dns_subdomain
    found = validate_metadata(obj.metadata, namespaced=True, name=rule) + validate(obj)
    assert list(dict.fromkeys(map(str, found))) == expected
