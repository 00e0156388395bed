"""Command lines and links in texts: what exists passes, what does not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb.grading import commandlines, links


@pytest.mark.parametrize(
    "text",
    [
        "`kubectl get pods [-o wide\\|yaml\\|json] [--show-labels] [-l SELECTOR]`",
        "`kubectl set image deploy/NAME CONTAINER=IMAGE`, `kubectl rollout undo deploy NAME [--to-revision=N]`",
        "`%kubectl exec POD -- ls --color=auto -Z`",
        "`kubectl`, `kubectl …`, `kubectl describe`, `kubectl rollout`",
        '`kubectl patch deploy web -p \'{"a": "--no-such"}\'`',
        "`minikube service NAME --url`, `minikube start --nodes 3`",
        "```bash\nminikube stop && kubectl get nodes -owide\nkubectl get pods -Aw # -9\n```",
        "kubectl frobnicate is not code here",
    ],
)
def test_what_exists(text: str) -> None:
    assert list(commandlines.faults([text])) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`kubectl gett pods`", "names `kubectl gett`"),
        ("`kubectl get pods --show-labls`", "has no flag --show-labls"),
        ("`kubectl get pods -9 -X`", "has no flag -X"),
        ("`kubectl rollout backwards deploy/x`", "has no 'backwards'"),
        ("`kubectl create deploymnt x`", "has no 'deploymnt'"),
        ("```\n$ kubectl get pods && kubectl lable pods\n```", "names `kubectl lable`"),
        ("`minikube strat`", "names `minikube strat`"),
    ],
)
def test_what_does_not(text: str, fault: str) -> None:
    found = list(commandlines.faults([text]))
    assert len(found) == 1
    assert fault in found[0]


def test_what_is_gone_may_be_named_and_cells_are_read_too() -> None:
    assert (
        list(
            commandlines.faults(
                ["`kubectl get --show-all`, `kubectl rolling-update x`"], ["--show-all", "rolling-update"]
            )
        )
        == []
    )
    assert list(commandlines.faults([], (), ["%kubectl --expect-error gett", "%%manifest\nkubectl gett"])) == []
    assert len(list(commandlines.faults([], (), ["r = %kubectl gett pods", "%%podsh x\nkubectl gett"]))) == 1


def test_links(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("x", encoding="utf-8")
    text = (
        "# A heading `here`\n[a](there.md) [b](#A-heading-here) [c](https://kubernetes.io/docs) ![d](there.md)\n"
        "[e](gone.md) [f](#nowhere) [g](http://nowhere) `[h](code.md)` [i](ftp://x)"
    )
    assert list(links.dead([text], tmp_path)) == ["gone.md", "#nowhere", "http://nowhere", "ftp://x"]
