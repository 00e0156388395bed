"""Files, folders, patterns, standard input, lists: what is read, and what is said of the unreadable."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb import Cluster

ONE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(profile="hollow")


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_folders_are_read_in_order_and_by_extension(cluster: Cluster, tmp_path: Path) -> None:
    write(tmp_path, "all/b.yaml", ONE.replace("one", "b"))
    write(tmp_path, "all/a.json", '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}')
    write(tmp_path, "all/notes.txt", "not yaml: [")
    write(tmp_path, "all/aa/c.yml", ONE.replace("one", "c"))
    create = "create --dry-run=client -o name -f"
    assert cluster.kubectl(f"{create} all", cwd=str(tmp_path)).stdout == "configmap/a\nconfigmap/b\n"
    assert cluster.kubectl(f"{create} ./all/ -R", cwd=str(tmp_path)).stdout == (
        "configmap/a\nconfigmap/c\nconfigmap/b\n"
    )
    assert cluster.kubectl([*create.split(), "all/*.yaml"], cwd=str(tmp_path)).stdout == "configmap/b\n"
    assert cluster.kubectl(f"{create} all/notes.txt", cwd=str(tmp_path)).exit_code == 1


def test_empty_folders_and_urls_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert cluster.kubectl("create -f empty", cwd=str(tmp_path)).stderr == (
        "error: error reading [empty]: recognized file extensions are [.json .yaml .yml]\n"
    )
    assert "the lab has no network" in cluster.kubectl("create -f https://example.com/a.yaml").stderr


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "kind: ConfigMap\n",
            'error validating "STDIN": error validating data: apiVersion not set; if you choose to ignore these errors, '
            "turn validation off with --validate=false",
        ),
        (
            "a: b\n",
            'error validating "STDIN": error validating data: [apiVersion not set, kind not set]; if you choose to ignore '
            "these errors, turn validation off with --validate=false",
        ),
        (
            "- a\n",
            'error validating "STDIN": error validating data: invalid object to validate; if you choose to ignore these '
            "errors, turn validation off with --validate=false",
        ),
        (
            "apiVersion: x/v1\nkind: Thing\nmetadata: {name: z}\n",
            'resource mapping not found for name: "z" namespace: "" from "STDIN": no matches for kind "Thing" in version '
            '"x/v1"\nensure CRDs are installed first',
        ),
        (
            ONE + "data:\n  note: this: that\n",
            "error parsing STDIN: error converting YAML to JSON: yaml: line 5: mapping values are not allowed in this context",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {z: 1, a: true}}\n",
            'unable to decode "STDIN": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type '
            "string",
        ),
        ("", "no objects passed to create"),
    ],
)
def test_unreadable(cluster: Cluster, text: str, error: str) -> None:
    assert cluster.kubectl("create -f -", stdin=text).stderr == f"error: {error}\n"


def test_without_validation_the_decoder_speaks(cluster: Cluster) -> None:
    assert cluster.kubectl("create --validate=false -f -", stdin="a: b\n").stderr == (
        'error: unable to decode "STDIN": Object \'Kind\' is missing in \'{"a":"b"}\'\n'
    )


def test_lists_are_taken_apart_and_errors_do_not_stop_the_rest(cluster: Cluster) -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n"
        "- {apiVersion: x/v1, kind: Thing}\n- metadata: {name: b}\n"
    )
    result = cluster.kubectl("create -f -", stdin=text)
    assert result.stdout == "configmap/a created\nconfigmap/b created\n"
    assert result.stderr == 'unable to recognize no matches for kind "Thing" in version "x/v1"\n'


def test_a_given_namespace_must_be_the_objects(cluster: Cluster) -> None:
    text = ONE.replace("{name: one}", "{name: one, namespace: default}")
    result = cluster.kubectl("create -f - -n kube-public", stdin=text)
    assert result.stderr == (
        'error: the namespace from the provided object "default" does not match the namespace "kube-public". You must pass '
        "'--namespace=default' to perform this operation.\n"
    )


def test_notebook_files_are_found_by_name(cluster: Cluster, tmp_path: Path) -> None:
    cluster.session().files["web.yaml"] = ONE
    assert cluster.kubectl("create -f ./web.yaml", cwd=str(tmp_path)).stdout == "configmap/one created\n"


def test_keys_go_to_the_server_in_order(cluster: Cluster) -> None:
    text = ONE + "zzz: 1\naaa: 2\n"
    assert 'unknown field "aaa", unknown field "zzz"' in cluster.kubectl("create -f -", stdin=text).stderr
