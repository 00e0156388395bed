"""`%kubectl` and `%%manifest` in cells: what is printed, what fails a cell, what is kept."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from k8snb.kubectl.completion import complete

from .conftest import Notebook

POD = """apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx
"""


@pytest.fixture(autouse=True)
def fresh(notebook: Notebook) -> None:
    """Every test has a cluster of its own."""
    notebook.lab.start()


def test_the_result_is_kept_and_not_printed(notebook: Notebook) -> None:
    notebook.good("%kubectl run web --image=nginx")
    ran = notebook("r = %kubectl get pods -o json")
    assert ran.ok
    assert ran.text == ""
    kept = notebook.shell.user_ns["r"]
    assert kept.exit_code == 0
    assert [pod["metadata"]["name"] for pod in kept.json()["items"]] == ["web"]


def test_a_kept_failure_fails_the_cell_as_any_other(notebook: Notebook) -> None:
    ran = notebook("r = %kubectl get pods nope\nprint('after')")
    assert not ran.ok
    assert ran.err == 'Error from server (NotFound): pods "nope" not found\n'
    assert "after" not in ran.out


def test_an_expected_failure_is_kept_in_silence(notebook: Notebook) -> None:
    assert notebook.good("r = %kubectl --expect-error get pods nope\nprint('after')") == "after\n"
    kept = notebook.shell.user_ns["r"]
    assert (kept.exit_code, kept.stderr) == (1, 'Error from server (NotFound): pods "nope" not found\n')


def test_a_failing_command_fails_the_cell_with_kubectls_lines_only(notebook: Notebook) -> None:
    ran = notebook("%kubectl get pods nope\nprint('after')")
    assert not ran.ok
    assert ran.err == 'Error from server (NotFound): pods "nope" not found\n'
    assert ran.out.strip() == ""  # no traceback, and nothing behind the failure ran


def test_an_expected_error_is_shown_and_the_cell_goes_on(notebook: Notebook) -> None:
    assert notebook.good("%kubectl --expect-error get pods nope\nprint('after')") == (
        'Error from server (NotFound): pods "nope" not found\nafter\n'
    )


def test_an_expected_error_that_does_not_come_fails_the_cell(notebook: Notebook) -> None:
    said = notebook.bad("%kubectl --expect-error get nodes\nprint('after')")
    assert "this command was expected to fail, but it succeeded" in said
    assert "after" not in said


def test_several_lines_run_in_their_order(notebook: Notebook) -> None:
    printed = notebook.good(
        "%kubectl create configmap a --from-literal=k=v\n"
        "%kubectl get configmaps a -o name\n"
        "print('between')\n"
        "%kubectl delete configmap a\n"
        "%kubectl --expect-error get configmap a"
    )
    assert printed.splitlines() == [
        "configmap/a created",
        "configmap/a",
        "between",
        'configmap "a" deleted from default namespace',
        'Error from server (NotFound): configmaps "a" not found',
    ]


def test_a_bare_kubectl_line_and_python_values(notebook: Notebook) -> None:
    notebook.good("name = 'from-python'\n%kubectl create namespace {name}")
    assert notebook.good("kubectl get namespace from-python -o name") == "namespace/from-python\n"


def test_a_cell_body_is_standard_input(notebook: Notebook) -> None:
    assert notebook.good(f"%%kubectl create -f -\n{POD}") == "pod/web created\n"


@pytest.mark.parametrize(
    "cell",
    [
        '%kubectl get "pods',
        '%minikube "status',
        '%curl "http://x',
        '%trace "http://x',
        '%traffic start "x',
        '%cluster "status',
        '%view "nodes',
        '%podsh web "ls',
        '%%podsh "web\nls',
        '%%manifest "x\na: b',
    ],
)
def test_an_open_quote_is_named_without_a_traceback(notebook: Notebook, cell: str) -> None:
    notebook.good("%kubectl run web --image=nginx\n%kubectl wait --for=condition=Ready pod/web")
    said = notebook.bad(cell)
    assert "closing quotation" in said or "unterminated quoted string" in said.lower()


def test_manifest_applies_and_dry_run_does_not(notebook: Notebook) -> None:
    before = notebook.lab.cluster.store.revision
    assert notebook.good(f"%%manifest --dry-run\n{POD}") == "pod/web created (server dry run)\n"
    assert notebook.lab.cluster.store.revision == before
    assert notebook.good(f"%%manifest\n{POD}") == "pod/web created\n"
    assert notebook.good(f"%%manifest\n{POD}") == "pod/web unchanged\n"
    assert notebook.lab.cluster.client.get("pods", "web", "default").spec.containers[0].image == "nginx"


def test_a_named_manifest_is_a_file_for_kubectl(notebook: Notebook) -> None:
    before = notebook.lab.cluster.store.revision
    assert notebook.good(f"%%manifest --name web.yaml\n{POD}") == "web.yaml saved\n"
    assert notebook.lab.cluster.store.revision == before
    assert notebook.good("%kubectl create -f web.yaml") == "pod/web created\n"
    assert notebook.bad("%kubectl create -f other.yaml").strip() == 'error: the path "other.yaml" does not exist'


def test_a_yaml_error_is_pointed_at(notebook: Notebook) -> None:
    said = notebook.bad("%%manifest\n" + POD.replace("  name: web\nspec", "\tname: web\nspec"))
    assert (
        "error: error parsing STDIN: error converting YAML to JSON: yaml: line 4: found character that cannot" in said
    )
    assert "line 4, column 1" in said


def test_an_unknown_field_is_pointed_at_and_a_known_one_suggested(notebook: Notebook) -> None:
    said = notebook.bad("%%manifest\n" + POD.replace("image:", "imag:"))
    assert 'strict decoding error: unknown field "spec.containers[0].imag"' in said
    assert "line 8, column 7" in said
    assert "did you mean image?" in said
    assert notebook.lab.cluster.client.find("pods", "web", "default") is None


def test_an_expected_manifest_error_keeps_the_cell_alive(notebook: Notebook) -> None:
    printed = notebook.good("%%manifest --expect-error\n" + POD.replace("image: nginx", "image: 5"))
    assert "cannot unmarshal number into Go struct field Container.spec.containers.image of type string" in printed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ge"], ["get"]),
        (["rollout", "st"], ["status"]),
        (["get", "pods", "we"], ["web"]),
        (["get", "pods", "x"], []),
        (["get", "pods", "-n", "kube-s"], ["kube-system"]),
        (["get", "pods", "-o", "js"], ["json", "jsonpath-as-json=", "jsonpath-file=", "jsonpath="]),
        (["logs", "web", "-c", ""], ["web"]),
        (["describe", "node", ""], ["minikube"]),
    ],
)
def test_completion_knows_the_live_cluster(notebook: Notebook, words: list[str], expected: list[str]) -> None:
    notebook.good("%kubectl run web --image=nginx")
    assert complete(notebook.lab.cluster, words) == expected


def tab(notebook: Notebook, line: str) -> set[str]:
    """What the Tab key offers at the end of a line."""
    with provisionalcompleter():
        return {found.text for found in notebook.shell.Completer.completions(line, len(line))}


def test_tab_completes_in_a_cell(notebook: Notebook) -> None:
    notebook.good("%kubectl run web --image=nginx")
    assert tab(notebook, "%kubectl get pods we") == {"web"}
    assert tab(notebook, "%minikube sta") == {"start", "status"}
    assert "web" not in tab(notebook, "print(we")
