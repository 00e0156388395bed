"""Day 7: right ways to do the exercises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent
CLIPBOARD = "manifests/my-replication-controller.yaml"
NAME = "my-replication-controller"


def first_of(c: Cluster, label: str) -> str:
    """The name of a Pod with a label."""
    return str(c.kubectl(["get", "pods", "-l", label, "-o", "json"]).json()["items"][0]["metadata"]["name"])


@solution("D07-E1")
def delete_then_scale(c: Cluster) -> None:
    c.kubectl(["create", "-f", CLIPBOARD], cwd=str(FOLDER))
    c.settle()
    c.kubectl(["delete", "pod", first_of(c, "app=hello-pod-v1")])
    c.kubectl(["scale", "--replicas=4", "-f", CLIPBOARD], cwd=str(FOLDER))
    c.settle()


@solution("D07-E1")
def four_from_the_start(c: Cluster) -> None:
    manifest = (FOLDER / CLIPBOARD).read_text(encoding="utf-8")
    c.apply(manifest.replace("replicas: 3", "replicas: 4"))
    c.settle()
    c.kubectl(["delete", "pod", first_of(c, "version=v1"), "--grace-period=0", "--force"])
    c.settle()


@solution("D07-E2")
def orphan(c: Cluster) -> None:
    c.kubectl("delete rc night-shift --cascade=orphan")
    c.settle()


@solution("D07-E2")
def as_in_2018(c: Cluster) -> None:
    c.kubectl("delete rc night-shift --cascade=false")
    c.settle()


@solution("D07-E2")
def let_out_one_by_one(c: Cluster) -> None:
    c.kubectl("label pods -l app=night-shift app=on-their-own --overwrite")
    c.settle()
    c.kubectl("delete rc night-shift")
    c.settle()


@solution("D07-E3")
def label_corrected(c: Cluster) -> None:
    manifest = (FOLDER / "manifests/tea-stand.yaml").read_text(encoding="utf-8")
    c.apply(manifest.replace("app: coffee", "app: tea"))
    c.settle()


@solution("D07-E3")
def selector_left_to_the_template(c: Cluster) -> None:
    """Without a selector, a ReplicationController counts by the template's labels."""
    manifest = (FOLDER / "manifests/tea-stand.yaml").read_text(encoding="utf-8")
    c.apply(manifest.replace("  selector:\n    app: tea\n", "").replace("app: coffee", "app: tea"))
    c.settle()


@solution("D07-E4")
def another_label(c: Cluster) -> None:
    c.kubectl(["label", "pod", first_of(c, "app=stalls"), "app=quarantine", "--overwrite"])
    c.settle()


@solution("D07-E4")
def label_peeled_off(c: Cluster) -> None:
    c.kubectl(["label", "pod", first_of(c, "app=stalls"), "app-"])
    c.settle()


SOLUTIONS = (
    delete_then_scale,
    four_from_the_start,
    orphan,
    as_in_2018,
    let_out_one_by_one,
    label_corrected,
    selector_left_to_the_template,
    another_label,
    label_peeled_off,
)
