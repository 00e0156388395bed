"""`%cluster use`: the notebook on a cluster that is reached over HTTP, as a real one is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from k8snb.api import yaml
from k8snb.cluster import Cluster
from k8snb.magics.completion import find

from .conftest import Notebook


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def elsewhere(folder: Path) -> Iterator[Cluster]:
    """A cluster of two nodes behind TLS, whose time goes on by itself; its kubeconfig is `kubeconfig`."""
    cluster = Cluster(2, pace="live", rate=30)
    cluster.serve().write_kubeconfig(folder / "kubeconfig")
    yield cluster
    cluster.close()


@pytest.fixture
def far(notebook: Notebook, elsewhere: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook that works on it."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    notebook.good("%cluster use --kubeconfig kubeconfig")
    yield notebook
    notebook.good("%cluster use --embedded")


def test_there_and_back(notebook: Notebook, elsewhere: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    notebook.lab.start()
    notebook.good("%kubectl create configmap here")
    printed = notebook.good("%cluster use --kubeconfig=kubeconfig")
    assert printed.splitlines()[0].endswith("2 nodes, 10 Pods")
    assert "127.0.0.1" in printed
    assert notebook.good("%kubectl get nodes -o name") == "node/minikube\nnode/minikube-m02\n"
    assert "not found" in notebook.bad("%kubectl get configmap here")
    assert "1 nodes" in notebook.good("%cluster use --embedded")
    assert notebook.good("%kubectl get configmap here -o name") == "configmap/here\n"


MANIFEST = "%%manifest\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata: {mode: dark}\n"


def test_every_way_of_typing_goes_there(far: Notebook, elsewhere: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    assert far.good(MANIFEST) == "configmap/settings created\n"
    far.good("%kubectl create deployment web --image=nginx --replicas=2")
    printed = far.good(
        "%%kubectl\nkubectl rollout status deployment/web\nsleep 0.1\nkubectl get pods -l app=web --no-headers | wc -l\n"
        "kubectl exec deploy/web -- hostname | cut -c1-4"
    )
    assert printed.splitlines()[-2:] == ["2", "web-"]
    assert elsewhere.client.find("deployments.apps", "web", "default") is not None
    shown: list[str] = []
    monkeypatch.setattr(far.shell, "set_next_input", lambda text, replace=False: shown.append(text), raising=False)
    far.good("%kubectl edit configmap settings")
    assert far.good(shown[0].replace("dark", "light")) == "configmap/settings edited\n"
    kept = elsewhere.client.find("configmaps", "settings", "default")
    assert kept is not None
    assert kept.data["mode"] == "light"
    said = far.bad("%%manifest\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: B_D}\n")
    assert 'The ConfigMap "B_D" is invalid' in said


def test_the_picture(far: Notebook) -> None:
    far.good("%kubectl create deployment shop --image=nginx\n%kubectl rollout status deployment/shop")
    printed = far.good("%view --text")
    assert printed.startswith("2 nodes")
    assert "Pod default/shop-" in printed
    assert "Deployment default/shop: 1/1 ready" in far.good("%view deployment/shop --text")
    view: Any = far.shell.run_cell("%view").result
    assert b"<svg" in view.svg().encode()
    assert "kind: Deployment" in view._details("Deployment", "default", "shop").yaml
    far.good("%kubectl delete deployment shop")
    assert "Deployment default/shop" not in view.text("ownership")


def test_checks(far: Notebook) -> None:
    far.good("%kubectl run my-pod --image=zxcvbnius/docker-demo --port=3000 --labels=app=web")
    printed = far.good("%check 5")
    assert "There is no Pod `my-pod`" not in printed
    assert "D05-E2 cannot be judged on a real cluster: it looks at requests" in printed
    far.good("%kubectl delete pod my-pod --now")


@pytest.mark.parametrize(
    "cell",
    [
        "%clock +5m",
        "%cluster snapshot a",
        "%cluster stop scheduler",
        "%minikube status",
        "%view --of iptables svc/kubernetes",
        "%podsh web ls",
        "%trace http://web",
    ],
)
def test_what_only_a_simulation_can_do_is_refused(far: Notebook, cell: str) -> None:
    assert "the notebook works on a real cluster" in far.bad(cell)


def test_a_script_is_told_as_much(far: Notebook) -> None:
    ran = far("%%kubectl\ncurl http://web; minikube ip")
    assert ran.err.count("the notebook works on a real cluster") == 2


def test_tab_asks_it(far: Notebook) -> None:
    text = "%kubectl describe node minikube-"
    assert find(far.lab, text, 0, len(text)).offers == (("minikube-m02", "node"),)
    text = "%%manifest\napiVersion: v1\nkind: Pod\nspec:\n  hostNet"
    assert find(far.lab, text, 4, 9).offers == (("hostNetwork: ", "boolean"),)


def test_namespaces_and_contexts_are_the_notebooks_own(far: Notebook, folder: Path) -> None:
    before = (folder / "kubeconfig").read_text()
    far.good("%kubectl config set-context --current --namespace=kube-system")
    assert "coredns" in far.good("%kubectl get pods")
    assert "Pod kube-system" not in far.good("%view --text")
    assert (folder / "kubeconfig").read_text() == before


PLUGIN = """import json, sys
status = {"token": open(sys.argv[1]).read().strip()}
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}))
"""


def _other_user(folder: Path, name: str, user: dict[str, Any]) -> None:
    """A kubeconfig for the same server with another way to say who one is."""
    data = yaml.load((folder / "kubeconfig").read_text())
    data["users"][0]["user"] = user
    (folder / name).write_text(yaml.dump(data))


def test_tokens_plugins_and_files_beside_the_kubeconfig(
    notebook: Notebook, elsewhere: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.kubectl("create serviceaccount robot")
    elsewhere.kubectl("create clusterrolebinding robots --clusterrole=view --serviceaccount=default:robot")
    token = elsewhere.kubectl("create token robot").stdout.strip()
    (folder / "token").write_text(token)
    (folder / "plugin.py").write_text(PLUGIN)
    run = {"command": sys.executable, "args": [str(folder / "plugin.py"), str(folder / "token")]}
    _other_user(folder, "with-token", {"token": token})
    _other_user(folder, "with-file", {"tokenFile": "token"})
    plugin = {**run, "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    _other_user(folder, "with-plugin", {"exec": plugin})
    monkeypatch.chdir(folder.parent)  # paths of a kubeconfig are relative to it
    for name in ("with-token", "with-file", "with-plugin"):
        notebook.good(f"%cluster use --kubeconfig {folder / name}")
        assert "system:serviceaccount:default:robot" in notebook.good("%kubectl auth whoami")
        assert "forbidden" in notebook.bad("%kubectl create configmap x")
    notebook.good("%kubectl get pods")
    assert notebook.good("%view --text").startswith("0 nodes")  # nobody but an administrator sees nodes
    monkeypatch.setenv("KUBECONFIG", str(folder / "with-plugin"))
    notebook.good("%cluster use\n%cluster use --embedded")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--kubeconfig nowhere", "no such file or directory"),
        ("--kubeconfig kubeconfig --context other", "context was not found for specified context: other"),
        ("--kubeconfig closed", "The connection to the server 127.0.0.1:1 was refused"),
        ("--kubeconfig stranger", "You must be logged in to the server"),
        ("--kubeconfig broken", "error loading config file"),
        ("--whatever", "unknown argument '--whatever'"),
    ],
)
def test_what_cannot_be_reached(
    notebook: Notebook, elsewhere: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    monkeypatch.chdir(folder)
    data = yaml.load((folder / "kubeconfig").read_text())
    data["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (folder / "closed").write_text(yaml.dump(data))
    (folder / "broken").write_text("clusters: 3\n")
    _other_user(folder, "stranger", {"token": "nobodys"})
    assert said in notebook.bad(f"%cluster use {words}")
    assert notebook.lab.real is None


def test_a_cluster_that_goes_away(notebook: Notebook, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    other = Cluster()
    other.serve().write_kubeconfig(folder / "short-lived")
    notebook.good("%cluster use --kubeconfig short-lived")
    view: Any = notebook.shell.run_cell("%view").result
    other.close()
    assert "was refused - did you specify the right host or port?" in notebook.bad("%kubectl get nodes")
    assert "was refused" in notebook.bad("%cluster status")
    assert view.text().startswith("1 node")  # what was seen last
    text = "%kubectl get pods "
    assert find(notebook.lab, text, 0, len(text)).offers == ()
    notebook.good("%cluster use --embedded\n%kubectl get nodes")
