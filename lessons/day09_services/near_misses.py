"""Day 9: ways that look right and are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from k8snb.grading.play import near_miss

if TYPE_CHECKING:
    from k8snb import Cluster

FOLDER = Path(__file__).parent


def _hello(c: Cluster, selector: str = "app: my-deployment", ports: str = "port: 3000, nodePort: 30390") -> None:
    c.apply(
        f"""\
apiVersion: v1
kind: Service
metadata:
  name: hello-service
spec:
  type: NodePort
  selector: {{{selector}}}
  ports:
  - {{{ports}}}
"""
    )
    c.settle()


@near_miss("D09-E1")
def selects_the_container(c: Cluster) -> None:
    """`my-pod` is the container's name; no Pod has such a label, so the Service has no endpoints."""
    _hello(c, selector="app: my-pod")


@near_miss("D09-E1")
def selects_the_deployment(c: Cluster) -> None:
    """The Deployment is called hello-deployment, its Pods carry another label."""
    _hello(c, selector="app: hello-deployment")


@near_miss("D09-E1")
def node_port_below_the_range(c: Cluster) -> None:
    """Node port 3000 is refused: nothing exists."""
    _hello(c, ports="port: 3000, nodePort: 3000")


@near_miss("D09-E1")
def port_of_the_dockerfile(c: Cluster) -> None:
    """Nobody listens on port 300, whatever the Dockerfile exposes."""
    _hello(c, ports="port: 3000, nodePort: 30390, targetPort: 300")


@near_miss("D09-E1")
def any_node_port(c: Cluster) -> None:
    """`expose` took a node port at random."""
    c.kubectl("expose deploy hello-deployment --type=NodePort --name=hello-service")
    c.settle()


@near_miss("D09-E1")
def the_numbers_mixed_up(c: Cluster) -> None:
    """Inside, the Service is to listen on 3000, not on 30390."""
    _hello(c, ports="port: 30390, nodePort: 30390, targetPort: 3000")


@near_miss("D09-E1")
def another_name(c: Cluster) -> None:
    """The right door under another name."""
    c.kubectl("create service nodeport my-service --tcp=3000 --node-port=30390")
    c.kubectl("set selector service my-service app=my-deployment")
    c.settle()


@near_miss("D09-E1")
def addresses_by_hand(c: Cluster) -> None:
    """Without a selector, with today's addresses in a hand-made EndpointSlice: tomorrow they are wrong."""
    _hello(c, selector="")
    pods = c.kubectl("get pods -l app=my-deployment -o json").json()["items"]
    ready = "".join(f"- {{addresses: [{pod['status']['podIP']}], conditions: {{ready: true}}}}\n" for pod in pods)
    c.apply(
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: hello-service-1\n"
        "  labels: {kubernetes.io/service-name: hello-service}\naddressType: IPv4\n"
        f"ports:\n- {{port: 3000, protocol: TCP}}\nendpoints:\n{ready}"
    )
    c.settle()


@near_miss("D09-E2")
def changed_in_place(c: Cluster) -> None:
    """The port is right and the address too, but it was never deleted: the same Service."""
    c.kubectl(["patch", "svc", "kitchen", "-p", '{"spec":{"ports":[{"port":3000,"$patch":"delete"}]}}'])
    c.kubectl(
        ["patch", "svc", "kitchen", "--type=json", "-p"]
        + ['[{"op":"replace","path":"/spec/ports","value":[{"port":80,"targetPort":3000}]}]']
    )
    c.settle()


@near_miss("D09-E2")
def replaced(c: Cluster) -> None:
    """`kubectl replace` writes over the object; its uid stays."""
    manifest = c.kubectl("get service kitchen -o yaml").stdout
    c.kubectl("replace -f -", stdin=manifest.replace("  - port: 3000", "  - port: 80"))
    c.settle()


@near_miss("D09-E2")
def address_left_to_kubernetes(c: Cluster) -> None:
    """Made anew, and dealt a new address."""
    c.kubectl("delete service kitchen")
    c.kubectl("expose deployment kitchen --port=80 --target-port=3000")
    c.settle()


@near_miss("D09-E2")
def another_address_written_down(c: Cluster) -> None:
    """An address was chosen, but not the one that is wired in."""
    c.kubectl("delete service kitchen")
    c.kubectl("expose deployment kitchen --port=80 --target-port=3000 --cluster-ip=10.96.0.77")
    c.settle()


@near_miss("D09-E2")
def old_address_old_port(c: Cluster) -> None:
    """The address survived, but the new Service still listens on 3000."""
    ip = c.kubectl("get service kitchen -o jsonpath={.spec.clusterIP}").stdout
    c.kubectl("delete service kitchen")
    c.kubectl(f"expose deployment kitchen --port=3000 --cluster-ip={ip}")
    c.settle()


@near_miss("D09-E2")
def target_port_forgotten(c: Cluster) -> None:
    """Without a targetPort, port 80 leads to port 80, where nobody listens."""
    ip = c.kubectl("get service kitchen -o jsonpath={.spec.clusterIP}").stdout
    c.kubectl("delete service kitchen")
    c.kubectl(f"expose deployment kitchen --port=80 --target-port=80 --cluster-ip={ip}")
    c.settle()


def _page(c: Cluster, name: str, selector: str, ports: str = "port: 80, targetPort: 3000") -> None:
    c.apply(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec:\n  selector: {{{selector}}}\n  ports:\n  - {{{ports}}}\n"
    )


@near_miss("D09-E3")
def both_behind_both(c: Cluster) -> None:
    """`app: page` is carried by all Pods: both doors answer now this, now that."""
    _page(c, "page-old", "app: page")
    _page(c, "page-new", "app: page")
    c.settle()


@near_miss("D09-E3")
def selected_by_deployment_name(c: Cluster) -> None:
    """A Deployment's name is not a label of its Pods: nobody behind either door."""
    _page(c, "page-old", "app: page-v1")
    _page(c, "page-new", "app: page-v2")
    c.settle()


@near_miss("D09-E3")
def one_door_only(c: Cluster) -> None:
    """Only the new door was made."""
    _page(c, "page-new", "version: v2")
    c.settle()


@near_miss("D09-E3")
def swapped(c: Cluster) -> None:
    """Old and new are mixed up."""
    _page(c, "page-old", "version: v2")
    _page(c, "page-new", "version: v1")
    c.settle()


@near_miss("D09-E3")
def on_port_3000(c: Cluster) -> None:
    """The doors should be on port 80."""
    c.kubectl("expose deployment page-v1 --name=page-old")
    c.kubectl("expose deployment page-v2 --name=page-new")
    c.settle()


@near_miss("D09-E3")
def notes_on_todays_pods(c: Cluster) -> None:
    """A label was stuck on the Pods of today; those of tomorrow will not have it."""
    c.kubectl("label pods -l version=v1 door=old")
    c.kubectl("label pods -l version=v2 door=new")
    _page(c, "page-old", "door: old")
    _page(c, "page-new", "door: new")
    c.settle()


@near_miss("D09-E3")
def deployments_changed(c: Cluster) -> None:
    """The doors are right, but the Deployments were changed for it."""
    for version, door in (("v1", "old"), ("v2", "new")):
        patch = '{"spec":{"template":{"metadata":{"labels":{"door":"' + door + '"}}}}}'
        c.kubectl(["patch", "deployment", f"page-{version}", "-p", patch])
        c.kubectl(f"rollout status deployment page-{version}")
        _page(c, f"page-{door}", f"door: {door}")
    c.settle()


def _patch(c: Cluster, name: str, target: str) -> None:
    c.kubectl(["patch", "svc", name, "-p", '{"spec":{"ports":[{"port":80,"targetPort":' + target + "}]}}"])


@near_miss("D09-E4")
def pods_relabelled(c: Cluster) -> None:
    """The Pods were given the label that door-1 asks for; the next Pod will not have it."""
    c.kubectl("label pods -l app=tea tier=frontend --overwrite")
    _patch(c, "door-2", "3000")
    _patch(c, "door-3", "3000")
    c.settle()


@near_miss("D09-E4")
def deployment_changed(c: Cluster) -> None:
    """The Deployment was changed to suit the Service."""
    c.kubectl(["patch", "deployment", "tea", "-p", '{"spec":{"template":{"metadata":{"labels":{"tier":"frontend"}}}}}'])
    c.kubectl("rollout status deployment tea")
    _patch(c, "door-2", "3000")
    _patch(c, "door-3", "3000")
    c.settle()


@near_miss("D09-E4")
def made_anew(c: Cluster) -> None:
    """Deleted and made again: other objects, other addresses."""
    for number in (1, 2, 3):
        c.kubectl(f"delete service door-{number}")
        c.kubectl(f"create service nodeport door-{number} --tcp=80:3000 --node-port={30400 + number}")
        c.kubectl(f"set selector service door-{number} app=tea")
    c.settle()


@near_miss("D09-E4")
def port_instead_of_target_port(c: Cluster) -> None:
    """door-2: changing `port` to 3000 and leaving `targetPort` at 80 still leads to the wall."""
    c.kubectl("set selector service door-1 app=tea")
    c.kubectl(
        ["patch", "svc", "door-2", "--type=json", "-p", '[{"op":"replace","path":"/spec/ports/0/port","value":3000}]']
    )
    _patch(c, "door-3", '"web"')
    c.settle()


@near_miss("D09-E4")
def one_left_over(c: Cluster) -> None:
    """Two of three are mended."""
    c.kubectl("set selector service door-1 app=tea")
    _patch(c, "door-2", "3000")
    c.settle()


NEAR_MISSES = (
    selects_the_container,
    selects_the_deployment,
    node_port_below_the_range,
    port_of_the_dockerfile,
    any_node_port,
    the_numbers_mixed_up,
    another_name,
    addresses_by_hand,
    changed_in_place,
    replaced,
    address_left_to_kubernetes,
    another_address_written_down,
    old_address_old_port,
    target_port_forgotten,
    both_behind_both,
    selected_by_deployment_name,
    one_door_only,
    swapped,
    on_port_3000,
    notes_on_todays_pods,
    deployments_changed,
    pods_relabelled,
    deployment_changed,
    made_anew,
    port_instead_of_target_port,
    one_left_over,
)
