"""Day 1: right ways to do the exercises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster


FOLDER = Path(__file__).parent


def home_of_the_shop(c: Cluster) -> str:
    """A worker on which the shop has Pods."""
    pods = c.kubectl("get pods -l app=shop -o json").json()["items"]
    return next(pod["spec"]["nodeName"] for pod in pods if pod["spec"]["nodeName"] != "minikube")


def crash(c: Cluster) -> None:
    """End the program in one of the shop's Pods."""
    pod = c.kubectl("get pods -l app=shop -o json").json()["items"][0]["metadata"]["name"]
    c.kubectl(["exec", pod, "--", "kill", "1"])
    c.advance(10)


@solution("D01-E1")
def kill_and_drain(c: Cluster) -> None:
    crash(c)
    c.kubectl(["drain", home_of_the_shop(c), "--ignore-daemonsets"])
    c.kubectl("rollout status deployment shop")
    c.settle()


@solution("D01-E1")
def cordon_and_delete_one_by_one(c: Cluster) -> None:
    home = home_of_the_shop(c)
    c.kubectl(["cordon", home])
    for pod in c.kubectl("get pods -l app=shop -o json").json()["items"]:
        if pod["spec"]["nodeName"] == home:
            c.kubectl(["delete", "pod", pod["metadata"]["name"]])
            c.kubectl("rollout status deployment shop")
    c.kubectl(["uncordon", home])
    crash(c)


@solution("D01-E1")
def a_taint_clears_it(c: Cluster) -> None:
    c.kubectl("scale deployment shop --replicas=6")
    c.kubectl("rollout status deployment shop")
    crash(c)
    c.kubectl(["taint", "nodes", home_of_the_shop(c), "repair=memory:NoExecute"])
    c.advance(30)
    c.settle()


@solution("D01-E1")
def once_more_from_the_beginning(c: Cluster) -> None:
    """The first attempt closed the shop for a while; everything was deleted and set up again."""
    c.kubectl("scale deployment shop --replicas=0")
    c.settle()
    c.kubectl("delete deployment,service shop")
    c.settle()
    c.kubectl(["apply", "-f", str(FOLDER / "manifests/shop.yaml")])
    c.kubectl("rollout status deployment shop")
    crash(c)
    c.kubectl(["drain", home_of_the_shop(c), "--ignore-daemonsets"])
    c.kubectl("rollout status deployment shop")
    c.settle()


@solution("D01-E2")
def add_and_scale(c: Cluster) -> None:
    c.add_node("minikube-m03")
    c.kubectl("scale deployment shop --replicas=6")
    c.kubectl("rollout status deployment shop")
    c.settle()


@solution("D01-E2")
def first_too_many_for_two(c: Cluster) -> None:
    c.kubectl("scale deployment shop --replicas=8")
    c.kubectl("rollout status deployment shop")
    c.add_node("minikube-m03")
    c.kubectl("rollout restart deployment shop")
    c.kubectl("rollout status deployment shop")
    c.settle()


@solution("D01-E3")
def off_knock_on(c: Cluster) -> None:
    c.kubectl("scale deployment big-stall till --replicas=0")
    c.settle()
    c.http("http://192.168.49.2:30101/")
    c.http("http://192.168.49.2:30201/")
    c.kubectl("scale deployment big-stall till --replicas=1")
    c.settle()


@solution("D01-E3")
def one_shop_after_the_other(c: Cluster) -> None:
    for shop, door in (("big-stall", 30101), ("till", 30201)):
        c.http(f"http://192.168.49.2:{door}/")
        c.kubectl(["scale", "deployment", shop, "--replicas=0"])
        c.settle()
        c.http(f"http://192.168.49.3:{door}/")
        c.kubectl(["scale", "deployment", shop, "--replicas=2"])
        c.settle()


SOLUTIONS = (
    kill_and_drain,
    cordon_and_delete_one_by_one,
    a_taint_clears_it,
    once_more_from_the_beginning,
    add_and_scale,
    first_too_many_for_two,
    off_knock_on,
    one_shop_after_the_other,
)
