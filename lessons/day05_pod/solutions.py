"""Day 5: right ways to do the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster

MY_POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: my-pod
  labels:
    app: webserver
spec:
  containers:
  - name: pod-demo
    image: zxcvbnius/docker-demo
    ports:
    - containerPort: 3000
"""


@solution("D05-E1")
def manifest_and_expose(c: Cluster) -> None:
    c.kubectl("create -f -", stdin=MY_POD)
    c.kubectl("wait --for=condition=Ready pod/my-pod --timeout=120s")
    c.kubectl("expose pod my-pod --type=NodePort --name=my-pod-service")
    c.settle()


@solution("D05-E1")
def run_and_a_service_of_ones_own(c: Cluster) -> None:
    c.kubectl("run my-pod --image=zxcvbnius/docker-demo:latest --labels=app=webserver,tier=front")
    c.apply(
        """\
apiVersion: v1
kind: Service
metadata:
  name: door
spec:
  type: NodePort
  selector:
    tier: front
  ports:
  - port: 80
    targetPort: 3000
    nodePort: 30080
"""
    )
    c.settle()


@solution("D05-E1")
def a_load_balancer_has_a_node_port_too(c: Cluster) -> None:
    c.kubectl("create -f -", stdin=MY_POD)
    c.kubectl("expose pod my-pod --type=LoadBalancer --port=80 --target-port=3000")
    c.settle()


@solution("D05-E2")
def alpine_with_curl(c: Cluster) -> None:
    c.kubectl("create -f -", stdin=MY_POD)
    c.kubectl("run alpine --image=alpine --restart=Never -- sleep 3600")
    c.kubectl("wait --for=condition=Ready pod/my-pod pod/alpine --timeout=120s")
    c.kubectl("exec alpine -- apk add --no-cache curl")
    ip = c.kubectl("get pod my-pod -o json").json()["status"]["podIP"]
    c.kubectl(["exec", "alpine", "--", "curl", "-s", f"http://{ip}:3000"])


@solution("D05-E3")
def label_by_selector(c: Cluster) -> None:
    c.kubectl("label pods -l app=webserver,version=latest inspect=yes")


@solution("D05-E3")
def label_by_name(c: Cluster) -> None:
    c.kubectl("label pods oolong plum-juice inspect=yes")


@solution("D05-E4")
def indented(c: Cluster) -> None:
    c.apply(MY_POD.replace("my-pod", "menu-pod").replace("webserver", "menu"))
    c.settle()


SOLUTIONS = (
    manifest_and_expose,
    run_and_a_service_of_ones_own,
    a_load_balancer_has_a_node_port_too,
    alpine_with_curl,
    label_by_selector,
    label_by_name,
    indented,
)
