"""What of a Pod may change, and what not: spec, status, debug containers, sizes."""

from typing import Any

import pytest

from k8snb.api.core.pod import Binding, Pod
from k8snb.api.decode import decode_object, read
from k8snb.api.validation.field import FieldError
from k8snb.api.validation.pod import (
    UPDATABLE,
    validate_binding,
    validate_ephemeral_containers_update,
    validate_pod_resize,
    validate_pod_status_update,
    validate_pod_update,
)
from k8snb.apiserver.registry.pod import PodStrategy


def build(spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **annotations: str) -> Pod:
    spec = {"containers": [{"name": "web", "image": "nginx"}], **(spec or {})}
    metadata = {"name": "web", "namespace": "default", "annotations": annotations}
    obj, unknown = decode_object(Pod, {"metadata": metadata, "spec": spec, "status": status or {}})
    assert not unknown
    made = PodStrategy().defaults(obj)
    assert isinstance(made, Pod)
    return made


def texts(errors: list[FieldError]) -> list[str]:
    return [str(error) for error in errors]


def image(name: str) -> dict[str, Any]:
    return {"containers": [{"name": "web", "image": name}]}


ALLOWED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    (image("nginx"), image("redis")),
    ({}, {"activeDeadlineSeconds": 5}),
    ({"activeDeadlineSeconds": 5}, {"activeDeadlineSeconds": 3}),
    ({}, {"tolerations": [{"key": "x", "operator": "Exists"}]}),
    ({"schedulingGates": [{"name": "a"}, {"name": "b"}]}, {"schedulingGates": [{"name": "b"}]}),
    ({"schedulingGates": [{"name": "a"}]}, {"nodeSelector": {"a": "b"}}),
    ({"terminationGracePeriodSeconds": -1}, {"terminationGracePeriodSeconds": 1}),
]


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_allowed(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert validate_pod_update(build(after), build(before)) == []


REFUSED: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (
        {"activeDeadlineSeconds": 500},
        {"activeDeadlineSeconds": 700},
        ["spec.activeDeadlineSeconds: Invalid value: 700: must be less than or equal to previous value"],
    ),
    (
        {"activeDeadlineSeconds": 500},
        {},
        ["spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value"],
    ),
    (
        {"tolerations": [{"key": "x", "operator": "Exists"}]},
        {},
        ["spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"],
    ),
    (
        {},
        {"containers": [{"name": "web", "image": "nginx"}, {"name": "b", "image": "redis"}]},
        ["spec.containers: Forbidden: pod updates may not add or remove containers"],
    ),
    (
        {"schedulingGates": [{"name": "a"}]},
        {"schedulingGates": [{"name": "b"}]},
        ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
    ),
    (
        {"schedulingGates": [{"name": "a"}], "nodeSelector": {"a": "b"}},
        {"schedulingGates": [{"name": "a"}]},
        [
            "spec.nodeSelector: Invalid value: {}: only additions to spec.nodeSelector are allowed "
            "(no mutations or deletions)"
        ],
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), REFUSED)
def test_refused(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert texts(validate_pod_update(build(after), build(before))) == expected


def test_other_changes_show_their_difference() -> None:
    (error,) = validate_pod_update(build({"nodeName": "node-0"}), build())
    lines = str(error).splitlines()
    assert lines[0] == f"spec: Forbidden: pod updates may not change fields other than {UPDATABLE}"
    assert lines[1] == "  core.PodSpec{"
    assert '- \tNodeName: "",' in lines
    assert '+ \tNodeName: "node-0",' in lines
    assert lines[-1] == "  }"


def test_difference_inside_a_container() -> None:
    after = {"containers": [{"name": "web", "image": "nginx", "env": [{"name": "A", "value": "1"}]}]}
    (error,) = validate_pod_update(build(after), build())
    assert '+ \t\t\tEnv: []core.EnvVar{core.EnvVar{Name: "A", Value: "1"}},' in str(error).splitlines()


def test_status_keeps_what_is_fixed() -> None:
    old = build({"restartPolicy": "Never"}, {"qosClass": "BestEffort", "containerStatuses": [ended(0)]})
    new = build({"restartPolicy": "Never"}, {"qosClass": "Burstable", "containerStatuses": [running()]})
    assert texts(validate_pod_status_update(new, old)) == [
        'status.qosClass: Invalid value: "Burstable": field is immutable',
        "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
    ]


@pytest.mark.parametrize(("policy", "code"), [("Always", 0), ("OnFailure", 1)])
def test_containers_that_may_restart(policy: str, code: int) -> None:
    old = build({"restartPolicy": policy}, {"containerStatuses": [ended(code)]})
    new = build({"restartPolicy": policy}, {"containerStatuses": [running()]})
    assert validate_pod_status_update(new, old) == []


def test_addresses_in_status() -> None:
    new = build(
        None, {"podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.1"}], "hostIP": "a", "hostIPs": [{"ip": "1.1.1.1"}]}
    )
    assert texts(validate_pod_status_update(new, build())) == [
        'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.1"}]: '
        "may specify no more than one IP for each IP family",
        'status.podIPs[1]: Duplicate value: {"IP":"10.0.0.1"}',
        'status.hostIPs[0].ip: Invalid value: "1.1.1.1": must be equal to `hostIP`',
    ]


def test_annotations_that_stay() -> None:
    new = build({"nodeName": "n"}, None, **{"kubernetes.io/config.mirror": "b"})
    old = build({"nodeName": "n"}, None, **{"kubernetes.io/config.mirror": "a"})
    assert texts(validate_pod_status_update(new, old)) == [
        "metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation"
    ]


def test_debug_containers_are_only_added() -> None:
    debug = {"name": "debug", "image": "busybox"}
    one, two = build({"ephemeralContainers": [debug]}), build({"ephemeralContainers": [{**debug, "name": "more"}]})
    assert validate_ephemeral_containers_update(one, build()) == []
    assert texts(validate_ephemeral_containers_update(two, one)) == [
        'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be removed\n'
    ]
    changed = build({"ephemeralContainers": [{**debug, "image": "alpine"}]})
    (error,) = validate_ephemeral_containers_update(changed, one)
    assert '"debug" may not be changed\n  core.EphemeralContainer{' in str(error)


def sized(cpu: str, gpu: str = "1", **fields: Any) -> Pod:
    resources = {"limits": {"cpu": cpu, "example.com/gpu": gpu}, "requests": {"cpu": cpu}}
    return build({"containers": [{"name": "web", "image": "nginx", "resources": resources, **fields}]})


def test_resize() -> None:
    assert validate_pod_resize(sized("2"), sized("1")) == []
    assert texts(validate_pod_resize(sized("1", "2"), sized("1", "1"))) == [
        "spec: Forbidden: only cpu and memory resources are mutable"
    ]
    assert texts(validate_pod_resize(build(), sized("1"))) == [
        "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
        "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
    ]


def test_binding() -> None:
    assert texts(validate_binding(read(Binding, {"target": {"kind": "Pod"}}))) == [
        'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
        "target.name: Required value",
    ]


def ended(code: int) -> dict[str, Any]:
    state = {"terminated": {"exitCode": code}}
    return {"name": "web", "image": "", "imageID": "", "ready": False, "restartCount": 0, "state": state}


def running() -> dict[str, Any]:
    return {**ended(0), "state": {"running": {}}}
