# ruff: noqa: E501 - tables of cells
"""Tab and Shift+Tab in cells: kubectl lines, scripts, manifests."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from k8snb.magics.commandline import script_line, typed
from k8snb.magics.completion import find
from k8snb.magics.inspection import inspect
from k8snb.magics.yamlcursor import place

from .conftest import Notebook

CRD = """%%manifest
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: teas.shop.example}
spec:
  group: shop.example
  names: {plural: teas, singular: tea, kind: Tea}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              sugar: {type: string, enum: [none, half, full]}
              cups: {type: integer}
"""


@pytest.fixture(scope="module")
def lab(notebook: Notebook) -> Notebook:
    """A cluster with something to offer."""
    notebook.lab.start()
    notebook.good("%kubectl create deployment web --image=nginx --replicas=1\n%kubectl expose deployment web --port=80")
    notebook.good(f"{CRD}")
    notebook.good("%kubectl create configmap settings --from-literal=a=b\n%clock settle")
    return notebook


def offered(notebook: Notebook, cell: str) -> tuple[str, list[str]]:
    """(what would be replaced, by what) where the cell has its `§`."""
    at = cell.index("§")
    before, text = cell[:at], cell.replace("§", "")
    found = find(notebook.lab, text, before.count("\n"), len(before) - before.rfind("\n") - 1)
    return found.fragment, [offer for offer, _ in found.offers]


@pytest.mark.parametrize(
    ("cell", "fragment", "expected"),
    [
        ("%kubectl ro§", "ro", ["rollout"]),
        ("kubectl rollout s§", "s", ["status"]),
        ("r = %kubectl get deploym§", "deploym", ["deployment", "deployments"]),
        ("%kubectl get te§", "te", ["tea", "teas"]),
        ("%kubectl get pods,deploy§", "pods,deploy", ["pods,deploy", "pods,deployment", "pods,deployments"]),
        ("%kubectl get configmaps s§", "s", ["settings"]),
        ("%kubectl describe svc/§", "svc/", ["svc/kubernetes", "svc/web"]),
        ("%kubectl get pods -n kube-s§", "kube-s", ["kube-system"]),
        ("%kubectl get pods --namespace=kube-s§", "--namespace=kube-s", ["--namespace=kube-system"]),
        ("%kubectl logs deploy/web -c §", "", ["nginx"]),
        ("%kubectl port-forward svc/web §", "", ["80"]),
        ("%kubectl get pods -l ap§", "ap", ["app"]),
        ("%kubectl label deploy web a§", "a", ["app-", "app="]),
        ("%kubectl get pods -o js§", "js", ["json", "jsonpath-as-json=", "jsonpath-file=", "jsonpath="]),
        ("%kubectl get pods -o jsonpath='{.items[*].status.pha§", "jsonpath='{.items[*].status.pha", ["jsonpath='{.items[*].status.phase"]),
        ("%kubectl get teas -o jsonpath={.items[*].spec.§", "jsonpath={.items[*].spec.", ["jsonpath={.items[*].spec.cups", "jsonpath={.items[*].spec.sugar"]),
        ("%kubectl config use-context §", "", ["minikube"]),
        ("%kubectl get pods --show-k§", "--show-k", ["--show-kind"]),
        ("%kubectl wait deploy/web --for=condition=A§", "--for=condition=A", ["--for=condition=Available"]),
        ("%kubectl explain deploy.spec.strat§", "deploy.spec.strat", ["deploy.spec.strategy"]),
        ("%kubectl get pods | grep x; kubectl get svc w§", "w", ["web"]),
        ("%%kubectl\nkub§", "kub", ["kubectl"]),
        ("%%kubectl\nfor i in a b; do kubectl get -n kube-s§", "kube-s", ["kube-system"]),
        ("%%kubectl\n$ kubectl get pods \\\n   -n kube-p§", "kube-p", ["kube-public"]),
        ("%%kubectl\nX=$(kubectl get svc w§", "w", ["web"]),
        ("%minikube stat§", "stat", ["status"]),
        ("x = kubectl§", "", []),
        ("print(§)", "", []),
    ],
)  # fmt: skip
def test_words_of_kubectl(lab: Notebook, cell: str, fragment: str, expected: list[str]) -> None:
    assert offered(lab, cell) == (fragment, expected)


DEPLOYMENT = "%%manifest\napiVersion: apps/v1\nkind: Deployment\n"
POD = "%%manifest\napiVersion: v1\nkind: Pod\nspec:\n"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%manifest\nap§", ["apiVersion: "]),
        ("%%manifest\nkind: Deploy§", ["Deployment"]),
        ("%%manifest\nkind: Deployment\napiVersion: §", ["apps/v1"]),
        (f"{DEPLOYMENT}§", ["metadata:", "spec:"]),
        (f"{DEPLOYMENT}metadata:\n  name: a\n  na§", ["namespace: "]),
        (f"{DEPLOYMENT}spec:\n  rep§\n  selector: {{}}", ["replicas: "]),
        (f"{DEPLOYMENT}spec:\n  rep§\n  replicas: 2", []),
        (f"{DEPLOYMENT}spec:\n  template:\n    spec:\n      containers:\n      - name: a\n        imagePullPolicy: §", ["Always", "IfNotPresent", "Never"]),
        (f"{DEPLOYMENT}spec:\n  template:\n    spec:\n      containers:\n      - na§", ["name: "]),
        (f"{POD}  containers:\n    - name: a\n      ports:\n        - containerP§", ["containerPort: "]),
        (f"{POD}  containers:\n    - name: a\n      image: x\n      im§", ["imagePullPolicy: "]),
        (f"{POD}  containers:\n    - name: a\n    - im§", ["image: ", "imagePullPolicy: "]),
        (f"{POD}  containers:\n  - name: a\n  restartP§", ["restartPolicy: "]),
        (f"{POD}  hostNetwork: t§", ["true"]),
        (f"{POD}  volumes:\n  - name: v\n    configMap:\n      name: s§", ["settings"]),
        (f"{POD}  containers:\n  - command: [§", []),
        (f"{POD}  # comment §", []),
        ("%%manifest\napiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    im§", []),
        ("%%manifest\napiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: Service\nspec:\n  type: N§", ["NodePort"]),
        ("%%manifest\napiVersion: shop.example/v1\nkind: Tea\nspec:\n  su§", ["sugar: "]),
        ("%%manifest\napiVersion: shop.example/v1\nkind: Tea\nspec:\n  sugar: §", ["none", "half", "full"]),
        ("%%kubectl\ncat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: Service\nspec:\n  ty§", ["type: "]),
        ("%%kubectl edit service web\napiVersion: v1\nkind: Service\nspec:\n  ty§", ["type: "]),
    ],
)  # fmt: skip
def test_fields_and_values_of_manifests(lab: Notebook, cell: str, expected: list[str]) -> None:
    assert offered(lab, cell)[1] == expected


def test_elements_of_a_list_that_has_yet_to_begin(lab: Notebook) -> None:
    assert offered(lab, f"{POD}  containers:\n    §")[1][0] == "- name: "


def test_through_ipythons_own_machinery(lab: Notebook) -> None:
    cell = "%kubectl get pods -o jsonpath='{.items[*].status.pha"
    with provisionalcompleter():
        found = list(lab.shell.Completer.completions(cell, len(cell)))
        flags = list(lab.shell.Completer.completions("kubectl get pods --sho", 22))
        twice = lab.shell.run_cell("%reload_ext k8snb").success
        again = list(lab.shell.Completer.completions(cell, len(cell)))
    assert [(one.start, one.end, one.text) for one in found] == [(21, 52, "jsonpath='{.items[*].status.phase")]
    assert flags[0].text == "--show-kind"
    assert flags[0].type.replace("\N{NO-BREAK SPACE}", " ").startswith("If present, list the resource type")
    assert twice
    assert len(again) == len(found)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (f"{DEPLOYMENT}spec:\n  repl§icas: 2", "FIELD: replicas <integer>"),
        (f"{DEPLOYMENT}spec:\n  template:\n    spec:\n      containers:\n      - im§age: a", "FIELD: image <string>"),
        (f"{POD}  restartPolicy: Al§ways", "FIELD: restartPolicy <string>"),
        (f"{POD}§  containers:", "FIELD: containers <[]Container>"),
        ("%%manifest\napiVersion: shop.example/v1\nkind: Tea\nspec:\n  su§gar: half", "FIELD: sugar <string>"),
        ("%%kubectl\ncat <<EOF\napiVersion: v1\nkind: Service\nspec:\n  ty§pe: NodePort\nEOF", "FIELD: type <string>"),
        ("%kubectl explain deploy.spec.rep§licas", "FIELD: replicas <integer>"),
        ("%kubectl get po§ds", "KIND:       Pod"),
        ("r = %kubectl get deploy/w§eb", "KIND:       Deployment"),
        ("%kubectl get pods --show-la§bels", "--show-labels <bool>"),
        ("%kubectl get pods -o wi§de", "--output <string>"),
        ("%kubectl get pods -o jsonpath='{.items[*].status.ph§ase}'", "FIELD: phase <string>"),
        ("%kubectl roll§out status", "Manage the rollout"),
        ("%kubectl rollout sta§tus", "Show the status of the rollout"),
        ("%%kubectl\nkubectl get po§ds", "KIND:       Pod"),
        ("x§ = 3", ""),
        ("%%manifest\nnot§hing", ""),
    ],
)
def test_shift_tab_explains(lab: Notebook, cell: str, said: str) -> None:
    at = cell.index("§")
    before = lab.lab.cluster.now
    text = inspect(lab.lab, cell.replace("§", ""), at)
    assert said in text if said else not text
    assert lab.lab.cluster.now == before  # to look takes no time


def test_nobody_is_asked_where_nobody_is(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%minikube delete")
    assert offered(notebook, "%kubectl get §")[1] == []
    assert inspect(notebook.lab, "%kubectl get pods", 14) == ""
    notebook.good("%minikube start")


def test_words_as_a_shell_reads_them() -> None:
    assert typed("kubectl get 'a b' \"c").words == ["kubectl", "get", "a b", "c"]
    assert typed("kubectl get a\\ b").raw == "a\\ b"
    assert typed("A=1 sudo kubectl get ").words == ["kubectl", "get", ""]
    assert typed("echo 'x; y' | kubectl ").words == ["kubectl", ""]
    assert script_line("cat <<EOF\na: b\n  c") is None
    assert script_line("cat <<EOF\na\nEOF\n$ kubectl get") == "kubectl get"


def test_a_place_in_yaml() -> None:
    text = "kind: Pod\nspec:\n  containers:\n  - env:\n    - name: A\n      val\n    image: x\n"
    found = place(text, 5, 9)
    assert found is not None
    assert (found.path, found.typed, found.present) == (["spec", "containers", "[]", "env", "[]"], "val", {"name"})
    image = place(text, 6, 12)
    assert image is not None
    assert (image.path, image.is_value) == (["spec", "containers", "[]", "image"], True)
