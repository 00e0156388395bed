"""Day 9: right ways to do the exercises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import solution

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent
HELLO_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: hello-service
spec:
  type: NodePort
  selector:
    app: my-deployment
  ports:
  - port: 3000
    targetPort: 3000
    nodePort: 30390
"""


@solution("D09-E1")
def manifest(c: Cluster) -> None:
    c.apply(HELLO_SERVICE)
    c.settle()


@solution("D09-E1")
def exposed_and_patched(c: Cluster) -> None:
    c.kubectl("expose deploy hello-deployment --type=NodePort --name=hello-service")
    c.kubectl(["patch", "svc", "hello-service", "-p", '{"spec":{"ports":[{"port":3000,"nodePort":30390}]}}'])
    c.settle()


@solution("D09-E1")
def created_then_selected(c: Cluster) -> None:
    c.kubectl("create service nodeport hello-service --tcp=3000 --node-port=30390")
    c.kubectl("set selector service hello-service app=my-deployment")
    c.settle()


@solution("D09-E1")
def a_load_balancer_of_two_ports(c: Cluster) -> None:
    manifest = HELLO_SERVICE.replace("NodePort", "LoadBalancer").replace(
        "  - port: 3000", "  - name: page\n    port: 3000"
    )
    c.apply(manifest + "  - name: web\n    port: 80\n    targetPort: 3000\n")
    c.settle()


@solution("D09-E2")
def written_down(c: Cluster) -> None:
    ip = c.kubectl("get service kitchen -o jsonpath={.spec.clusterIP}").stdout
    c.kubectl("delete service kitchen")
    c.apply(
        f"""\
apiVersion: v1
kind: Service
metadata:
  name: kitchen
spec:
  clusterIP: {ip}
  selector:
    app: kitchen
  ports:
  - port: 80
    targetPort: 3000
"""
    )
    c.settle()


@solution("D09-E2")
def exposed_with_the_old_address(c: Cluster) -> None:
    ip = c.kubectl("get service kitchen -o jsonpath={.spec.clusterIP}").stdout
    c.kubectl("delete service kitchen")
    c.kubectl(f"expose deployment kitchen --port=80 --target-port=3000 --cluster-ip={ip}")
    c.settle()


@solution("D09-E2")
def after_a_first_mistake(c: Cluster) -> None:
    ip = c.kubectl("get service kitchen -o jsonpath={.spec.clusterIP}").stdout
    c.kubectl("delete service kitchen")
    c.kubectl("expose deployment kitchen --port=80 --target-port=3000")
    c.kubectl("delete service kitchen")
    c.kubectl(f"expose deployment kitchen --port=80 --target-port=3000 --cluster-ip={ip} --type=NodePort")
    c.settle()


@solution("D09-E3")
def exposed_twice(c: Cluster) -> None:
    c.kubectl("expose deployment page-v1 --name=page-old --port=80 --target-port=3000")
    c.kubectl("expose deployment page-v2 --name=page-new --port=80 --target-port=3000")
    c.settle()


@solution("D09-E3")
def one_label_and_a_named_port(c: Cluster) -> None:
    for name, version in (("page-old", "v1"), ("page-new", "v2")):
        c.apply(
            f"""\
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  type: NodePort
  selector:
    version: {version}
  ports:
  - port: 80
    targetPort: http
"""
        )
    c.settle()


@solution("D09-E4")
def patched(c: Cluster) -> None:
    c.kubectl("set selector service door-1 app=tea")
    c.kubectl(["patch", "svc", "door-2", "-p", '{"spec":{"ports":[{"port":80,"targetPort":3000}]}}'])
    c.kubectl(["patch", "svc", "door-3", "-p", '{"spec":{"ports":[{"port":80,"targetPort":"web"}]}}'])
    c.settle()


@solution("D09-E4")
def replaced_in_place(c: Cluster) -> None:
    for number in (1, 2, 3):
        c.apply(
            f"""\
apiVersion: v1
kind: Service
metadata:
  name: door-{number}
spec:
  type: NodePort
  selector:
    app: tea
    tier: front
  ports:
  - port: {3000 if number == 1 else 80}
    targetPort: 3000
    nodePort: {30400 + number}
"""
        )
    c.settle()


@solution("D09-E4")
def at_the_second_go(c: Cluster) -> None:
    c.kubectl("delete services door-1 door-2 door-3")
    c.kubectl(["apply", "-f", str(FOLDER / "manifests/dead-doors.yaml")])
    for number, key in ((1, "tier"), (2, "none"), (3, "none")):
        patch = '{"spec":{"selector":{"' + key + '":null},"ports":[{"port":' + ("3000" if number == 1 else "80")
        c.kubectl(["patch", "svc", f"door-{number}", "-p", patch + ',"targetPort":3000}]}}'])
    c.settle()


SOLUTIONS = (
    manifest,
    exposed_and_patched,
    created_then_selected,
    a_load_balancer_of_two_ports,
    written_down,
    exposed_with_the_old_address,
    after_a_first_mistake,
    exposed_twice,
    one_label_and_a_named_port,
    patched,
    replaced_in_place,
    at_the_second_go,
)
