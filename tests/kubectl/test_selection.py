"""Which objects a command line means, and the words for those that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb import Cluster

MISSING = (
    "error: You must provide one or more resources by argument or filename.\n"
    "Example resource specifications include:\n"
    "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'\n"
)


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster(profile="hollow")
    found.kubectl("create configmap one")
    found.kubectl("create configmap two")
    found.kubectl("label configmap two color=red")
    found.kubectl("create configmap one -n kube-public")
    return found


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("configmap one", "configmap/one\n"),
        ("cm/one cm/two", "configmap/one\nconfigmap/two\n"),
        ("ConfigMaps one", "configmap/one\n"),
        ("configmaps.v1. one", "configmap/one\n"),
        ("cm -l color=red", "configmap/two\n"),
        ("cm --field-selector metadata.name=one", "configmap/one\n"),
        ("cm --field-selector metadata.name=one -A", "configmap/one\nconfigmap/one\n"),
        ("ns,cm default", "namespace/default\n"),
        ("cm,cm,configmaps -l color=red", "configmap/two\n"),
        ("cm one nope --ignore-not-found", "configmap/one\n"),
    ],
)
def test_what_is_meant(cluster: Cluster, command: str, output: str) -> None:
    assert cluster.kubectl(f"get {command} -o name").stdout == output


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("delete", MISSING),
        ("get nope", 'error: the server doesn\'t have a resource type "nope"\n'),
        ("get nope.example.com", 'error: the server doesn\'t have a resource type "nope"\n'),
        ("get ,cm", 'error: the server doesn\'t have a resource type ""\n'),
        ("get cm/one/x", "error: arguments in resource/name form may not have more than one slash\n"),
        ("get cm/", "error: arguments in resource/name form must have a single resource and name\n"),
        ("get cm one -l a=b", "error: name cannot be provided when a selector is specified\n"),
        (
            "get cm/one -l a=b",
            "error: selectors and the all flag cannot be used when passing resource/name arguments\n",
        ),
        ("delete cm", "error: resource(s) were provided, but no name was specified\n"),
        ("delete -l a=b", "error: at least one resource must be specified to use a selector\n"),
        ("delete cm -l a=b --all", "error: setting 'all' parameter but found a non empty selector. \n"),
        ("get cm one -A", "error: a resource cannot be retrieved by name across all namespaces\n"),
        ("get cm one -n nowhere", 'Error from server (NotFound): namespaces "nowhere" not found\n'),
        (
            "get cm x y",
            'Error from server (NotFound): configmaps "x" not found\n'
            'Error from server (NotFound): configmaps "y" not found\n',
        ),
        ("delete -f nope.yaml", 'error: the path "nope.yaml" does not exist\n'),
        (
            "delete -f nope.yaml -f nada.yaml",
            'the path "nope.yaml" does not exist\nthe path "nada.yaml" does not exist\n',
        ),
        ("get -f a -k b", "error: only one of -f or -k can be specified\n"),
    ],
)
def test_what_makes_no_sense(cluster: Cluster, command: str, error: str, tmp_path: Path) -> None:
    result = cluster.kubectl(command, cwd=str(tmp_path))
    assert (result.stderr, result.exit_code) == (error, 1)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("get -f cm.yaml -A", 'no namespace set on resource /v1, Resource=configmaps "one"'),
        ("get -w -f cm.yaml -A", 'error: no namespace set on resource /v1, Resource=configmaps "one"'),
        ("label -f cm.yaml a=b -A", 'error: no namespace set on resource /v1, Resource=configmaps "one"'),
        (
            "delete -f cm.yaml -A",
            'error: error when deleting "cm.yaml": an empty namespace may not be set when a resource name is provided',
        ),
        (
            "get -w -f two.yaml --request-timeout=1s",
            "error: watch is only supported on individual resources and resource collections - 2 resources were found",
        ),
        (
            "get -w -f cm.yaml -f two.yaml --request-timeout=1s",
            "error: you may only watch a single resource or type of resource at a time",
        ),
    ],
)
def test_files_in_all_namespaces_and_watches_of_files(
    cluster: Cluster, command: str, error: str, tmp_path: Path
) -> None:
    one = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"
    (tmp_path / "cm.yaml").write_text(one)
    (tmp_path / "two.yaml").write_text(f"{one}---\n{one.replace('one', 'two')}")
    result = cluster.kubectl(command, cwd=str(tmp_path))
    assert (result.stderr, result.exit_code) == (f"{error}\n", 1)


def test_bad_selectors_are_the_servers_business(cluster: Cluster) -> None:
    assert cluster.kubectl(["get", "cm", "-l", "a in"]).stderr == (
        'Error from server (BadRequest): Unable to find "/v1, Resource=configmaps" that match label selector "a in", field '
        "selector \"\": unable to parse requirement: found '' expected: '('\n"
    )


def test_short_names_of_two_resources_warn(cluster: Cluster) -> None:
    found = cluster.kubectl("get ev").stderr
    assert found.startswith('Warning: short name "ev" could also match lower priority resource events.events.k8s.io\n')


def test_pages_are_read_to_the_end(cluster: Cluster) -> None:
    whole = cluster.kubectl("get ns -o name").stdout
    assert cluster.kubectl("get ns -o name --chunk-size=1").stdout == whole
    assert cluster.kubectl("get ns --chunk-size=1").stdout == cluster.kubectl("get ns").stdout
