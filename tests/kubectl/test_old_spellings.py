"""Old spellings: kubectl's own answer first, then one line of the lab's; nothing of it where the spelling is today's."""

from __future__ import annotations

import pytest

from k8snb.kubectl.old_spellings import hint


@pytest.mark.parametrize(
    ("line", "now"),
    [
        ("get pods --show-all", "type: kubectl get pods\n"),
        ("get svc --show-all=true -A", "type: kubectl get svc -A\n"),
        ("expose pod web --port=80 --generator=service/v2", "type: kubectl expose pod web --port=80\n"),
        ("drain node-1 --delete-local-data --force", "type: kubectl drain node-1 --force --delete-emptydir-data\n"),
        ("version --short", "type: kubectl version\n"),
        ("alpha debug web", "type: kubectl debug web\n"),
        ("run web --image=nginx --generator=run-pod/v1", "type: kubectl create deployment\n"),
        ("run web --image=nginx", "type: kubectl create deployment\n"),
        ("delete rc web --cascade=false", "orphan (what false meant)\n"),
        ("get cs", "kubectl get --raw='/readyz?verbose'\n"),
        ("get psp", "pod-security.kubernetes.io/enforce=baseline\n"),
        ("top node --heapster-namespace=x", "minikube addons enable metrics-server\n"),
        ("rolling-update web --image=nginx", "kubectl set image, kubectl rollout status\n"),
    ],
)
def test_says_what_to_type_now(line: str, now: str) -> None:
    said = hint(line.split())
    assert said.startswith("# k8snb: ")
    assert said.endswith(now)
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        "get pods -A",
        "run web --image=nginx --restart=Never",
        "exec web -- ls --show-all -a",
        "delete rc web --cascade=orphan",
    ],
)
def test_todays_spelling_needs_no_hint(line: str) -> None:
    assert hint(line.split()) == ""


@pytest.mark.parametrize(
    ("kind", "version", "said"),
    [
        ("Deployment", "apps/v1beta2", "gone since v1.16; write apiVersion: apps/v1"),
        ("Ingress", "extensions/v1beta1", "gone since v1.22; write apiVersion: networking.k8s.io/v1"),
        ("CronJob", "batch/v1beta1", "gone since v1.25; write apiVersion: batch/v1"),
        (
            "PodSecurityPolicy",
            "policy/v1beta1",
            "gone since v1.25; nothing takes its place: label the namespace (Pod security)",
        ),
    ],
)
def test_versions_that_are_gone(kind: str, version: str, said: str) -> None:
    complaint = (
        f'error: resource mapping not found for name: "x" namespace: "" from "x.yaml": no matches for kind "{kind}" '
    )
    line = hint(["apply", "-f", "x.yaml"], f'{complaint}in version "{version}"\nensure CRDs are installed first\n')
    assert line == f"# k8snb: {version} of {kind} is {said}\n"


def test_a_version_of_somebody_elses_is_not_explained() -> None:
    assert hint(["apply", "-f", "x.yaml"], 'no matches for kind "Widget" in version "example.com/v1beta1"') == ""
