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


@pytest.mark.xfail(strict=True, reason="`minikube stop` leaves the API server answering")
def test_nobody_answers_after_stop(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%minikube stop")
    said = notebook.bad("%kubectl get nodes")
    assert (
        "The connection to the server 192.168.49.2:8443 was refused - did you specify the right host or port?" in said
    )
