"""`%kubectl edit`: the object in a cell, and what running that cell does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Notebook

Change = Callable[[str], str]


@pytest.fixture(autouse=True)
def fresh(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a cluster with a Deployment; KUBE_EDITOR is nobody's, and EDITOR is of no use here."""
    monkeypatch.delenv("KUBE_EDITOR", raising=False)
    monkeypatch.setenv("EDITOR", "false")
    notebook.lab.start()
    notebook.good("%kubectl create deployment web --image=nginx --replicas=2\n%clock settle")


@pytest.fixture
def cells(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The cells that were put in front of the learner, and whether each took the place of the one that ran."""
    shown: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        notebook.shell, "set_next_input", lambda text, replace=False: shown.append((text, replace)), raising=False
    )
    return shown


def test_the_object_is_in_a_cell_and_running_it_saves(notebook: Notebook, cells: list[Any]) -> None:
    ran = notebook("%kubectl edit deploy/web")
    assert ran.ok
    assert ran.out == ""
    assert ran.err == "# k8snb: the object is in the next cell: change it there, and run that cell to save it\n"
    ((text, replaced),) = cells
    assert not replaced
    assert text.startswith("%%kubectl edit deploy/web\n# Please edit the object below.")
    assert notebook.good(text.replace("replicas: 2", "replicas: 3", 1)) == "deployment.apps/web edited\n"
    assert notebook.good("%kubectl get deploy web -o jsonpath={.spec.replicas}") == "3"


def test_no_change_is_said_to_be_none(notebook: Notebook, cells: list[Any]) -> None:
    notebook.good("%kubectl edit deploy web")
    assert notebook(cells[0][0]).err == "Edit cancelled, no changes made.\n"
    empty = "%%kubectl edit deploy web --validate=ignore\n# nothing\n"
    assert notebook(empty).err == "Edit cancelled, saved file was empty.\n"


def test_a_cell_may_be_saved_again_and_again(notebook: Notebook, cells: list[Any]) -> None:
    notebook.good("%kubectl edit deploy web")
    text = cells[0][0]
    for count in (4, 5, 2):
        changed = text.replace("replicas: 2", f"replicas: {count}", 1)
        assert notebook.good(changed) == "deployment.apps/web edited\n"
        assert notebook(changed).err == "Edit cancelled, no changes made.\n"
        assert notebook.good("%kubectl get deploy web -o jsonpath={.spec.replicas}") == str(count)


def test_what_others_changed_meanwhile_stays(notebook: Notebook, cells: list[Any]) -> None:
    notebook.good("%kubectl edit deploy web")
    notebook.good("%kubectl label deploy web team=tea")
    notebook.good(cells[0][0].replace("replicas: 2", "replicas: 3", 1))
    assert notebook.good("%kubectl get deploy web -o jsonpath='{.spec.replicas} {.metadata.labels.team}'") == "3 tea"


def test_a_cell_that_nobody_opened_here_conflicts_with_what_is_newer(notebook: Notebook) -> None:
    text = notebook.good("%kubectl get deploy web -o yaml").replace("replicas: 2", "replicas: 3", 1)
    notebook.lab.editor._shown.clear()
    assert notebook.good(f"%%kubectl edit deployment web\n{text}") == "deployment.apps/web edited\n"
    notebook.lab.editor._shown.clear()
    said = notebook.bad(f"%%kubectl edit deployment web\n{text.replace('replicas: 3', 'replicas: 4', 1)}")
    assert "could not be patched" in said
    assert "the object has been modified" in said


def test_what_is_refused_is_shown_in_the_same_cell_with_the_reasons(notebook: Notebook, cells: list[Any]) -> None:
    notebook.good("%kubectl edit deploy web")
    said = notebook.bad(cells[0][0].replace("replicas: 2", "replicas: -2", 1))
    assert 'error: deployments.apps "web" is invalid' in said
    text, replaced = cells[1]
    assert replaced
    assert '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -2' in text
    assert notebook.good(text.replace("replicas: -2", "replicas: 1", 1)) == "deployment.apps/web edited\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda text: text.replace("  name: web\n", "  name: other\n", 1),
            "At least one of apiVersion, kind and name was",
        ),
        (lambda text: text.replace("spec:\n", "spec: [\n", 1), 'error: deployments.apps "web" is invalid'),
        (lambda text: text.replace("namespace: default", "namespace: other"), "does not match the namespace"),
    ],
)
def test_what_may_not_be_saved(notebook: Notebook, cells: list[Any], change: Change, said: str) -> None:
    notebook.good("%kubectl edit deploy web")
    assert said in notebook.bad(change(cells[0][0]))


def test_an_object_that_is_gone(notebook: Notebook, cells: list[Any]) -> None:
    notebook.good("%kubectl edit deploy web\n%kubectl delete deploy web")
    assert 'deployments.apps "web" not found' in notebook.bad(cells[0][0])


def test_other_ways_to_an_editor(notebook: Notebook, cells: list[Any]) -> None:
    notebook.good("%%manifest\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: one}\n")
    notebook.good("%kubectl apply edit-last-applied configmap a")
    assert cells[0][0].startswith("%%kubectl apply edit-last-applied configmap a\n# Please edit the 'last-applied")
    notebook.good(cells[0][0].replace("one", "two"))
    assert "x: two" in notebook.good("%kubectl apply view-last-applied configmap a")
    notebook.good("%kubectl edit deploy web -o json")
    assert cells[1][0].startswith("%%kubectl edit deploy web -o json\n{")
    assert '"replicas": 3' in notebook.good(cells[1][0].replace('"replicas": 2', '"replicas": 3', 1))


def test_kube_editor_is_a_program_of_the_workstation(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBE_EDITOR", "sed -i 's/replicas: 2/replicas: 5/'")
    assert notebook.good("%kubectl edit deploy web") == "deployment.apps/web edited\n"
    monkeypatch.setenv("KUBE_EDITOR", "false")
    assert 'there was a problem with the editor "false"' in notebook.bad("%kubectl edit deploy web")
    monkeypatch.setenv("KUBE_EDITOR", "nano")
    said = notebook.bad("%kubectl edit deploy web")
    assert "# k8snb: nano is not on the lab's workstation" in said
    assert 'error: unable to launch the editor "nano"' in said


def test_a_script_has_its_own_editor(notebook: Notebook) -> None:
    notebook.good("%%kubectl\nrm -f /tmp/*")
    printed = notebook.good(
        "%%kubectl\nKUBE_EDITOR=\"sed -i 's/replicas: 2/replicas: 4/'\" kubectl edit deploy web && echo done; ls /tmp | wc -l"
    )
    assert printed == "deployment.apps/web edited\ndone\n0\n"
    invalid = (
        "%%kubectl\nKUBE_EDITOR=\"sed -i 's/replicas: 4/replicas: -4/'\" kubectl edit deploy web; ls /tmp; rm /tmp/*"
    )
    ran = notebook(invalid)
    assert 'A copy of your changes has been stored to "/tmp/kubectl-edit-' in ran.err
    assert ran.out.startswith("kubectl-edit-")
