"""`%minikube` in cells: a life from start to delete."""

from __future__ import annotations

import pytest

from .conftest import Notebook


def test_start_status_ip_service_stop_and_delete(notebook: Notebook) -> None:
    printed = notebook.good("%minikube start --nodes 3\n%minikube status")
    assert 'Starting "minikube-m03" worker node in "minikube" cluster' in printed
    assert "Done! kubectl is now configured" in printed
    assert printed.count("kubelet: Running") == 3
    assert printed.count("apiserver: Running") == 1
    assert notebook.good("%kubectl get nodes --no-headers").count(" Ready ") == 3

    assert notebook.good("%minikube ip") == "192.168.49.2\n"

    notebook.good(
        "%kubectl create deployment web --image=zxcvbnius/docker-demo --port=3000\n"
        "%kubectl rollout status deployment web\n"
        "%kubectl expose deployment web --type=NodePort"
    )
    port = notebook.lab.cluster.client.get("services", "web", "default").spec.ports[0].nodePort
    ran = notebook("u = %minikube service web --url")
    assert ran.ok
    assert ran.text == ""
    assert notebook.shell.user_ns["u"].stdout == f"http://192.168.49.2:{port}\n"
    assert notebook.good("%curl {u.stdout.strip()}") == "Hello World!\n"
    assert "Exiting due to SVC_NOT_FOUND: Service 'nope' was not found in 'default' namespace." in notebook.bad(
        "%minikube service nope --url"
    )

    assert "nodes stopped" in notebook.good("%minikube stop")
    ran = notebook("%minikube status")
    assert not ran.ok  # minikube's own exit status says so
    assert "host: Stopped" in ran.out
    notebook.good("%minikube start")
    assert "1/1" in notebook.good("%kubectl rollout status deployment web\n%kubectl get deployment web")

    assert 'Removed all traces of the "minikube" cluster' in notebook.good("%minikube delete")
    assert 'Profile "minikube" not found' in notebook("%minikube status").text
    assert not notebook.lab.is_started
    notebook.good("%minikube start")
    assert notebook("%kubectl get pods").err == "No resources found in default namespace.\n"
    assert len(notebook.lab.cluster.nodes) == 1


GONE = "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n"
NO_PROFILE = """🤷  Profile "minikube" not found. Run "minikube profile list" to view all profiles.
👉  To start a cluster, run: "minikube start"
"""


def test_nobody_answers_after_stop(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%kubectl get nodes\n%kubectl run web --image=nginx\n%kubectl wait --for=condition=Ready pod/web")
    notebook.good("%minikube stop")
    assert notebook("%kubectl get nodes").err.endswith(GONE)
    assert "failed to download openapi" in notebook.bad("%%manifest\napiVersion: v1\nkind: Namespace")
    assert "curl: (7) Failed to connect to 192.168.49.2 port 30080" in notebook.bad("%curl http://192.168.49.2:30080")
    notebook.good("%clock +1h\n%minikube start")
    assert " Running   1 (" in notebook.good("%clock settle\n%kubectl get pods web")


@pytest.fixture
def deleted(notebook: Notebook) -> Notebook:
    notebook.lab.start()
    notebook.good("%minikube delete")
    return notebook


def test_after_delete_kubectl_knows_of_no_server(deleted: Notebook) -> None:
    ran = deleted("%kubectl get pods")
    assert not ran.ok
    said = ran.err.splitlines(keepends=True)
    assert said[-1] == GONE
    assert len(said) == 6
    assert all('Get \\"http://localhost:8080/api?timeout=32s\\"' in line for line in said[:-1])
    assert deleted("%kubectl create namespace a").err == GONE
    assert "failed to download openapi" in deleted.bad("%%manifest\napiVersion: v1\nkind: Namespace")
    assert deleted("%kubectl config current-context").err == "error: current-context is not set\n"
    assert deleted.good("%kubectl version --client").startswith("Client Version: ")
    assert not deleted.lab.is_started


@pytest.mark.parametrize(
    "line", ["status", "stop", "ip", "logs", "ssh", "service list", "tunnel", "node list", "pause"]
)
def test_after_delete_minikube_has_no_profile(deleted: Notebook, line: str) -> None:
    ran = deleted(f"%minikube {line}")
    assert not ran.ok
    assert ran.out.startswith(NO_PROFILE)
    assert not deleted.lab.is_started


@pytest.mark.parametrize(
    "line", ["%clock +5m", "%cluster", "%trace http://x", "%curl http://x", "%podsh a ls", "%check D05-E1"]
)
def test_after_delete_the_lab_s_own_magics_say_what_to_do(deleted: Notebook, line: str) -> None:
    assert "there is no cluster any more: `%minikube start` makes a new one" in deleted.bad(line)
    assert not deleted.lab.is_started


def test_after_delete_everything_starts_again(deleted: Notebook) -> None:
    assert "Kubernetes" in deleted.good("%minikube start --nodes 2")
    assert deleted.good("%kubectl get nodes --no-headers").count(" Ready ") == 2
    assert deleted.good("%kubectl config current-context") == "minikube\n"
    assert "Updating the running docker" in deleted.good("%minikube start")  # untouched, but asked for
    assert len(deleted.lab.cluster.nodes) == 2


def test_views_are_empty_after_delete(notebook: Notebook) -> None:
    notebook.lab.start()
    view = notebook("%view").value
    notebook.good("%minikube delete")
    assert view.text() == "0 nodes, 0 Pods, 0 Services"
    assert notebook.good("%view --text") == "0 nodes, 0 Pods, 0 Services\n"
    notebook.good("%minikube start")
    assert view.text().startswith("1 node, ")


def test_minikube_s_settings_outlive_the_cluster(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%minikube config set memory 4096")
    assert notebook.good("%minikube config get memory") == "4096\n"
    notebook.good("%minikube delete")
    assert notebook.good("%minikube config view") == "- memory: 4096\n"
    assert "simulated machines have 2 CPUs and 3072 MB of memory each" in notebook.bad("%minikube start")
    notebook.good("%minikube config unset memory\n%minikube start")
    assert notebook.good("%minikube config view") == ""


def test_a_lab_that_never_had_a_cluster_starts_one(notebook: Notebook) -> None:
    notebook.lab.stop()
    assert notebook.lab.may_start_implicitly
    assert " Ready " in notebook.good("%kubectl get nodes --no-headers")
