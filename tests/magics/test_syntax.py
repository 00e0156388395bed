"""What is made of a cell's lines before IPython reads them."""

from __future__ import annotations

import pytest

from k8snb.magics.syntax import chained_commands


@pytest.mark.parametrize(
    ("cell", "made"),
    [
        (
            "%kubectl delete svc/web && kubectl create -f ./web.yaml\n",
            ["%kubectl delete svc/web\n", "%kubectl create -f ./web.yaml\n"],
        ),
        ("%minikube stop && minikube start\n", ["%minikube stop\n", "%minikube start\n"]),
        (
            "%kubectl exec web -- sh -c 'true && kubectl get pods'\n",
            ["%kubectl exec web -- sh -c 'true && kubectl get pods'\n"],
        ),
        ("%%podsh web\nls && kubectl get pods\n", ["%%podsh web\n", "ls && kubectl get pods\n"]),
        ("text = 'a && kubectl b'\n", ["text = 'a && kubectl b'\n"]),
        ("%kubectl get pods\n", ["%kubectl get pods\n"]),
    ],
)
def test_a_chain_becomes_lines(cell: str, made: list[str]) -> None:
    assert chained_commands(cell.splitlines(keepends=True)) == made
