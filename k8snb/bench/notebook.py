"""What the notebook promises: Tab and Shift+Tab, through IPython's own machinery, on a cluster with a hundred Pods.

Wall clock is read here and nowhere in the engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from k8snb.bench.measurement import Measurement

_DEPLOYMENT: Final = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 100
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
"""
_POD: Final = "%%manifest\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    "
#: cells that end where Tab is pressed: every position that the matcher knows
CELLS: Final = (
    "%kubectl ",
    "%kubectl ro",
    "%kubectl rollout ",
    "%kubectl get ",
    "%kubectl get po",
    "kubectl get pods ",
    "%kubectl get pods,dep",
    "%kubectl describe pod/",
    "%kubectl get pods -n ",
    "%kubectl get pods --show-",
    "%kubectl get pods -o ",
    "%kubectl get pods -o jsonpath='{.items[*].status.",
    "%kubectl get pods -l ",
    "%kubectl get pods -l app=",
    "%kubectl logs deploy/web -c ",
    "%kubectl port-forward deploy/web ",
    "%kubectl label deploy web ",
    "%kubectl wait deploy/web --for=condition=",
    "%kubectl explain deployment.spec.",
    "%kubectl config use-context ",
    "r = %kubectl get no",
    "%%kubectl\nfor p in a b; do\n  kubectl get pods -n ",
    "%%kubectl\ncat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: Service\nspec:\n  ty",
    "%%manifest\napiVersion: ",
    "%%manifest\nkind: De",
    _POD,
    f"{_POD}imagePullPolicy: ",
    "%%manifest\napiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      vol",
)


def _notebook() -> Any:
    """A shell with the lab, and a cluster in use."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "k8snb")
    lab = shell._k8snb_lab  # type: ignore[attr-defined]
    lab.kubectl(["apply", "-f", "-"], _DEPLOYMENT)
    lab.cluster.settle()
    return shell


def _p95(actions: Sequence[Callable[[], object]], rounds: int) -> float:
    """The 95th percentile of all, in milliseconds."""
    times: list[float] = []
    for _ in range(rounds):
        for action in actions:
            start = time.perf_counter()
            action()
            times.append(time.perf_counter() - start)
    return sorted(times)[int(len(times) * 0.95)] * 1000


def completion() -> float:
    """Milliseconds of Tab (95th percentile) over every position, the first time of each included."""
    from IPython.core.completer import provisionalcompleter

    shell = _notebook()

    def tab(cell: str) -> Callable[[], object]:
        def press() -> None:
            found = list(shell.Completer.completions(cell, len(cell)))
            if not found:
                raise RuntimeError(f"nothing is offered at the end of {cell!r}")

        return press

    with provisionalcompleter():
        return _p95([tab(cell) for cell in CELLS], 10)


def inspection() -> float:
    """Milliseconds of Shift+Tab (95th percentile) on words and fields, the first time of each included."""
    from k8snb.magics.inspection import inspect

    lab = _notebook()._k8snb_lab
    cells = (
        f"{_POD}image: nginx",
        "%kubectl get pods",
        "%kubectl explain deployment.spec.replicas",
        "%kubectl rollout",
    )

    def press(cell: str) -> None:
        if not inspect(lab, cell, len(cell) - 2):
            raise RuntimeError(f"nothing is said of the end of {cell!r}")

    return _p95([lambda cell=cell: press(cell) for cell in cells], 50)  # type: ignore[misc]


ROWS: Final = (
    Measurement("completion", "Tab, 95th percentile of every position", "ms", 50, 0, completion),
    Measurement("inspection", "Shift+Tab, 95th percentile", "ms", 50, 0, inspection),
)
