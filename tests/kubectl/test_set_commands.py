# ruff: noqa: E501 - tables of whole messages
"""`kubectl set`, `label`, `annotate`, `scale`, `expose`, `autoscale`: what they change and what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from k8snb.cluster import Cluster

LOCAL_DEPLOYMENT = json.dumps(
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "p"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "nginx", "image": "x", "ports": [{"containerPort": 80}]}]},
            },
        },
    }
)


@pytest.fixture
def cluster() -> Cluster:
    c = Cluster(profile="hollow")
    c.kubectl("create deployment web --image=nginx:1.27 --port=80 --replicas=0")
    return c


def field(cluster: Cluster, target: str, path: str) -> Any:
    return cluster.kubectl(["get", *target.split(), "-o", f"jsonpath={{{path}}}"]).stdout


def test_record_keeps_the_command_line(cluster: Cluster) -> None:
    result = cluster.kubectl("set image deployment/web nginx=nginx:1.28 --record")
    assert result.stdout == "deployment.apps/web image updated\n"
    assert result.stderr == "Flag --record has been deprecated, --record will be removed in the future\n"
    cause = field(cluster, "deployment web", r".metadata.annotations.kubernetes\.io/change-cause")
    assert cause == "kubectl set image deployment/web nginx=nginx:1.28 --record=true"


@pytest.mark.parametrize(
    ("command", "stdout", "stderr", "code"),
    [
        ("set image deployment/web nginx=nginx:1.27", "", "", 0),
        ("set image deployment/web '*=a' nginx=b", "", "error: all containers are already specified by *, but saw more than one container_name=container_image pairs\n", 1),
        ("set image deployment/web nginx=a --dry-run=client", "deployment.apps/web image updated (dry run)\n", "", 0),
        ("set image deployment/web nginx=a --dry-run=server", "deployment.apps/web image updated (server dry run)\n", "", 0),
        ("set image deployment/web nginx=a web", "", "error: all resources must be specified before image changes: web\n", 1),
        ("set image cm/kube-root-ca.crt a=b", "", "error: configmaps/kube-root-ca.crt the object is not a pod or does not have a pod template: *v1.ConfigMap\n", 1),
        ("set image --local deployment/web a=b", "", "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n", 1),
        ("set env deployment/web A=1 A-", "", "error: can not both modify and remove the same environment variable in the same command\n", 1),
        ("set env deployment/web 1A=x", "", "error: \"1A\" is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')\n", 1),
        ("set env deployment/web A=1 -c other", "", 'Warning: Deployment/web does not have any containers matching "other"\n', 0),
        ("set resources deployment web --limits=cpu", "", "error: Invalid argument syntax cpu, expected <resource>=<value>\n", 1),
        ("set selector deployment web a=b", "", "error: setting a selector is only supported for Services\n", 1),
        ("set selector", "", "error: one selector is required\n", 1),
        ("set serviceaccount", "", "error: serviceaccount is required\n", 1),
        ("set nothing", "", "error: unknown command \"nothing\"\nSee 'kubectl set -h' for help and examples\n", 1),
        ("label deployment web app=web", "deployment.apps/web not labeled\n", "", 0),
        ("label deployment web a=1=2", "", "error: invalid label spec: a=1=2\n", 1),
        ("label deployment web a=b c", "", "error: all resources must be specified before label changes: c\n", 1),
        ("label deployments --all -l a=b x=y", "", "error: cannot set --all and --selector at the same time\n", 1),
        ("annotate deployment web a=1 a-", "", "error: can not both modify and remove the following annotation(s) in the same command: a\n", 1),
        ("annotate deployment web =x", "", "error: at least one annotation update is required\n", 1),
        ("scale deployment web --replicas=1 --current-replicas=-2", "", "error: The --current-replicas must specify an integer of -1 or greater\n", 1),
        ("scale deployment web --replicas=1 --resource-version=1", "", "error: Expected resource version to be 1, was ", 1),
        ("scale deployment --all -l a=b --replicas=1", "", "error: no objects passed to scale\n", 1),
        ("expose deployment web --session-affinity=x", "", "error: unknown session affinity: x\n", 1),
        ("expose deployment web --port=a", "", 'error: strconv.Atoi: parsing "a": invalid syntax\n', 1),
        ("expose deployment web --labels=a", "", "error: unexpected label spec: a\n", 1),
        ("autoscale deployment web --max=0", "", "error: --max=MAXPODS is required and must be at least 1, max: 0\n", 1),
        ("autoscale deployment web --max=3 --cpu=x%", "", "error: invalid percentage value: x\n", 1),
        ("autoscale deployment web --max=3 --memory=1Zz", "", "error: invalid resource memory value: 1Zz\n", 1),
        ("autoscale cm kube-root-ca.crt --max=3", "", "error: cannot autoscale a ConfigMap: could not find scale subresource for /v1, Resource=configmaps in discovery information\n", 1),
    ],
)  # fmt: skip
def test_words(cluster: Cluster, command: str, stdout: str, stderr: str, code: int) -> None:
    result = cluster.kubectl(command)
    assert (result.stdout, result.exit_code) == (stdout, code)
    assert result.stderr.startswith(stderr) if stderr.endswith("was ") else result.stderr == stderr


def test_one_missing_container_does_not_hold_up_the_other(cluster: Cluster) -> None:
    result = cluster.kubectl("set image deployment/web nginx=nginx:2 other=x")
    assert (result.stdout, result.stderr) == (
        "deployment.apps/web image updated\n",
        'error: unable to find container named "other"\n',
    )
    assert field(cluster, "deployment web", ".spec.template.spec.containers[0].image") == "nginx:2"


def test_local_objects_are_changed_without_the_server(cluster: Cluster) -> None:
    result = cluster.kubectl("set env -f - B=1 C- --local -o json", stdin=LOCAL_DEPLOYMENT)
    container = result.json()["spec"]["template"]["spec"]["containers"][0]
    assert list(container) == ["name", "image", "ports", "env", "resources"]
    assert "namespace" not in result.json()["metadata"]
    assert result.json()["status"] == {}


def test_env_from_secret_with_resolved_values(cluster: Cluster) -> None:
    cluster.kubectl("create secret generic login --from-literal=pass-word=s3 --from-literal=user=me")
    result = cluster.kubectl("set env deployment/web --from=secret/login --keys=pass-word")
    assert result.stderr == "Warning: key pass-word transferred to PASS_WORD\n"
    listed = cluster.kubectl("set env deployment/web --list --resolve")
    assert listed.stdout == "# Deployment web, container nginx\nPASS_WORD=s3\n"
    cluster.kubectl("delete secret login")
    listed = cluster.kubectl("set env deployment/web --list --resolve")
    assert listed.stdout == "# Deployment web, container nginx\n# PASS_WORD from secret login, key pass-word\n"
    assert listed.stderr == 'error retrieving reference for PASS_WORD: secrets "login" not found\n'


def test_env_overwrites_only_if_it_may(cluster: Cluster) -> None:
    cluster.kubectl("set env deployment/web A=1")
    result = cluster.kubectl("set env deployment/web A=2 --overwrite=false")
    assert result.stderr == "error: deployments/web 'A' already has a value (1), and --overwrite is false\n"
    assert cluster.kubectl("set env deployment/web -e -", stdin="A=3 # new\n# x\nB=4\n").exit_code == 0
    assert field(cluster, "deployment web", ".spec.template.spec.containers[0].env[*].value") == "3  4"


def test_subjects_are_added_once(cluster: Cluster) -> None:
    cluster.kubectl("create rolebinding x --clusterrole=view --user=a")
    assert cluster.kubectl("set subject rolebinding x --user=a").stdout == ""
    result = cluster.kubectl("set subject rolebinding x --user=b --serviceaccount=:robot")
    assert result.stdout == "rolebinding.rbac.authorization.k8s.io/x subjects updated\n"
    assert field(cluster, "rolebinding x", ".subjects[*].name") == "a b robot"
    assert field(cluster, "rolebinding x", ".subjects[2].namespace") == "default"
    wrong = cluster.kubectl("set subject rolebinding x --serviceaccount=robot")
    assert wrong.stderr == "error: serviceaccount must be <namespace>:<name>\n"


def test_labels_of_several_objects_are_listed_with_their_names(cluster: Cluster) -> None:
    result = cluster.kubectl("label ns default kube-public --list")
    assert result.stdout == (
        "Listing labels for Namespace./default:\n kubernetes.io/metadata.name=default\n"
        "Listing labels for Namespace./kube-public:\n kubernetes.io/metadata.name=kube-public\n"
    )
    wrong = cluster.kubectl("label ns default kube-public a=b --resource-version=1")
    assert wrong.stderr == "error: --resource-version may only be used with a single resource\n"


def test_a_label_of_another_version_is_refused(cluster: Cluster) -> None:
    result = cluster.kubectl("label deployment web x=y --resource-version=1")
    assert result.stderr == (
        'Error from server (Conflict): Operation cannot be fulfilled on deployments.apps "web": the object has been '
        "modified; please apply your changes to the latest version and try again\n"
    )


def test_several_overwrites_are_told_one_by_one(cluster: Cluster) -> None:
    cluster.kubectl("label deployment web one=1 two=2")
    result = cluster.kubectl("label deployment web one=x two=y")
    assert result.exit_code == 1
    assert "'one' already has a value (1)" in result.stderr
    assert "'two' already has a value (2)" in result.stderr


def test_a_change_cause_may_always_be_replaced(cluster: Cluster) -> None:
    for text in ("one", "two"):
        result = cluster.kubectl(["annotate", "deployment", "web", f"kubernetes.io/change-cause={text}"])
        assert result.stdout == "deployment.apps/web annotated\n"


def test_scale_waits_until_the_replicas_are_there(cluster: Cluster) -> None:
    result = cluster.kubectl("scale deployment web --replicas=2 --timeout=60s -o jsonpath={.spec.replicas}")
    assert result.stdout == "2"
    assert field(cluster, "deployment web", ".status.replicas") == "2"


def test_expose_names_the_ports_of_several(cluster: Cluster) -> None:
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "dns", "labels": {"app": "dns"}},
        "spec": {
            "containers": [
                {
                    "name": "dns",
                    "image": "dns",
                    "ports": [{"containerPort": 53, "protocol": p} for p in ("UDP", "TCP")] + [{"containerPort": 80}],
                }
            ]
        },
    }
    cluster.kubectl("create -f -", stdin=json.dumps(pod))
    service = cluster.kubectl("expose pod dns --dry-run=client -o json").json()
    assert service["spec"]["ports"] == [
        {"name": "port-1-udp", "protocol": "UDP", "port": 53, "targetPort": 53},
        {"name": "port-1-tcp", "protocol": "TCP", "port": 53, "targetPort": 53},
        {"name": "port-2", "protocol": "TCP", "port": 80, "targetPort": 80},
    ]
    assert service["spec"]["selector"] == {"app": "dns"}


def test_expose_lays_overrides_over_the_service(cluster: Cluster) -> None:
    words = ["expose", "deployment", "web", "--dry-run=client", "-o", "json", "-n", "default"]
    merged = cluster.kubectl([*words, "--overrides", '{"spec":{"type":"NodePort"}}']).json()
    assert (merged["spec"]["type"], merged["metadata"]["namespace"]) == ("NodePort", "default")
    patch = '[{"op":"replace","path":"/metadata/name","value":"other"}]'
    assert cluster.kubectl([*words, "--override-type=json", "--overrides", patch]).json()["metadata"]["name"] == "other"


@pytest.mark.parametrize(
    ("flags", "target"),
    [
        ("--cpu=70%", {"type": "Utilization", "averageUtilization": 70}),
        ("--cpu=500", {"type": "AverageValue", "averageValue": "500m"}),
        ("--cpu=1500m", {"type": "AverageValue", "averageValue": "1500m"}),
        ("--memory=200", {"type": "AverageValue", "averageValue": "200Mi"}),
        ("--memory=1Gi", {"type": "AverageValue", "averageValue": "1Gi"}),
    ],
)
def test_autoscale_reads_its_targets(cluster: Cluster, flags: str, target: dict[str, Any]) -> None:
    scaler = cluster.kubectl(f"autoscale deployment web --max=5 {flags} --dry-run=client -o json").json()
    assert scaler["spec"]["metrics"][0]["resource"]["target"] == target
