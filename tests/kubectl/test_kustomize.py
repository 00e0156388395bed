"""Kustomizations: what a real `kubectl kustomize` built and refused (kustomize.cases), and the command around it.

The cases begin with the files that all of them may use (`--- path`). A case is `== name [folder]`, its kustomization.yaml,
other files, then `>>>` and the output or `!!!` and the message: on that line, if it is one.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from k8snb.cluster import Cluster
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize import build

_PART = re.compile(r"^(?:== (?P<case>.+)|--- (?P<file>.+)|(?P<end>>>>|!!!)(?: (?P<told>.+))?)\n", re.MULTILINE)


class Case(NamedTuple):
    name: str
    folder: str
    files: dict[str, str]
    refused: bool
    expected: str


def _cases() -> list[Case]:
    text = Path(__file__).with_name("kustomize.cases").read_text(encoding="utf-8")
    marks = [*_PART.finditer(text)]
    shared: dict[str, str] = {}
    found: list[Case] = []
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.end() : after.start() if after else len(text)]
        if mark["case"]:
            name, _, folder = mark["case"].partition(" ")
            found.append(Case(name, folder, shared | ({"kustomization.yaml": body} if body else {}), False, ""))
        elif mark["file"]:
            (found[-1].files if found else shared)[mark["file"]] = body
        else:
            found[-1] = found[-1]._replace(refused=mark["end"] == "!!!", expected=mark["told"] or body)
    return found


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_a_kustomization(case: Case, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name, text in case.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    try:
        found, refused = build(root / case.folder), False
    except CommandError as error:
        found, refused = error.message, True
    found = re.sub(r"0xc[0-9a-f]{9}", "<pointer>", found.replace(str(root), "<root>").replace(str(tmp_path), "<above>"))
    assert (refused, found.rstrip("\n")) == (case.refused, case.expected.rstrip("\n"))


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("configMapGenerator:\n- name: q\n  files: [b.bin]\n")
    (tmp_path / "b.bin").write_bytes(b"\xff\x00\x01")
    out = build(tmp_path)
    assert f"binaryData:\n  b.bin: {base64.b64encode(bytes([255, 0, 1])).decode()}\n" in out
    assert "\ndata:" not in out


def test_warnings_of_old_fields(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("bases: []\ncommonLabels: {a: b}\nnamePrefix: x\n")
    told: list[str] = []
    assert build(tmp_path, warn=told.append) == ""
    assert told == [
        "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your "
        "Kustomization automatically."
    ]


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return Cluster(profile="hollow")


def test_the_command(cluster: Cluster, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "kustomization.yaml").write_text("resources: [../x.yaml, y.yaml]\n")
    (tmp_path / "x.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: a}\n")
    (root / "y.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n")
    refused = cluster.kubectl("kustomize", cwd=str(root))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "security; file " in refused.stderr
    answer = cluster.kubectl("kustomize . --load-restrictor=LoadRestrictionsNone", cwd=str(root))
    x = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: a\n"
    web = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n"
    assert answer.stdout == f"{x}---\n{web}"
    folder = root / "out"
    folder.mkdir()
    cluster.kubectl("kustomize . -o out --load-restrictor=LoadRestrictionsNone", cwd=str(root))
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "a_v1_configmap_x.yaml": x,
        "default_v1_configmap_web.yaml": web,
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("kustomize a b", "specify one path to kustomization.yaml"),
        (
            "kustomize --load-restrictor=x",
            "illegal flag value --load-restrictor x; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]",
        ),
        ("kustomize --enable-helm", "the lab's kustomize has no use for --enable-helm: it runs no other programs"),
        (
            "kustomize https://github.com/a/b",
            "the lab has no network: https://github.com/a/b cannot be fetched; copy it into a folder",
        ),
    ],
)
def test_what_the_command_refuses(cluster: Cluster, line: str, message: str) -> None:
    answer = cluster.kubectl(line)
    assert (answer.exit_code, answer.stderr) == (1, f"error: {message}\n")
