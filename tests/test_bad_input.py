"""Bad input gets Kubernetes' own error, or a clear refusal, and changes nothing: one row a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb import Cluster

POD = """apiVersion: v1
kind: Pod
metadata:
  name: bad
spec:
  containers:
  - name: web
    image: nginx
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: bad
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx
"""
SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: bad
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, nodePort: 30080}]
"""
#: nine to the power of nine strings
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
NO_MATCH = 'error: resource mapping not found for name: "bad" namespace: "" from "STDIN": no matches for kind '
CREATING = 'Error from server (BadRequest): error when creating "STDIN": '
PARSING = "error: error parsing STDIN: error converting YAML to JSON: yaml: "


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


MANIFESTS = {
    "wrong kind": (
        changed(POD, "kind: Pod", "kind: Pood"),
        f'{NO_MATCH}"Pood" in version "v1"\nensure CRDs are installed first',
    ),
    "wrong version": (
        changed(DEPLOYMENT, "apps/v1", "extensions/v1beta1"),
        f'{NO_MATCH}"Deployment" in version "extensions/v1beta1"\nensure CRDs are installed first\n'
        "# k8snb: extensions/v1beta1 of Deployment is gone since v1.16; write apiVersion: apps/v1",
    ),
    "no kind": (
        changed(POD, "kind: Pod\n", ""),
        'error: error validating "STDIN": error validating data: kind not set; if you choose to ignore these errors, '
        "turn validation off with --validate=false",
    ),
    "bad indentation": (changed(POD, "\nspec:", "\n spec:"), f"{PARSING}line 4: did not find expected key"),
    "a value under a value": (
        changed(POD, "  name: bad\n", "  name: bad\n   labels: {a: b}\n"),
        f"{PARSING}line 5: mapping values are not allowed in this context",
    ),
    "a tab": (
        changed(POD, "  name: bad", "\tname: bad"),
        f"{PARSING}line 4: found character that cannot start any token",
    ),
    "an unknown field": (
        changed(POD, "image:", "imag:"),
        f'{CREATING}Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'unknown field "spec.containers[0].imag"',
    ),
    "wrong type": (
        changed(DEPLOYMENT, "replicas: 1", 'replicas: "two"'),
        f'{CREATING}Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go '
        "struct field DeploymentSpec.spec.replicas of type int32",
    ),
    "bad name": (
        changed(POD, "name: bad", "name: Bad_1"),
        f'The Pod "Bad_1" is invalid: metadata.name: Invalid value: "Bad_1": {SUBDOMAIN}',
    ),
    "selector mismatch": (
        changed(DEPLOYMENT, "labels: {app: web}", "labels: {app: webb}"),
        'The Deployment "bad" is invalid: spec.template.metadata.labels: Invalid value: {"app":"webb"}: '
        "`selector` does not match template `labels`",
    ),
    "missing field": (
        changed(POD, "    image: nginx\n", ""),
        'The Pod "bad" is invalid: spec.containers[0].image: Required value',
    ),
    "negative replicas": (
        changed(DEPLOYMENT, "replicas: 1", "replicas: -1"),
        'The Deployment "bad" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ),
    "a taken nodePort": (
        SERVICE,
        'The Service "bad" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    ),
    "a nodePort out of range": (
        changed(SERVICE, "30080", "80"),
        'The Service "bad" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. '
        "The range of valid ports is 30000-32767",
    ),
    "an alias bomb": (BOMB, f"{PARSING}document contains excessive aliasing"),
    "10 MB": (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bad\ndata:\n  k: {'x' * 10_000_000}\n",
        "error: error parsing STDIN: the manifest has more than 3145728 characters",
    ),
    "control characters": ("\x00\x01\x02PNG\x00", f"{PARSING}control characters are not allowed"),
}

COMMANDS = {
    "scale below zero": (
        "scale deployment good --replicas=-1",
        "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
    ),
    "a bad name at the command line": (
        "create deployment Bad_1 --image=nginx",
        'error: failed to create deployment: Deployment.apps "Bad_1" is invalid: metadata.name: '
        f'Invalid value: "Bad_1": {SUBDOMAIN}',
    ),
    "a kind that is not there": ("get pood", 'error: the server doesn\'t have a resource type "pood"'),
    "an unknown flag": ("get pods --frob", "error: unknown flag: --frob\nSee 'kubectl get --help' for usage."),
    "port-forward to nothing": ("port-forward nope 8000:80", 'Error from server (NotFound): pods "nope" not found'),
    "port-forward to a completed Pod": (
        "port-forward done 8000:80",
        "error: unable to forward port because pod is not running. Current status=Succeeded",
    ),
    "exec into nothing": ("exec nope -- ls", 'Error from server (NotFound): pods "nope" not found'),
    "exec into a completed Pod": (
        "exec done -- ls",
        "error: cannot exec into a container in a completed pod; current phase is Succeeded",
    ),
    "a file that is not there": ("apply -f /nowhere.yaml", 'error: the path "/nowhere.yaml" does not exist'),
    "nothing to apply": ("apply -f -", "error: no objects passed to apply"),
}


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """A Pod that is done, a Pod that sleeps, a Deployment, and a Service that has port 30080."""
    made = Cluster(nodes=1, seed=0)
    for command in (
        "run done --image=busybox --restart=Never -- true",
        "run sleeper --image=busybox -- sleep 360000",
        "create deployment good --image=nginx",
    ):
        assert made.kubectl(command).exit_code == 0
    assert made.kubectl("apply -f -", stdin=changed(SERVICE, "name: bad", "name: good")).exit_code == 0
    made.settle()
    return made


@pytest.mark.parametrize("verb", ["apply", "create"])
@pytest.mark.parametrize("mistake", MANIFESTS)
def test_a_bad_manifest_is_refused_and_changes_nothing(cluster: Cluster, mistake: str, verb: str) -> None:
    manifest, said = MANIFESTS[mistake]
    before = cluster.store.revision
    result = cluster.kubectl(f"{verb} -f -", stdin=manifest)
    assert result.stderr.strip() == said
    assert (result.exit_code, result.stdout) == (1, "")
    assert cluster.store.revision == before


@pytest.mark.parametrize("mistake", COMMANDS)
def test_a_bad_command_is_refused_and_changes_nothing(cluster: Cluster, mistake: str) -> None:
    command, said = COMMANDS[mistake]
    before = cluster.store.revision
    result = cluster.kubectl(command)
    assert result.stderr.strip() == said
    assert (result.exit_code, result.stdout) == (1, "")
    assert cluster.store.revision == before


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(128, 256))], ids=["picture", "noise"]
)
def test_a_binary_file_is_refused(cluster: Cluster, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "picture.yaml"
    file.write_bytes(content)
    before = cluster.store.revision
    result = cluster.kubectl(["apply", "-f", str(file)])
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"error: error parsing {file}: error converting YAML to JSON: yaml: invalid leading UTF-8 octet\n"
    )
    assert cluster.store.revision == before


def test_the_good_neighbours_of_these_manifests_are_taken() -> None:
    """The rows above fail for the reason they name: without the mistake each is accepted."""
    cluster = Cluster(nodes=1, seed=0)
    for manifest in (POD, DEPLOYMENT, SERVICE):
        result = cluster.kubectl("apply -f -", stdin=manifest)
        assert (result.exit_code, result.stderr) == (0, "")
        assert cluster.kubectl("delete -f -", stdin=manifest).exit_code == 0


def test_an_image_that_is_not_there_is_said_and_tried_again() -> None:
    cluster = Cluster(nodes=1, seed=0)
    assert cluster.kubectl("run typo --image=zxcvbnius/docker-dmeo").exit_code == 0
    seen: list[str] = []
    for _ in range(600):
        cluster.advance(0.1)
        shown = cluster.kubectl("get pod typo --no-headers").stdout.split()
        assert shown[1] == "0/1"
        if seen[-1:] != [shown[2]]:
            seen.append(shown[2])
    started = seen.index("ErrImagePull")
    assert set(seen[:started]) <= {"Pending", "ContainerCreating"}
    # The kubelet remembers why a container is not there while it tries again.
    assert seen[started : started + 4] == ["ErrImagePull", "ImagePullBackOff", "ErrImagePull", "ImagePullBackOff"]
    events = cluster.kubectl("events --for pod/typo").stdout
    assert 'Failed to pull image "zxcvbnius/docker-dmeo"' in events
    assert "repository does not exist or may require" in events


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("while true; do :; done", 137),  # a burst without any waiting: the container's machine ends it
        ("while true; do sleep 1; done", 130),  # waits for ever: interrupted, as Ctrl-C does
        ("f() { f; }; f", 2),
        ("x=a; while :; do x=$x$x; done", 2),
        ("seq 1 100000000", 137),
    ],
)
def test_an_endless_script_in_exec_ends(script: str, status: int) -> None:
    cluster = Cluster(nodes=1, seed=0)
    cluster.kubectl("run box --image=busybox -- sleep 360000")
    cluster.settle()
    began = cluster.now
    result = cluster.kubectl(["exec", "box", "--", "sh", "-c", script])
    assert result.exit_code == status
    assert "Traceback" not in result.stderr
    assert ("go on for ever" if status == 130 else f"command terminated with exit code {status}") in result.stderr
    assert cluster.now - began <= 3_601
    assert cluster.kubectl("get pods").exit_code == 0  # the cluster goes on


def test_huge_output_of_exec_is_bounded(cluster: Cluster) -> None:
    result = cluster.kubectl("exec sleeper -- yes")
    assert result.exit_code == 137
    assert 1_000 < len(result.stdout) <= 8 * 1024 * 1024
    assert set(result.stdout) == {"y", "\n"}
    assert "Traceback" not in result.stderr
    assert cluster.kubectl("exec sleeper -- echo still here").stdout == "still here\n"
