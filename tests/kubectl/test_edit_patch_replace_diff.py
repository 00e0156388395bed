# ruff: noqa: E501 - tables of whole messages
"""`kubectl edit`, `patch`, `replace`, `diff`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from k8snb.cluster import Cluster
from k8snb.kubectl.command import Draft
from k8snb.kubectl.editing import stripped

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: dark}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {a: '1', b: '2'}\n"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cluster:
    monkeypatch.delenv("KUBE_EDITOR", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    c = Cluster(profile="hollow")
    c.kubectl("create configmap settings --from-literal=mode=dark")
    return c


def edits(cluster: Cluster, *steps: Callable[[str], str]) -> list[str]:
    """Let these functions be the editor, one for each time it opens; returns the texts that it has shown."""
    shown: list[str] = []
    left = list(steps)

    def edit(text: str, name: str) -> Draft:
        assert name.startswith("kubectl-edit-")
        shown.append(text)
        new = left.pop(0)(text) if len(left) > 1 else left[0](text)
        path = Path(tempfile.gettempdir(), name)
        path.write_text(new)
        return Draft(new, str(path), lambda: path.unlink(missing_ok=True))

    cluster.session().edit = edit
    return shown


def test_an_edited_object_is_saved(cluster: Cluster) -> None:
    shown = edits(cluster, lambda text: text.replace("dark", "light"))
    assert cluster.kubectl("edit configmap settings").stdout == "configmap/settings edited\n"
    assert shown[0].startswith("# Please edit the object below. Lines beginning with a '#' will be ignored,\n")
    assert "managedFields" not in shown[0]
    assert cluster.kubectl("get cm settings -o jsonpath={.data.mode}").stdout == "light"


def test_what_is_refused_is_opened_again_with_the_reasons(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx --replicas=1")
    shown = edits(
        cluster,
        lambda text: text.replace("replicas: 1", "replicas: -1", 1),
        lambda text: text.replace("replicas: -1", "replicas: 2", 1),
    )
    result = cluster.kubectl("edit deployment web")
    assert result.stderr == 'error: deployments.apps "web" is invalid\n'
    assert result.stdout == "deployment.apps/web edited\n"
    assert '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -1:' in shown[1]


def test_changes_that_are_given_up_stay_in_a_file(cluster: Cluster, tmp_path: Path) -> None:
    edits(cluster, lambda text: text.replace("kind: ConfigMap", "kind: [", 1))
    result = cluster.kubectl("edit configmap settings")
    lines = result.stderr.splitlines()
    assert lines[0] == 'error: configmaps "settings" is invalid'
    assert lines[1].startswith(f'A copy of your changes has been stored to "{tmp_path}/kubectl-edit-')
    assert lines[2] == "error: Edit cancelled, no valid changes were saved."
    (kept,) = tmp_path.glob("kubectl-edit-*.yaml")
    assert "kind: [" in kept.read_text()


@pytest.mark.parametrize(
    ("change", "stderr"),
    [
        (("x: y", "x: y"), "Edit cancelled, no changes made.\n"),
        (("name: settings", "name: other"), "error: At least one of apiVersion, kind and name was changed\n"),
        (("namespace: default", "namespace: other"), "error: the namespace from the provided object \"other\" does not match the namespace \"default\". You must pass '--namespace=other' to perform this operation.\n"),
    ],
)  # fmt: skip
def test_what_may_not_be_edited(cluster: Cluster, change: tuple[str, str], stderr: str) -> None:
    edits(cluster, lambda text: text.replace(*change))
    result = cluster.kubectl("edit configmap settings")
    assert result.stderr.splitlines(True)[-1] == stderr


def test_an_object_deleted_meanwhile_is_not_lost(cluster: Cluster) -> None:
    def edit(text: str) -> str:
        cluster.kubectl("delete configmap settings")
        return text.replace("dark", "light")

    edits(cluster, edit)
    result = cluster.kubectl("edit configmap settings")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        'error: configmaps "settings" could not be found on the server\nThe edits you made on'
    )


def test_without_an_editor_nothing_is_pretended(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    result = cluster.kubectl("edit configmap settings")
    assert result.stderr.startswith('error: unable to launch the editor "vi": there is no terminal here')


def test_kube_editor_names_a_program(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBE_EDITOR", "sed -i s/dark/program/")
    cluster.kubectl("edit configmap settings")
    assert cluster.kubectl("get cm settings -o jsonpath={.data.mode}").stdout == "program"
    monkeypatch.setenv("KUBE_EDITOR", "false")
    assert cluster.kubectl("edit configmap settings").stderr == 'error: there was a problem with the editor "false"\n'


def test_what_was_shown_earlier_is_what_a_change_is_measured_by(cluster: Cluster) -> None:
    earlier = cluster.kubectl("get configmap settings -o yaml").stdout
    cluster.kubectl('patch configmap settings -p \'{"data":{"size":"big"}}\'')
    cluster.session().edit = lambda text, name: Draft(earlier.replace("dark", "light"), original=earlier)
    assert cluster.kubectl("edit configmap settings").stdout == "configmap/settings edited\n"
    assert cluster.kubectl("get cm settings -o jsonpath={.data}").stdout == '{"mode":"light","size":"big"}'


def test_the_patch_of_an_edit_is_shown(cluster: Cluster) -> None:
    edits(cluster, lambda text: text.replace("dark", "light"))
    result = cluster.kubectl("edit configmap settings --output-patch")
    assert result.stdout == 'Patch: {"data":{"mode":"light"}}\nconfigmap/settings edited\n'


def test_last_applied_is_edited_alone(cluster: Cluster) -> None:
    cluster.kubectl("apply -f -", stdin=CONFIG)
    shown = edits(cluster, lambda text: text.replace("dark", "light"))
    assert cluster.kubectl("apply edit-last-applied configmap settings").stdout == "configmap/settings edited\n"
    assert shown[0].startswith("# Please edit the 'last-applied-configuration' annotations below.\n")
    assert cluster.kubectl("get cm settings -o jsonpath={.data.mode}").stdout == "dark"
    assert "mode: light" in cluster.kubectl("apply view-last-applied configmap settings").stdout


def test_comments_do_not_count() -> None:
    assert stripped("# one\na: 1 # two\n") == stripped("a:   1\n")
    assert stripped("# one\na: [\n") == "a: [\n"


@pytest.mark.parametrize(
    ("words", "stdout", "stderr"),
    [
        (["-p", "data:\n  a: '1'"], "configmap/settings patched\n", ""),
        (["-p", "{}"], "configmap/settings patched (no change)\n", ""),
        (["-p", '{"data":{"a":"1"}}', "--dry-run=client"], "configmap/settings patched (dry run)\n", ""),
        (["-p", "{}", "--patch-file", "x"], "", "error: cannot specify --patch and --patch-file together\n"),
        (["--patch-file", "none"], "", "error: unable to read patch file: open none: no such file or directory\n"),
        (["-p", "{1"], "", "Error from server (BadRequest): invalid character '1' looking for beginning of object key string\n"),
        (["-p", "{1", "--dry-run=client"], "", "error: invalid JSON document\n"),
        (["-p", "[1]", "--type=merge", "--dry-run=client"], "", "error: json: cannot unmarshal array into Go value of type unstructured.detector\n"),
        (["--type=json", "--dry-run=client", "-p", '[{"op":"remove","path":"/x"}]'], "", "error: error in remove for path: '/x': Unable to remove nonexistent key: x: missing value\n"),
        (["--type=json", "--dry-run=client", "-p", '[{"op":"test","path":"/kind","value":1}]'], "", "error: testing value /kind failed: test failed\n"),
        (["--type=json", "--dry-run=client", "-p", '[{"op":"replace","path":"/data/x","value":"1"}]'], "configmap/settings patched (dry run)\n", ""),
    ],
)  # fmt: skip
def test_patches(cluster: Cluster, words: list[str], stdout: str, stderr: str) -> None:
    result = cluster.kubectl(["patch", "configmap", "settings", *words])
    assert (result.stdout, result.stderr) == (stdout, stderr)


def test_force_replaces_what_cannot_be_changed(cluster: Cluster) -> None:
    old = cluster.kubectl("get cm settings -o jsonpath={.metadata.uid}").stdout
    result = cluster.kubectl("replace --force -f -", stdin=CONFIG)
    assert result.stdout == 'configmap "settings" deleted from default namespace\nconfigmap/settings replaced\n'
    assert cluster.kubectl("get cm settings -o jsonpath={.metadata.uid}").stdout != old
    other = cluster.kubectl("replace --force -f -", stdin=CONFIG.replace("settings", "other"))
    assert other.stdout == "configmap/other replaced\n"


@pytest.mark.parametrize(
    ("words", "stderr"),
    [
        ("--grace-period=3 -f -", "error: --grace-period must have --force specified\n"),
        ("--timeout=3s -f -", "error: --timeout must have --force specified\n"),
    ],
)
def test_replace_flags_that_need_others(cluster: Cluster, words: str, stderr: str) -> None:
    assert cluster.kubectl(f"replace {words}", stdin=CONFIG).stderr == stderr


def test_diff_of_secrets_hides_values(cluster: Cluster) -> None:
    cluster.kubectl("apply -f -", stdin=SECRET)
    result = cluster.kubectl("diff -f -", stdin=SECRET.replace("'2'", "'3'"))
    assert result.exit_code == 1
    assert "-  b: '*** (before)'\n+  b: '*** (after)'\n" in result.stdout
    assert "  a: '***'\n" in result.stdout


def test_diff_with_a_program_of_ones_own(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", "diff -rq ;x")
    result = cluster.kubectl("diff -f -", stdin=CONFIG.replace("dark", "light"))
    assert result.exit_code == 1
    assert result.stdout.startswith("Files ")
    assert "invalid argument is ignored: ;x, only Alphanumeric" in result.stderr
    monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", "there-is-no-such-program")
    result = cluster.kubectl("diff -f -", stdin=CONFIG)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith('error: failed to run "there-is-no-such-program"')


def test_diff_shows_what_would_be_pruned(cluster: Cluster) -> None:
    cluster.kubectl("apply -f -", stdin=CONFIG.replace("settings", "old"))
    cluster.kubectl("apply -f -", stdin=CONFIG)
    assert cluster.kubectl("diff -f -", stdin=CONFIG).exit_code == 0
    result = cluster.kubectl("diff --prune -f -", stdin=CONFIG)
    assert result.exit_code == 1
    assert "v1.ConfigMap.default.old" in result.stdout
    assert "-data:\n-  mode: dark\n" in result.stdout


def test_diff_on_the_server_s_side(cluster: Cluster) -> None:
    result = cluster.kubectl("diff --server-side -f -", stdin=CONFIG.replace("dark", "light"))
    assert result.exit_code == 2
    assert "conflict" in result.stderr
    forced = cluster.kubectl("diff --server-side --force-conflicts -f -", stdin=CONFIG.replace("dark", "light"))
    assert forced.exit_code == 1
    assert "-  mode: dark\n+  mode: light\n" in forced.stdout
