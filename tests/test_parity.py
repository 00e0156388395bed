"""Transcripts recorded from the real kubectl and a real v1.36 control plane, replayed; skipped where they are not at hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.kubectl import remote
from k8snb.kubectl.cli import run

RECORDED = Path(__file__).parents[2] / "shared" / "parity"
#: where we differ, and why (also in ARCHITECTURE.md)
DEVIATIONS = {
    "explain/fields": "explain prints this project's own documentation",
    "explain/objects": "explain prints this project's own documentation",
}


def _runner() -> Any:
    spec = importlib.util.spec_from_file_location("parity", RECORDED / "parity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["parity"] = module
    spec.loader.exec_module(module)
    return module


def _cases() -> list[Any]:
    if not RECORDED.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason="no recorded transcripts beside the project"))]
    return [pytest.param(case, id=case.name) for case in _runner().load_cases(RECORDED / "cases")]


@pytest.mark.parametrize("case", _cases())
def test_says_what_the_real_one_said(case: Any) -> None:
    cluster = Cluster(profile="hollow")

    def run(argv: list[str], stdin: str, cwd: str) -> tuple[int, str, str]:
        result = cluster.kubectl(argv, stdin=stdin, cwd=cwd)
        return result.exit_code, result.stdout, result.stderr

    result = sys.modules["parity"].run_case(case.path, run, settle=lambda: cluster.settle(quiet=2, timeout=25))
    if case.name in DEVIATIONS:
        assert not result.ok, f"{case.name} matches now: take it off the list of deviations"
    else:
        assert result.ok, result.diff


#: what a transcript over HTTP takes: a cluster in live pace, and real time
OVER_HTTP = (
    "get/label-selectors",
    "get/deployment-yaml",
    "apply/three-way-merge",
    "apply/prune",
    "create/from-files",
    "delete/cascade",
    "describe/volumes",
    "diff/changed",
    "edit/configmap-output",
    "errors/wrong-types",
    "rollout/history-and-undo",
    "set/env",
    "wait/conditions",
)


@pytest.mark.parametrize("case", [param for param in _cases() if getattr(param.values[0], "name", "") in OVER_HTTP])
def test_says_the_same_over_http(case: Any, tmp_path: Path) -> None:
    cluster = Cluster(profile="hollow", pace="live")
    cluster.serve().write_kubeconfig(tmp_path / "config")

    def run_over_http(argv: list[str], stdin: str, cwd: str) -> tuple[int, str, str]:
        result = run(["--kubeconfig", str(tmp_path / "config"), *argv], remote.session(Path(cwd)), stdin)
        return result.exit_code, result.stdout, result.stderr

    try:
        result = sys.modules["parity"].run_case(
            case.path, run_over_http, settle=lambda: cluster.settle(quiet=2, timeout=25)
        )
        assert result.ok, result.diff
    finally:
        cluster.close()
