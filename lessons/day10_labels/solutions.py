"""Day 10: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster


@solution("D10-E1")
def label_the_machine(c: Cluster) -> None:
    c.kubectl("label node minikube hardware=high-memory")
    c.kubectl("wait --for=condition=Ready pod/my-pod --timeout=120s")


@solution("D10-E1")
def after_a_spelling_mistake(c: Cluster) -> None:
    c.kubectl("label node minikube hardware=highmemory")
    c.advance(600)
    c.kubectl("label node minikube hardware=high-memory --overwrite")
    c.settle()


@solution("D10-E1")
def deleted_handed_in_again_and_waited(c: Cluster) -> None:
    manifest = c.kubectl("get pod my-pod -o yaml").stdout
    c.kubectl("delete pod my-pod")
    c.kubectl("create -f -", stdin=manifest.replace("  uid:", "  #uid:").replace("  resourceVersion:", "  #rv:"))
    c.advance(5)
    c.kubectl("label node minikube hardware=high-memory")
    c.settle()


@solution("D10-E2")
def node_selectors(c: Cluster) -> None:
    for deployment, pool in (("grinder", "cpu"), ("photos", "memory")):
        patch = '{"spec":{"template":{"spec":{"nodeSelector":{"pool":"' + pool + '"}}}}}'
        c.kubectl(["patch", "deployment", deployment, "-p", patch])
        c.kubectl(f"rollout status deployment {deployment}")
    c.settle()


@solution("D10-E2")
def node_affinity(c: Cluster) -> None:
    for name, pool in (("grinder", "cpu"), ("photos", "memory")):
        term = '{"matchExpressions":[{"key":"pool","operator":"In","values":["' + pool + '"]}]}'
        must = '{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[' + term + "]}}"
        patch = '{"spec":{"template":{"spec":{"affinity":{"nodeAffinity":' + must + "}}}}}"
        c.kubectl(["patch", "deployment", name, "-p", patch])
    c.settle()


@solution("D10-E3")
def annotate_by_selector(c: Cluster) -> None:
    c.kubectl(["annotate", "pods", "-l", "tier=backend,env!=production", "restart=tonight"])


@solution("D10-E3")
def annotate_with_notin(c: Cluster) -> None:
    c.kubectl(["annotate", "pods", "-l", "tier in (backend),env notin (production)", "restart=tonight"])


@solution("D10-E3")
def annotate_by_name(c: Cluster) -> None:
    c.kubectl("annotate pods noodles peanut-ice scallion-cake restart=tonight")


@solution("D10-E4")
def relabelled(c: Cluster) -> None:
    pod = c.kubectl("get pods -l app=shop -o name").stdout.split()[0]
    c.kubectl(f"label {pod} app=quarantine --overwrite")
    c.settle()


@solution("D10-E4")
def label_taken_off(c: Cluster) -> None:
    pod = c.kubectl("get pods -l app=shop -o name").stdout.split()[0]
    c.kubectl(f"label {pod} app- looked-at-by=nephew")
    c.settle()


SOLUTIONS = (
    label_the_machine,
    after_a_spelling_mistake,
    deleted_handed_in_again_and_waited,
    node_selectors,
    node_affinity,
    annotate_by_selector,
    annotate_with_notin,
    annotate_by_name,
    relabelled,
    label_taken_off,
)
