"""minikube's commands: what they print, their exit codes, and what they do to the cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from k8snb.addons import BOOT, MULTI_NODE, install, manifests
from k8snb.addons.staticpods import static_pods
from k8snb.api.core.container import ContainerState, ContainerStateRunning, ContainerStatus
from k8snb.api.core.node import NodeSystemInfo
from k8snb.minikube import Host, run
from k8snb.minikube.cli import root_help
from k8snb.minikube.host import Options
from k8snb.minikube.style import box, table
from k8snb.runtime.filesystem import Directory, tree
from k8snb.runtime.registry import ImageStore
from tests.network.harness import Lab


@dataclass(frozen=True)
class Config:
    node_ports: tuple[int, int] = (30000, 32767)
    version: str = "v1.36.2"


@dataclass(frozen=True)
class MachineFiles:
    """A machine's files, as the kubelet keeps them."""

    files: Directory
    images: ImageStore = field(default_factory=lambda: ImageStore({"registry.k8s.io/pause:3.10": ""}))


class Machines:
    """The part of the kubelet that keeps machines' files."""

    def __init__(self, names: list[str]) -> None:
        files = tree(
            {"/etc/kubernetes/addons/": "", "/etc/kubernetes/manifests/": "", "/tmp/": "", "/home/docker/": ""}
        )
        self.nodes = dict.fromkeys(names, MachineFiles(files))

    def change_node(self, name: str, **changes: Any) -> None:
        self.nodes[name] = MachineFiles(**changes)


class Mini(Lab):
    """The harness with what minikube asks of a cluster beside it."""

    def __init__(self, nodes: int = 1, runtime: str = "docker://29.2.1") -> None:
        super().__init__(nodes)
        self.config, self.kubelet = Config(), Machines([node.metadata.name for node in self.client.list("nodes").items])
        info = NodeSystemInfo(containerRuntimeVersion=runtime, kubeletVersion="v1.36.2")
        for node in self.client.list("nodes").items:
            self.put("nodes", node.replace(status=node.status.replace(nodeInfo=info)))

    def run_ready(self) -> None:
        self.engine.run_instant()

    def wait(self, until: Callable[[], bool], timeout: float) -> bool:
        self.engine.run_until(self.clock.now + timeout, until)
        return until()

    def reconfigure(self, *, node_ports: tuple[int, int]) -> None:
        self.config = replace(self.config, node_ports=node_ports)
        self.server.settings = replace(self.server.settings, node_ports=node_ports)

    def kubectl(self, argv: list[str], stdin: str = "") -> Any:
        from k8snb.kubectl.cli import Result

        return Result(f"kubectl {' '.join(argv)}\n", "", 0)


class Switches:
    """Machines that are processes' hosts."""

    def __init__(self, cluster: Mini) -> None:
        self.off = cluster.processes.off

    def is_on(self, node: str) -> bool:
        return node not in self.off

    def runs_kubelet(self, node: str) -> bool:
        return node not in self.off

    def switch(self, node: str, on: bool) -> None:
        (self.off.discard if on else self.off.add)(node)


def host(nodes: int = 1, **options: Any) -> Host:
    cluster = Mini(nodes, **options)
    install(cluster.client, "storage-provisioner")
    install(cluster.client, "storageclass")
    return Host(cluster, switches=Switches(cluster))


def empty() -> Host:
    made = Host()

    def create(options: Options) -> Mini:
        made.options = options  # type: ignore[attr-defined]
        cluster = host(options.nodes).cluster
        assert isinstance(cluster, Mini)
        return cluster

    made.create, made.destroy = create, lambda: None
    return made


def lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


DONE = '🏄  Done! kubectl is now configured to use "minikube" cluster and "default" namespace by default'


def test_start_makes_a_cluster() -> None:
    where = empty()
    result = run(where, "start")
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines(result.stdout) == [
        "😄  minikube v1.38.1 on k8snb (everything is simulated)",
        "✨  Automatically selected the docker driver",
        "📌  Using Docker driver with root privileges",
        '👍  Starting "minikube" primary control-plane node in "minikube" cluster',
        "🚜  Pulling base image v0.0.50 ...",
        "🔥  Creating docker container (CPUs=2, Memory=3072MB) ...",
        "🐳  Preparing Kubernetes v1.36.2 on Docker 29.2.1 ...",
        "🔗  Configuring bridge CNI (Container Networking Interface) ...",
        "🔎  Verifying Kubernetes components...",
        "    ▪ Using image gcr.io/k8s-minikube/storage-provisioner:v5",
        "🌟  Enabled addons: storage-provisioner, default-storageclass",
        DONE,
    ]


def test_start_with_nodes_and_settings() -> None:
    where = empty()
    result = run(
        where, ["start", "--nodes", "3", "--driver=docker", "--extra-config=apiserver.ServiceNodePortRange=1-50000"]
    )
    assert where.options == Options(3, "v1.36.2", (1, 50000))  # type: ignore[attr-defined]
    out = lines(result.stdout)
    assert "✨  Using the docker driver based on user configuration" in out
    assert "💡  apiserver.ServiceNodePortRange is now written apiserver.service-node-port-range" in out
    assert "    ▪ apiserver.service-node-port-range=1-50000" in out
    assert out.count("    ▪ env NO_PROXY=192.168.49.2") == 2
    assert out[-5:] == [
        "🐳  Preparing Kubernetes v1.36.2 on Docker 29.2.1 ...",
        "    ▪ env NO_PROXY=192.168.49.2",
        "    ▪ env NO_PROXY=192.168.49.2,192.168.49.3",
        "🔎  Verifying Kubernetes components...",
        DONE,
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ("--driver=virtualbox", 56, "DRV_UNSUPPORTED: The driver 'virtualbox' is not simulated"),
        ("--kubernetes-version=v1.30.0", 106, "K8S_UNSUPPORTED: Kubernetes v1.30.0 is not simulated"),
        ("--kubernetes-version=x", 14, 'Unable to parse "x"'),
        ("--nodes=0", 14, "--nodes must be between 1 and 100"),
        ("--memory=8192", 16, "simulated machines have 2 CPUs and 3072 MB"),
        ("--extra-config=apiserver.v=1", 16, "has no effect in this simulation"),
        ("--extra-config=nonsense", 14, "must be written component.key=value"),
        ("--extra-config=cloud.x=1", 14, "These --extra-config parameters are invalid: [cloud.x]"),
        ("--extra-config=apiserver.service-node-port-range=9-1", 14, "invalid port range"),
        ("-p other", 16, "this lab has one profile"),
    ],
)
def test_start_refuses_what_it_cannot_be(arguments: str, code: int, text: str) -> None:
    where = empty()
    result = run(where, f"start {arguments}")
    assert result.exit_code == code
    assert text in result.stderr
    assert where.cluster is None


def test_stop_and_start_keep_the_objects() -> None:
    where = host(2)
    assert where.cluster is not None
    uid = where.cluster.pod("web").metadata.uid
    stopped = run(where, "stop")
    assert lines(stopped.stdout) == [
        '✋  Stopping node "minikube"  ...',
        '🛑  Powering off "minikube" via SSH ...',
        '✋  Stopping node "minikube-m02"  ...',
        '🛑  Powering off "minikube-m02" via SSH ...',
        "🛑  2 nodes stopped.",
    ]
    assert where.cluster.processes.off == {"minikube", "minikube-m02"}
    assert [name for name in where.cluster.engine.components if not where.cluster.engine.is_stopped(name)] == [
        "traffic"
    ]
    refused = run(where, "service list")
    assert refused.exit_code == 83
    assert "The control-plane node minikube host is not running: state=Stopped" in refused.stdout
    assert run(where, "status").exit_code == 7
    again = run(where, "start --extra-config=apiserver.service-node-port-range=1-50000")
    assert '🔄  Restarting existing docker container for "minikube" ...' in lines(again.stdout)
    assert where.cluster.server.settings.node_ports == (1, 50000)
    assert where.cluster.processes.off == set()
    assert not any(where.cluster.engine.is_stopped(name) for name in where.cluster.engine.components)
    assert where.cluster.client.get("pods", "web", "default").metadata.uid == uid
    assert '🏃  Updating the running docker "minikube" container ...' in lines(run(where, "start").stdout)


def test_status() -> None:
    where = host(2)
    result = run(where, "status")
    assert result.exit_code == 0
    assert result.stdout == (
        "minikube\ntype: Control Plane\nhost: Running\nkubelet: Running\napiserver: Running\nkubeconfig: Configured\n\n"
        "minikube-m02\ntype: Worker\nhost: Running\nkubelet: Running\n\n"
    )
    data = run(where, "status -o json -n m02").stdout
    assert data == (
        '{"Name":"minikube-m02","Host":"Running","Kubelet":"Running","APIServer":"Irrelevant","Kubeconfig":"Irrelevant",'
        '"Worker":true}'
    )
    assert run(where, "status -n nope").exit_code == 85


def test_without_a_cluster() -> None:
    for command in ("status", "ip", "service list", "tunnel", "ssh ls"):
        result = run(empty(), command)
        assert result.exit_code == 85
        assert result.stdout == (
            '🤷  Profile "minikube" not found. Run "minikube profile list" to view all profiles.\n'
            '👉  To start a cluster, run: "minikube start"\n'
        )
    assert run(empty(), "profile list").exit_code == 14


def test_delete() -> None:
    where = host(2)
    where.destroy = lambda: None
    assert lines(run(where, "delete").stdout) == [
        '🔥  Deleting "minikube" in docker ...',
        '🔥  Deleting container "minikube" ...',
        '🔥  Deleting container "minikube-m02" ...',
        "🔥  Removing /home/learner/.minikube/machines/minikube ...",
        "🔥  Removing /home/learner/.minikube/machines/minikube-m02 ...",
        '💀  Removed all traces of the "minikube" cluster.',
    ]
    assert where.cluster is None
    assert run(host(), "delete").exit_code == 16


def test_ip() -> None:
    assert run(host(2), "ip").stdout == "192.168.49.2\n"
    assert run(host(2), "ip -n m02").stdout == "192.168.49.3\n"
    assert run(host(2), "ip -n x").exit_code == 85


def with_services(nodes: int = 1) -> Host:
    where = host(nodes)
    lab = where.cluster
    assert lab is not None
    lab.pod("web")
    lab.service("hello-service", "10.100.0.1", 3000, type="NodePort", node_port=30390)
    lab.service("inner", "10.100.0.2", 80, port_name="http")
    lab.service("lonely", "10.100.0.3", 80, type="NodePort", node_port=30391, selector={"app": "none"})
    lab.settle()
    return where


def test_service_url() -> None:
    where = with_services()
    result = run(where, "service hello-service --url")
    assert (result.stdout, result.stderr, result.exit_code) == ("http://192.168.49.2:30390\n", "", 0)
    assert run(where, "service hello-service --url --https").stdout == "https://192.168.49.2:30390\n"
    assert (
        run(where, ["service", "--format={{.Name}}@{{.IP}}", "hello-service", "--url"]).stdout
        == "hello-service@192.168.49.2\n"
    )
    assert where.cluster is not None
    assert where.cluster.network.request("host", "http://192.168.49.2:30390").outcome == "answered"


def test_service_opens_the_browser() -> None:
    where, opened = with_services(), list[str]()
    where.open_url = opened.append
    result = run(where, "service hello-service")
    assert lines(result.stdout) == [
        "┌───────────┬───────────────┬─────────────┬───────────────────────────┐",
        "│ NAMESPACE │     NAME      │ TARGET PORT │            URL            │",
        "├───────────┼───────────────┼─────────────┼───────────────────────────┤",
        "│ default   │ hello-service │ 3000        │ http://192.168.49.2:30390 │",
        "└───────────┴───────────────┴─────────────┴───────────────────────────┘",
        "🎉  Opening service default/hello-service in default browser...",
    ]
    assert opened == ["http://192.168.49.2:30390"]


def test_service_that_is_not_there() -> None:
    result = run(with_services(), "service x")
    assert result.exit_code == 115
    assert result.stderr == (
        "\n❌  Exiting due to SVC_NOT_FOUND: Service 'x' was not found in 'default' namespace.\n"
        "You may select another namespace by using 'minikube service x -n <namespace>'. "
        "Or list out all the services using 'minikube service list'\n\n"
    )
    assert run(with_services(), "service").exit_code == 14
    assert run(with_services(), "service x --all").exit_code == 14


def test_service_without_pods() -> None:
    result = run(with_services(), "service lonely")
    assert result.exit_code == 119
    assert (
        "❌  Exiting due to SVC_UNREACHABLE: service not available: no running pod for service lonely found\n"
        in result.stderr
    )
    assert "│    😿  If the above advice does not help, please let us know:" in result.stderr


def test_cluster_ip_service_gets_a_tunnel_that_works() -> None:
    where = with_services()
    assert where.cluster is not None
    result = run(where, "service inner")
    assert "😿  service default/inner has no node port" in result.stdout
    assert '❗  Services [default/inner] have type "ClusterIP" not meant to be exposed' in result.stderr
    url = next(word for word in result.stdout.split() if word.startswith("http://127.0.0.1:"))
    trace = where.cluster.network.request("host", url)
    assert (trace.outcome, trace.service) == ("answered", "default/inner")
    assert run(with_services(), "service inner --url").stdout == "😿  service default/inner has no node port\n"


def test_service_list() -> None:
    result = run(with_services(), "service list -n default")
    assert lines(result.stdout)[3:-1] == [
        "│ default   │ hello-service │ 3000         │ http://192.168.49.2:30390 │",
        "│ default   │ inner         │ No node port │                           │",
        "│ default   │ lonely        │ 80           │ http://192.168.49.2:30391 │",
    ]


def test_tunnel() -> None:
    where = host()
    lab = where.cluster
    assert lab is not None
    lab.pod("web")
    lab.service("web", type="LoadBalancer", node_port=30390)
    result = run(where, "tunnel")
    assert result.stdout == (
        "Status:\t\n\tmachine: minikube\n\tpid: 1\n\troute: 10.96.0.0/12 -> 192.168.49.2\n\tminikube: Running\n"
        "\tservices: [web]\n    errors: \n\t\tminikube: no errors\n\t\trouter: no errors\n\t\tloadbalancer "
        "emulator: no errors\n"
    )
    assert lab.client.get("services", "web", "default").status.loadBalancer.ingress[0].ip == "10.100.0.1"


def running_pod(where: Host, runtime: str) -> None:
    lab = where.cluster
    assert lab is not None
    pod = lab.pod("web")
    state = ContainerState(running=ContainerStateRunning(startedAt=lab.clock.timestamp()))
    status = ContainerStatus(name="app", image="docker-demo", containerID=f"{runtime}://" + "ab" * 32, state=state)
    lab.put(
        "pods", pod.replace(status=pod.status.replace(containerStatuses=(status,), startTime=lab.clock.timestamp()))
    )
    lab.settle(200)


def test_ssh_shows_what_the_machine_knows() -> None:
    where = with_services(2)
    rules = run(where, "ssh -- sudo iptables-save -t nat").stdout
    assert "-A KUBE-NODEPORTS -p tcp" in rules
    assert run(where, ["ssh", "sudo iptables-save -t nat"]).stdout == rules
    listed = run(where, "ssh -n m02 -- sudo iptables -t nat -S KUBE-NODEPORTS").stdout
    assert lines(listed)[0] == "-N KUBE-NODEPORTS"
    assert "10.244.1.0/24 via 192.168.49.3 dev eth0" in run(where, "ssh -- ip route").stdout
    assert run(where, "ssh -- curl -s localhost:30390").stdout == "web"
    assert run(where, "ssh hostname").stdout == "minikube\n"
    assert lines(run(where, ["ssh", "sudo iptables-save -t nat | grep -c KUBE-NODEPORTS"]).stdout) == ["4"]


def test_ssh_is_a_shell_on_the_machine_s_files() -> None:
    where = host()
    assert run(where, "ssh -- ls /etc/kubernetes").stdout == "addons\nmanifests\n"
    assert run(where, ["ssh", "--", "echo 'Hello World' >> /tmp/test.txt"]).exit_code == 0
    assert run(where, "ssh -- cat /tmp/test.txt").stdout == "Hello World\n"
    assert where.cluster is not None
    kept = where.cluster.kubelet.nodes["minikube"].files.entries
    assert "bin" not in kept
    assert "test.txt" in kept["tmp"].entries
    missing = run(where, "ssh -- vim")
    assert missing.exit_code == 1
    assert missing.stderr.endswith("ssh: Process exited with status 127\n")
    assert run(where, "ssh -- sleep 5").stderr.endswith("ssh: Process exited with status 124\n")
    assert run(where, "ssh").exit_code == 16


def test_ssh_lists_containers_with_the_machine_s_own_runtime() -> None:
    docker, containerd = host(), host(runtime="containerd://2.2.1")
    running_pod(docker, "docker")
    running_pod(containerd, "containerd")
    out = lines(run(docker, "ssh -- docker ps").stdout)
    assert out[0].split() == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    assert "abababababab   docker-demo" in out[1]
    assert "3 minutes ago" in out[1]
    assert run(containerd, "ssh -- docker ps").exit_code == 1
    out = lines(run(containerd, "ssh -- crictl ps").stdout)
    assert out[1].split()[:2] == ["ababababababa", "docker-demo"]
    assert len(lines(run(containerd, "ssh -- sudo crictl pods").stdout)) == 2


def test_nodes() -> None:
    where = host(2)
    lab = where.cluster
    assert lab is not None
    where.add_node = lambda name: lab.node(name, 2) and None
    where.remove_node = lambda name: lab.remove("nodes", name, "")
    assert run(where, "node list").stdout == "minikube\t192.168.49.2\nminikube-m02\t192.168.49.3\n"
    added = run(where, "node add")
    assert lines(added.stdout)[0] == "😄  Adding node m03 to cluster minikube as [worker]"
    assert lines(added.stdout)[-1] == "🏄  Successfully added m03 to minikube!"
    assert run(where, "node stop m02").stdout.endswith("🛑  Successfully stopped node minikube-m02\n")
    assert lab.processes.off == {"minikube-m02"}
    assert run(where, "node start m02").stdout.endswith("😄  Successfully started node minikube-m02!\n")
    assert run(where, "node start m02").stdout == "✅  m02 is already running\n"
    assert run(where, "node delete m03").stdout.endswith("💀  Node m03 was successfully deleted.\n")
    assert run(where, "node delete").exit_code == 14
    assert run(where, "node delete minikube").exit_code == 16
    assert run(where, "node delete m09").stderr.startswith(
        "\n❌  Exiting due to GUEST_NODE_DELETE: deleting node: retrieve: Could not find node m09\n"
    )
    assert [node.metadata.name for node in where.nodes()] == ["minikube", "minikube-m02"]


def test_addons() -> None:
    where = host()
    text = run(where, "addons list").stdout
    assert "│ default-storageclass        │ minikube │ enabled ✅ │ Kubernetes                             │" in text
    assert "│ ingress                     │ minikube │ disabled   │ Kubernetes                             │" in text
    wrong = run(where, "addons enable nope")
    assert wrong.exit_code == 10
    assert (
        "❌  Exiting due to MK_ADDON_ENABLE: enable failed: run callbacks: nope is not a valid addon\n" in wrong.stderr
    )
    assert run(where, "addons disable nope").exit_code == 10
    assert run(where, "addons enable").exit_code == 14
    assert run(where, "addons disable default-storageclass").exit_code == 0
    assert "default-storageclass        │ minikube │ disabled" in run(where, "addons list").stdout
    result = run(where, "addons enable default-storageclass")
    assert result.stdout.endswith("🌟  The 'default-storageclass' addon is enabled\n")
    assert "default-storageclass        │ minikube │ enabled ✅" in run(where, "addons list").stdout
    refused = run(where, "addons enable istio")
    assert refused.exit_code == 16
    assert "the addon istio is not simulated" in refused.stderr


def test_images() -> None:
    where = host()
    assert run(where, "image ls").stdout == "registry.k8s.io/pause:3.10\n"
    assert "│ registry.k8s.io/pause │ 3.10 │" in run(where, "image ls --format table").stdout
    assert run(where, "image load hello-node:v1").exit_code == 16
    where.load_image = lambda name: name == "hello-node:v1"
    assert run(where, "image load hello-node:v1").exit_code == 0
    assert run(where, "image load other:v1").exit_code == 80


def test_version_config_and_profile() -> None:
    where = host()
    assert run(where, "version").stdout.startswith("minikube version: v1.38.1\ncommit: ")
    assert run(where, "version --short").stdout == "v1.38.1\n"
    assert run(where, "config set memory 4096").exit_code == 0
    assert run(where, "config get memory").stdout == "4096\n"
    assert run(where, "config view").stdout == "- memory: 4096\n"
    assert run(where, "config unset memory").exit_code == 0
    missing = run(where, "config get memory")
    assert (missing.stderr, missing.exit_code) == ("Error: specified key could not be found in config\n", 14)
    assert run(where, "config set nonsense 1").exit_code == 10
    assert run(where, "config defaults driver").stdout == "* docker\n"
    assert (
        "│ minikube │ docker │ docker  │ 192.168.49.2 │ v1.36.2 │ OK     │ 1     │ *"
        in run(where, "profile list").stdout
    )
    assert run(where, "profile").stdout == "minikube\n"
    assert 'No changes required for the "minikube" context' in run(where, "update-context").stdout


def test_kubectl_and_dashboard_and_logs() -> None:
    where, opened = host(), list[str]()
    assert run(where, "kubectl -- get pods -A").stdout == "kubectl --cluster minikube get pods -A\n"
    assert run(where, "kubectl get nodes").stdout == "kubectl --cluster minikube get nodes\n"
    assert run(where, "kubectl version").stdout == "kubectl version\n"
    assert run(where, "kubectl apply -f web.yaml").stderr == (
        "Error: unknown shorthand flag: 'f' in -f\nSee 'minikube kubectl --help' for usage.\n"
    )
    assert run(where, "dashboard").exit_code == 16
    where.open_url = opened.append
    assert run(where, "dashboard").exit_code == 0
    assert opened == ["k8snb:view"]
    assert where.cluster is not None
    where.cluster.journal.record("kubelet", "started", pod="web")
    assert "2026-01-01T00:00:00Z kubelet: started pod='web'" in run(where, "logs").stdout


def test_help_and_mistakes() -> None:
    where = host()
    assert run(where, "").stdout == root_help() == run(where, "--help").stdout
    assert "  start            Starts a local Kubernetes cluster\n" in root_help()
    assert "Usage:\n  minikube service [flags] SERVICE [options]" in run(where, "service --help").stdout
    assert "Available Commands:\n  add           Adds a node" in run(where, "node --help").stdout
    mistake = run(where, "sart")
    assert (mistake.exit_code, mistake.stderr) == (
        14,
        'Error: unknown command "sart" for "minikube"\n\nDid you mean this?\n\tstart\n\nRun \'minikube --help\' '
        "for usage.\n",
    )
    assert run(where, "options").stdout.startswith(
        "The following options can be passed to any command:\n\n    -p, --profile="
    )
    topic = run(where, "help nonsense")
    assert (topic.stderr, topic.stdout) == ("Unknown help topic [`nonsense`]\n", root_help())
    assert run(where, "ip --nope").stderr == "Error: unknown flag: --nope\nSee 'minikube ip --help' for usage.\n"
    for line in ("node", "node ad"):
        assert run(where, line).stderr == (
            "\n❌  Exiting due to MK_USAGE: Usage: minikube node [add|start|stop|delete|list]\n\n"
        )
    for group in ("addons", "config", "image"):  # a group without a task of its own shows its help
        assert run(where, f"{group} nonsense") == run(where, f"{group} --help")
    assert run(where, "--nope").stderr == "Error: unknown flag: --nope\nSee 'minikube --help' for usage.\n"
    assert run(where, "-p other stats").stderr.startswith('Error: unknown command "stats" for "minikube"\n')
    for command in ("pause", "mount /a:/b", "cp a b", "image build ."):
        refused = run(where, command)
        assert refused.exit_code == 16
        assert refused.stderr.startswith("\n🚡  Exiting due to MK_UNIMPLEMENTED: ")


def test_output_is_streamed() -> None:
    seen: list[str] = []
    result = run(host(), "stop", write=seen.append)
    assert "".join(seen) == result.stdout
    assert len(seen) > 1


def test_tables_and_boxes() -> None:
    assert table(("A", "LONG"), [("x\ny", "✅")]) == (
        "┌───┬──────┐\n│ A │ LONG │\n├───┼──────┤\n│ x │ ✅   │\n│ y │      │\n└───┴──────┘\n"
    )
    assert lines(box("😿  hi"))[2] == "│    😿  hi    │"


def test_manifests_of_a_new_cluster() -> None:
    kinds = [obj.kind for name in (*BOOT, MULTI_NODE) for obj in manifests(name)]
    assert kinds.count("Deployment") == 1
    assert kinds.count("DaemonSet") == 2
    assert "StorageClass" in kinds
    service = next(obj for obj in manifests("coredns") if obj.kind == "Service")
    assert service.spec.clusterIP == "10.96.0.10"  # type: ignore[attr-defined]
    lab = Lab(1)
    node = lab.client.get("nodes", "minikube")
    pods = static_pods(node, "192.168.49.2", "v1.36.2", "10.96.0.0/12", "1-50000")
    assert [pod.metadata.name for pod in pods] == [
        "etcd-minikube",
        "kube-apiserver-minikube",
        "kube-controller-manager-minikube",
        "kube-scheduler-minikube",
    ]
    assert "--service-node-port-range=1-50000" in pods[1].spec.containers[0].command
    assert all(pod.spec.hostNetwork and pod.metadata.ownerReferences[0].uid == node.metadata.uid for pod in pods)
