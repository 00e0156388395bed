"""What `r = %kubectl …` keeps, and Python variables in command lines."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from k8snb.kubectl.rows import rows
from k8snb.magics.variables import expand

from .conftest import Notebook

PODS = """NAME    READY   STATUS             RESTARTS      AGE   NOMINATED NODE   READINESS GATES
web-1   1/1     Running            2 (10s ago)   5m    <none>           <none>
web-2   0/1     ImagePullBackOff   0             5m    <none>           <none>
"""


def test_a_table_becomes_rows() -> None:
    found = rows(PODS)
    assert found[0] == {
        "NAME": "web-1",
        "READY": "1/1",
        "STATUS": "Running",
        "RESTARTS": "2 (10s ago)",
        "AGE": "5m",
        "NOMINATED NODE": "<none>",
        "READINESS GATES": "<none>",
    }
    assert found.column("STATUS") == ["Running", "ImagePullBackOff"]
    assert "<td>2 (10s ago)</td>" in found._repr_html_()
    assert "&lt;none&gt;" in found._repr_html_()


def test_several_tables_and_none() -> None:
    both = rows("NAME    READY\npod/a   1/1\n\nNAME    TYPE        PORT(S)\nsvc/a   ClusterIP   80/TCP\n")
    assert both == [{"NAME": "pod/a", "READY": "1/1"}, {"NAME": "svc/a", "TYPE": "ClusterIP", "PORT(S)": "80/TCP"}]
    assert rows("") == []
    with pytest.raises(ValueError, match="no table"):
        rows("pod/a\n")
    with pytest.raises(ValueError, match="no table"):
        rows("web-1   1/1   Running\nweb-2   1/1   Running\n")


def test_results_in_a_notebook(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("%kubectl create deployment web --image=nginx --replicas=2\n%clock settle")
    notebook.good("r = %kubectl get pods -o wide\ns = %kubectl get pods -o json\nd = %docker ps")
    ns = notebook.shell.user_ns
    assert [row["STATUS"] for row in ns["r"].table()] == ["Running", "Running"]
    assert len(ns["s"].json()["items"]) == 2
    assert ns["d"].table() == []
    with pytest.raises(ValueError, match="no table"):
        ns["s"].table()


def test_pandas_if_it_is_there() -> None:
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed")
    assert isinstance(rows(PODS).to_pandas(), pandas.DataFrame)


def test_without_pandas_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="pandas"):
        rows(PODS).to_pandas()


def test_a_result_is_kept_in_the_cell_that_loads_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K8SNB_PACE", "jump")
    InteractiveShell.clear_instance()
    shell: Any = InteractiveShell.instance(history_manager=None, colors="nocolor")
    out = io.StringIO()
    with redirect_stdout(out):
        done = shell.run_cell(
            "%load_ext k8snb\nr = %kubectl get nodes\nif r:\n    q = %kubectl get namespaces -o name\n"
            "%kubectl get nodes -o name",
            store_history=False,
        )
    assert done.success
    assert out.getvalue() == "node/minikube\n"
    assert shell.user_ns["r"].table()[0]["NAME"] == "minikube"
    assert "namespace/default" in shell.user_ns["q"].stdout
    shell._k8snb_lab.stop()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("get pod {name}", "get pod web"),
        ("get pod $name -n ${name}", "get pod web -n $web"),
        ("get pod {names[0].upper()} {unknown}", "get pod A {unknown}"),
        ("get pods -o jsonpath='{.items[*].metadata.name}'", None),
        ("get pods -o jsonpath='{range .items[*]}{.metadata.name}{\"\\n\"}{end}'", None),
        (
            "get pod {name} -o jsonpath='{range .items[*]}{end}{name}'",
            "get pod web -o jsonpath='{range .items[*]}{end}web'",
        ),
        ("get pods -o go-template='{{range $i, $e := .items}}{{$e.metadata.name}}{{end}}'", None),
        ("get pods -o custom-columns=A:.metadata.name", None),
        ('patch d {name} -p \'{"spec":{"replicas":{n}}}\'', 'patch d web -p \'{"spec":{"replicas":3}}\''),
        ('patch d web --type=json -p \'[{"op":"remove","path":"/a"}]\'', None),
        ("patch d web -p '{\"a\":1}'", None),
        ("get pods -l 'app in ({name})'", "get pods -l 'app in (web)'"),
        ("get {1/0} {n/0} $$ $HOME", None),
        ("get {'a'} {} {{n}}", None),
        ("get pods {", None),
    ],
)
def test_variables(line: str, made: str | None) -> None:
    assert expand(line, {"name": "web", "names": ["a"], "n": 3, "end": "END", "items": [1]}) == (made or line)


def test_variables_in_a_cell(notebook: Notebook) -> None:
    notebook.lab.start()
    notebook.good("name = 'web'; n = 2; items = metadata = 'x'")
    notebook.good("%kubectl create deployment {name} --image=nginx --replicas=$n")
    assert notebook.good("%kubectl get deploy {name} -o jsonpath='{.metadata.name} {.spec.replicas}'") == "web 2"
    assert notebook.good("%kubectl get deploy -o go-template='{{range .items}}{{.metadata.name}}{{end}}'") == "web"
