"""Pod Security: what the levels forbid, who is refused, who is only warned, and what a change of labels says."""

from typing import Any

import pytest

from k8snb.api.core.pod import PodSpec
from k8snb.api.decode import read
from k8snb.apiserver.admission.podstandards import LATEST, violations
from tests.apiserver.face import Face, pod

NAMESPACES = "/api/v1/namespaces"
ENFORCE = "pod-security.kubernetes.io/enforce"


def spec(pod: dict[str, Any] | None = None, **container: Any) -> PodSpec:
    return read(PodSpec, {"containers": [{"name": "a", "image": "x", **container}], **(pod or {})})


def context(**fields: Any) -> dict[str, Any]:
    return {"securityContext": fields}


HARD = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
BASELINE: list[tuple[PodSpec, list[str]]] = [
    (spec(), []),
    (spec({"hostNetwork": True, "hostIPC": True}), ["host namespaces (hostNetwork=true, hostIPC=true)"]),
    (spec({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}), ['hostPath volumes (volume "v")']),
    (spec(ports=[{"containerPort": 1, "hostPort": 1}]), ['hostPort (container "a" uses hostPort 1)']),
    (
        spec(livenessProbe={"httpGet": {"host": "evil", "port": 80}}),
        ['probe or lifecycle host (container "a" uses probe or lifecycle host "evil")'],
    ),
    (spec(**context(privileged=True)), ['privileged (container "a" must not set securityContext.privileged=true)']),
    (
        spec(**context(capabilities={"add": ["SYS_ADMIN", "CHOWN"]})),
        ['non-default capabilities (container "a" must not include "SYS_ADMIN" in securityContext.capabilities.add)'],
    ),
    (
        spec(**context(procMount="Unmasked")),
        ['procMount (container "a" must not set securityContext.procMount to "Unmasked")'],
    ),
    (spec({"hostUsers": False}, **context(procMount="Unmasked")), []),
    (
        spec({"securityContext": {"seLinuxOptions": {"type": "spc_t", "user": "u"}}}),
        ['seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)'],
    ),
    (
        spec({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
        ['seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")'],
    ),
    (
        spec({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}),
        ["forbidden sysctls (kernel.msgmax)"],
    ),
    (
        spec({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}),
        ['forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")'],
    ),
    (
        spec({"securityContext": {"windowsOptions": {"hostProcess": True}}}),
        ["hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)"],
    ),
]


def found(level: str, pod: PodSpec, version: tuple[int, int] = LATEST) -> list[str]:
    return [f"{one.reason} ({one.detail})" for one in violations(level, version, {}, pod)]


@pytest.mark.parametrize(("pod", "expected"), BASELINE)
def test_baseline(pod: PodSpec, expected: list[str]) -> None:
    assert found("baseline", pod) == expected
    assert found("privileged", pod) == []


RESTRICTED: list[tuple[PodSpec, list[str]]] = [
    (spec(**context(**HARD)), []),
    (
        spec(**context(**{**HARD, "capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}})),
        ['unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)'],
    ),
    (spec(**context(**HARD, runAsUser=0)), ['runAsUser=0 (container "a" must not set runAsUser=0)']),
    (
        spec({"securityContext": {"runAsNonRoot": True}}, **context(**{**HARD, "runAsNonRoot": False})),
        ['runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)'],
    ),
    (
        spec({"volumes": [{"name": "n", "nfs": {"server": "s", "path": "/"}}]}, **context(**HARD)),
        ['restricted volume types (volume "n" uses restricted volume type "nfs")'],
    ),
    (spec({"os": {"name": "windows"}}, **context(runAsNonRoot=True)), []),
]


@pytest.mark.parametrize(("pod", "expected"), RESTRICTED)
def test_restricted(pod: PodSpec, expected: list[str]) -> None:
    assert found("restricted", pod) == expected


def test_older_versions_know_fewer_checks() -> None:
    probing = spec(livenessProbe={"tcpSocket": {"host": "evil", "port": 80}})
    assert found("baseline", probing, (1, 33)) == []
    assert len(found("baseline", probing, (1, 34))) == 1
    assert [text.partition(" (")[0] for text in found("restricted", spec(), (1, 21))] == [
        "allowPrivilegeEscalation != false",
        "runAsNonRoot != true",
        "seccompProfile",
    ]


@pytest.fixture
def face() -> Face:
    return Face()


def labelled(face: Face, **labels: str) -> list[str]:
    body = {"metadata": {"labels": {f"pod-security.kubernetes.io/{k.replace('_', '-')}": v for k, v in labels.items()}}}
    answer = face.call("PATCH", f"{NAMESPACES}/default", body, kind="application/merge-patch+json")
    assert answer.code == 200, answer.body
    return list(answer.warnings)


def test_enforced_pods_are_refused_and_templates_warned_about(face: Face) -> None:
    assert labelled(face, enforce="baseline") == []
    bad = pod("host")
    bad["spec"]["hostPID"] = True
    pods = f"{NAMESPACES}/default/pods"
    code, reason, message = face.refused("POST", pods, bad)
    detail = 'PodSecurity "baseline:latest": host namespaces (hostPID=true)'
    assert (code, reason, message) == (403, "Forbidden", f'pods "host" is forbidden: violates {detail}')
    template = {"metadata": {"name": "t"}, "template": {"metadata": {}, "spec": bad["spec"]}}
    answer = face.call("POST", f"{NAMESPACES}/default/podtemplates", template)
    assert (answer.code, answer.warnings) == (201, (f"would violate {detail}",))


def test_a_change_of_labels_counts_the_pods_that_fail(face: Face) -> None:
    for name in "abc":
        bad = pod(name)
        bad["spec"]["hostPID"] = name != "c"
        face.ok("POST", f"{NAMESPACES}/default/pods", bad)
    assert labelled(face, enforce="baseline", enforce_version="v1.30") == [
        'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:v1.30"',
        "a (and 1 other pod): host namespaces",
    ]
    assert labelled(face, enforce="privileged") == []


def test_labels_that_mean_nothing(face: Face) -> None:
    body = {"metadata": {"labels": {ENFORCE: "none", f"{ENFORCE}-version": "1.30"}}}
    answer = face.refused("PATCH", f"{NAMESPACES}/default", body, kind="application/merge-patch+json")
    assert answer == (
        422,
        "Invalid",
        'Namespace "default" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "none": must '
        "be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid "
        'value: "1.30": must be "latest" or "v1.x"]',
    )
