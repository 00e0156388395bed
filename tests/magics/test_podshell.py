"""Shells that stay open between cells: `kubectl run -it`, `%%podsh`, `%podsh`."""

from __future__ import annotations

import pytest

from .conftest import Notebook


@pytest.fixture(autouse=True)
def fresh(notebook: Notebook) -> None:
    notebook.lab.start()


def phase(notebook: Notebook, name: str) -> str:
    return str(notebook.lab.cluster.client.get("pods", name, "default").status.phase)


def test_run_it_leaves_a_shell_that_the_next_cells_type_into(notebook: Notebook) -> None:
    ran = notebook("%kubectl run -it alpine --image=alpine --restart=Never -- sh")
    assert ran.ok
    assert "If you don't see a command prompt, try pressing enter." in ran.err
    assert "%%podsh alpine" in ran.err

    assert notebook.good("%%podsh alpine\nhostname\ncd /tmp; x=1") == "alpine\n"
    assert notebook.good("%%podsh alpine\necho $x; pwd") == "1\n/tmp\n"
    assert phase(notebook, "alpine") == "Running"

    notebook.good("%%podsh alpine\nexit")
    notebook.good("%clock settle")
    assert phase(notebook, "alpine") == "Succeeded"
    assert notebook.good("%kubectl get pod alpine --no-headers").split()[1:3] == ["0/1", "Completed"]
    assert notebook.good("%kubectl logs alpine") == "alpine\n1\n/tmp\n"
    assert not notebook.lab.shells


def test_rm_removes_the_pod_at_exit(notebook: Notebook) -> None:
    notebook.good("%kubectl run -it --rm once --image=busybox --restart=Never -- sh")
    printed = notebook.good("%%podsh once\necho hi; exit")
    assert printed == 'hi\npod "once" deleted from default namespace\n'
    assert notebook.lab.cluster.client.find("pods", "once", "default") is None


def test_exit_of_an_exec_shell_leaves_the_pod_alone(notebook: Notebook) -> None:
    notebook.good("%kubectl run box --image=busybox -- sleep 3600\n%kubectl wait --for=condition=Ready pod/box")
    notebook.good("%kubectl exec -it box -- sh")
    assert notebook.good("%%podsh box\ny=2; exit") == ""
    assert not notebook.lab.shells
    assert phase(notebook, "box") == "Running"


def test_podsh_runs_one_command_and_keeps_the_shell(notebook: Notebook) -> None:
    notebook.good("%kubectl run box --image=busybox -- sleep 3600\n%kubectl wait --for=condition=Ready pod/box")
    assert notebook.good("%podsh box hostname") == "box\n"
    assert notebook.good("%podsh box cd /etc\n%podsh box pwd") == "/etc\n"
    assert notebook.good("%podsh box -- echo as kubectl exec takes it") == "as kubectl exec takes it\n"
    assert "exit status 1" in notebook.bad("%podsh box false")


def test_podsh_into_a_missing_pod_says_what_the_server_says(notebook: Notebook) -> None:
    assert 'Error from server (NotFound): pods "nope" not found' in notebook.bad("%podsh nope ls")
