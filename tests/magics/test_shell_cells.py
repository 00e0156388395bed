"""`%%kubectl` scripts and `%kubectl … | …` lines: a block pasted from documentation does what a terminal does."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb.magics.script import needs_shell, without_prompts

from .conftest import Notebook


@pytest.fixture(autouse=True)
def fresh(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a cluster, and a folder of its own."""
    monkeypatch.chdir(tmp_path)
    notebook.lab.files.clear()
    notebook.lab.start()


def script(text: str) -> str:
    return f"%%kubectl\n{text}"


DEPLOYMENT = """cat <<EOF | kubectl apply -f -
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: nginx, ports: [{containerPort: 80}]}
EOF
kubectl rollout status deployment/web
"""


def test_a_block_of_documentation(notebook: Notebook) -> None:
    printed = notebook.good(
        script(
            DEPLOYMENT
            + "POD=$(kubectl get pods -l app=web -o jsonpath='{.items[0].metadata.name}')\n"
            + 'for pod in $(kubectl get pods -o name); do echo "found ${pod%%-*}"; done\n'
            + "kubectl get pods -o json | jq -r '.items[].status.phase' | sort | uniq -c\n"
            + "kubectl get pods --no-headers | awk '{print $3}' | head -1\n"
            + "kubectl exec $POD -- hostname | grep -c web-\n"
        )
    )
    assert printed.splitlines()[0] == "deployment.apps/web created"
    assert printed.splitlines()[-6:] == [
        'deployment "web" successfully rolled out',
        "found pod/web",
        "found pod/web",
        "      2 Running",
        "Running",
        "1",
    ]


def test_variables_functions_and_files_stay_until_the_next_cell(notebook: Notebook) -> None:
    notebook.good(
        script("NAME=settings; show() { kubectl get configmap $1 -o name; }\necho a=1 > values.env; mkdir d; cd d")
    )
    again = 'kubectl create configmap "$NAME" --from-env-file=../values.env; show $NAME; pwd; cd'
    assert notebook.good(script(again)) == "configmap/settings created\nconfigmap/settings\n/home/learner/d\n"
    assert notebook.lab.files == {"values.env": "a=1\n"}
    assert notebook.good("%kubectl get configmap settings -o jsonpath={.data}") == '{"a":"1"}'


def test_files_go_to_and_fro(notebook: Notebook, tmp_path: Path) -> None:
    Path(tmp_path, "host.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-disk}\n")
    notebook.good(
        "%%manifest --name kept.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-cell}\ndata: {a: one}\n"
    )
    printed = notebook.good(
        script(
            "ls *.yaml; sed -i s/one/two/ kept.yaml; kubectl apply -f kept.yaml -f host.yaml\n"
            "kubectl get configmap from-cell -o jsonpath={.data.a} > out.txt && grep -c two out.txt\n"
            "mkdir -p app && cp host.yaml kept.yaml app/ && kubectl delete -f app/\n"
        )
    )
    assert printed.splitlines() == [
        "host.yaml",
        "kept.yaml",
        "configmap/from-cell created",
        "configmap/from-disk created",
        "1",
        'configmap "from-disk" deleted from default namespace',
        'configmap "from-cell" deleted from default namespace',
    ]
    assert "two" in notebook.lab.files["kept.yaml"]
    assert notebook.good("%kubectl apply -f app/").splitlines() == [
        "configmap/from-disk created",
        "configmap/from-cell created",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["host.yaml"]  # nothing was written to the disk


def test_files_on_disk_are_not_removed(notebook: Notebook, tmp_path: Path) -> None:
    Path(tmp_path, "mine.txt").write_text("dear\n")
    assert "rm: cannot remove 'mine.txt': Read-only file system" in notebook.bad(script("rm mine.txt"))
    assert notebook.good(script("echo more >> mine.txt; cat mine.txt")) == "dear\nmore\n"
    assert Path(tmp_path, "mine.txt").read_text() == "dear\n"


def test_what_kubectl_writes_is_the_scripts(notebook: Notebook, tmp_path: Path) -> None:
    notebook.good("%kubectl run web --image=nginx\n%kubectl wait --for=condition=Ready pod/web")
    printed = notebook.good(
        script("kubectl cp web:/etc/nginx/nginx.conf ./nginx.conf; grep -c worker_processes nginx.conf")
    )
    assert printed.splitlines()[-1] == "1"
    assert not list(tmp_path.iterdir())


def test_what_is_removed_is_gone_and_what_cannot_be_shown_is_kept(notebook: Notebook) -> None:
    notebook.lab.files.update({"a": "1", "a/b": "2", ".settings/c": "3", "/abs": "4", "gone": "5"})
    assert notebook.good(script("rm gone; echo 6 > e; cat a")) == "1"
    assert notebook.lab.files == {"a": "1", "a/b": "2", ".settings/c": "3", "/abs": "4", "e": "6\n"}
    notebook.lab.files.pop("e")
    assert "No such file" in notebook.bad(script("cat e"))


def test_paths_are_shown_as_they_were_typed(notebook: Notebook) -> None:
    notebook.good("%kubectl create configmap x")
    said = notebook.bad(
        script("kubectl get cm x -o yaml | sed 's/default/other/' > /tmp/x.yaml; kubectl replace -f /tmp/x.yaml")
    )
    assert 'from "/tmp/x.yaml"' in said or 'replacing "/tmp/x.yaml"' in said
    assert "k8snb-" not in said


def test_kustomizations_and_kubeconfigs_of_a_script(notebook: Notebook) -> None:
    printed = notebook.good(
        script(
            "mkdir base && printf 'resources: [cm.yaml]\\nnamePrefix: k-\\n' > base/kustomization.yaml\n"
            "kubectl create configmap y --dry-run=client -o yaml > base/cm.yaml; kubectl apply -k base\n"
            "export KUBECONFIG=$PWD/conf; kubectl config set-cluster x --server=https://10.0.0.1; grep -c 10.0.0.1 conf\n"
            "unset KUBECONFIG; kubectl config current-context"
        )
    )
    assert printed.splitlines() == ["configmap/k-y created", 'Cluster "x" set.', "1", "minikube"]
    assert notebook.good("%kubectl apply -k base") == "configmap/k-y unchanged\n"


def test_ctrl_c_ends_a_script(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notebook.lab, "pass_time", interrupted)
        ran = notebook(script("echo before; sleep 5; echo after"))
    assert not ran.ok
    assert "before\n" in ran.out
    assert ran.err == "^C\n"
    assert notebook.good(script("echo again")) == "again\n"


def test_the_exit_code_is_the_cells(notebook: Notebook) -> None:
    assert notebook.good(script("kubectl get nope || echo failed")) == "failed\n"
    assert "resource type" in notebook.bad(script("kubectl get nope"))
    assert notebook.good(script("kubectl get nope; true")) == ""
    assert "resource type" in notebook.good("%%kubectl --expect-error\nkubectl get nope")
    assert "syntax error" in notebook.bad(script("kubectl get nodes\n if then"))


def test_programs_of_the_host_are_not_there(notebook: Notebook) -> None:
    assert "bash: line 1: python3: command not found" in notebook.bad(script("python3 -c 'print(1)'"))
    assert "Permission denied" in notebook.bad(script("echo x > /etc/passwd"))
    assert notebook.good(script("whoami; ls /home")) == "learner\nlearner\n"


def test_the_other_tools_are_the_labs_own(notebook: Notebook) -> None:
    notebook.good(script(DEPLOYMENT + "kubectl expose deployment web --type=NodePort --port=80"))
    printed = notebook.good(
        script(
            "PORT=$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')\n"
            'curl -s "http://$(minikube ip):$PORT" | grep -o "<title>.*</title>"\n'
            "curl -so page.html http://$(minikube ip):$PORT && grep -c nginx.org page.html\n"
            "docker ps | head -1 | cut -c1-12; grep server: ~/.kube/config\n"
        )
    )
    assert printed.splitlines() == [
        "<title>Welcome to nginx!</title>",
        "1",
        "CONTAINER ID",
        "    server: https://192.168.49.2:8443",
    ]


def test_time_goes_on_while_a_script_sleeps(notebook: Notebook) -> None:
    before = notebook.lab.cluster.now
    waiting = "until kubectl get pods | grep -q Running; do sleep 2; done; sleep 60; echo over"
    assert notebook.good(script(f"{DEPLOYMENT}{waiting}")).endswith("over\n")
    assert 60 < notebook.lab.cluster.now - before < 120


def test_what_never_ends_is_interrupted(notebook: Notebook) -> None:
    assert "it was interrupted" in notebook.bad(script("while true; do sleep 60; done"))
    assert "used up its CPU" in notebook.bad(script("while :; do :; done"))


def test_a_watch_goes_on_until_its_reader_has_enough(notebook: Notebook) -> None:
    notebook.good("%kubectl create deployment web --image=nginx")
    printed = notebook.good(script("kubectl get pods -w | grep -m1 Running | awk '{print $3}'"))
    assert printed == "Running\n"


def test_background_and_forwards(notebook: Notebook) -> None:
    forward = "kubectl port-forward deploy/web 8080:80 &\nsleep 1\ncurl -sI localhost:8080 | head -1 | cut -c1-12"
    assert notebook.good(script(f"{DEPLOYMENT}{forward}")).splitlines()[-1] == "HTTP/1.1 200"


def test_stdin_of_pipes_and_here_strings(notebook: Notebook) -> None:
    printed = notebook.good(
        script(
            'kubectl create cm f --from-literal=a=1 --dry-run=client -o yaml | sed \'s/"1"/"2"/\' | kubectl apply -f -\n'
            'kubectl apply -f - <<< \'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"here"}}\'\n'
            "echo f here | tr ' ' '\\n' | while read name; do kubectl label configmap $name seen=yes; done\n"
            "kubectl get configmaps -l seen=yes -o name | xargs -n1 kubectl delete"
        )
    )
    assert printed.splitlines() == [
        "configmap/f created",
        "configmap/here created",
        "configmap/f labeled",
        "configmap/here labeled",
        'configmap "f" deleted from default namespace',
        'configmap "here" deleted from default namespace',
    ]


PASTED = """$ kubectl create configmap x \\
    --from-literal=a=b
configmap/x created
learner@laptop:~$ cat <<EOF | kubectl apply -f -
> apiVersion: v1
> kind: ConfigMap
> metadata: {name: other}
> EOF
configmap/other created

$ kubectl get configmap x other -o name
configmap/x
configmap/other
"""


def test_prompts_and_output_are_left_out(notebook: Notebook) -> None:
    ran = notebook(script(PASTED))
    assert ran.ok, ran.text
    assert ran.out == "configmap/x created\nconfigmap/other created\nconfigmap/x\nconfigmap/other\n"
    assert ran.err == "# k8snb: only what stands behind a prompt is run: 4 lines of pasted output left out\n"
    assert without_prompts("kubectl get pods\necho $ 1\n") == ("kubectl get pods\necho $ 1\n", 0)


def test_a_pasted_block_needs_no_magic(notebook: Notebook) -> None:
    assert notebook.good("$ kubectl get nodes -o name") == "node/minikube\n"
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}"
    block = f"cat <<EOF | kubectl apply -f -\n{manifest}\nEOF\nkubectl get cm p -o name"
    assert notebook.good(block) == "configmap/p created\nconfigmap/p\n"
    assert notebook.good("kubectl = 'a << b | kubectl c'\nprint(kubectl)") == "a << b | kubectl c\n"


def test_a_line_with_a_pipe(notebook: Notebook) -> None:
    assert notebook.good("%kubectl get namespaces | grep -c kube-") == "3\n"
    assert notebook.good("r = %kubectl get nodes -o json | jq '.items | length'\nprint(r.json() + 1)") == "2\n"
    assert "<pod-name>" in notebook.bad("%kubectl logs <pod-name>")


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("get pods", False),
        ("get pods | grep a", True),
        ("get pods -o jsonpath='{.items[?(@.a>1)].b}'", False),
        ("get pods -o go-template='{{range .items}}{{.a | len}}{{end}}'", False),
        ("get pods -o yaml > a.yaml", True),
        ("get pods>a.yaml", True),
        ("delete pod $(kubectl get pods -o name)", True),
        ('label pod a b="$(date +%s)"', True),
        ("exec web -- sh -c 'ls | wc -l; true'", False),
        ("exec web -- ls | wc -l", True),
        ("logs <pod>", False),
        ("apply -f a.yaml; kubectl get pods", True),
        ("apply -f a.yaml&&kubectl get pods", True),
    ],
)
def test_what_needs_a_shell(line: str, needed: bool) -> None:
    assert needs_shell(line) is needed
