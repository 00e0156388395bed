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


@pytest.fixture
def web(notebook: Notebook) -> Notebook:
    notebook.good("%kubectl run web --image=nginx\n%kubectl wait --for=condition=Ready pod/web")
    return notebook


UNFINISHED = (
    ("%podsh web it's", "sh: 1: Syntax error: Unterminated quoted string"),
    ('%podsh web echo "a', "sh: 1: Syntax error: Unterminated quoted string"),
    ("%podsh web echo $(ls", 'sh: 1: Syntax error: end of file unexpected (expecting ")")'),
    ("%%podsh web\nif true; then\necho a", 'sh: 3: Syntax error: end of file unexpected (expecting "fi")'),
    ("%%podsh web\ncat <<EOF\nno end", "Syntax error"),
)


@pytest.mark.parametrize(("cell", "message"), UNFINISHED)
def test_what_a_terminal_would_wait_for_is_refused_and_nothing_is_typed(web: Notebook, cell: str, message: str) -> None:
    web.good("%podsh web x=kept")
    said = web.bad(cell)
    assert message in said
    assert "exit status 2" in said
    assert web.good("%podsh web echo $x") == "kept\n"


def test_a_line_is_the_shells_own_not_pythons(web: Notebook) -> None:
    assert web.good("x = 5") == ""
    assert web.good("%podsh web x=shell; echo $x ${x}  'a   b' \"it's\"") == "shell shell a   b it's\n"
    assert web.good("%podsh web echo a b | awk '{print $2}'") == "b\n"


def test_a_program_that_reads_gets_the_next_cell(web: Notebook) -> None:
    ran = web("%podsh web cat")
    assert ran.ok
    assert "# k8snb: a program waits for input" in ran.err
    assert web.good("%%podsh web\nhello") == "hello\n"
    web.good("%podsh web --interrupt")
    assert web.good("%podsh web echo back") == "back\n"


def test_an_endless_command_ends_by_itself_in_jump_pace_and_says_so(web: Notebook) -> None:
    web.good("%podsh web x=kept")
    ran = web("%podsh web while true; do date; sleep 600; done")
    assert "would go on for ever: it was interrupted" in ran.err
    assert "exit status 130" in ran.text
    assert web.good("%podsh web echo $x") == "kept\n"


def test_jobs_in_the_background_do_not_hold_the_prompt(web: Notebook) -> None:
    assert web.good("%podsh web sleep 1000 & echo started") == "started\n"
    assert "Running" in web.good("%podsh web jobs")


def test_a_busy_loop_ends_the_shell_and_not_the_pod(web: Notebook) -> None:
    said = web.bad("%podsh web while :; do :; done")
    assert "# k8snb: killed: used up its CPU without ever waiting for anything" in said
    assert "exit status 137" in said
    assert web.good("%kubectl get pod web --no-headers").split()[1:4] == ["1/1", "Running", "0"]
    assert web.good("%podsh web echo anew") == "anew\n"
