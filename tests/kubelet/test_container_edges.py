"""A container's edges: subPath, hooks that fail, groups, users, storage that is too much, memory, CPU, gRPC probes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from k8snb import Cluster
from tests.kubelet.rig import events, get, reasons, status


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def pod(name: str, container: str, spec: str = "") -> str:
    head = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n"
    return head + (f"  {spec}\n" if spec else "") + f"  containers:\n  - {{name: c, {container}}}\n"


SLEEP = "image: busybox, command: [sleep, '1000000']"


def run(cluster: Cluster, name: str, script: str) -> str:
    return cluster.kubectl(["exec", name, "--", "sh", "-c", script]).stdout


@pytest.mark.parametrize("kind", ["configMap", "secret"])
def test_a_sub_path_does_not_follow_updates(cluster: Cluster, kind: str) -> None:
    source = "{configMap: {name: x}}" if kind == "configMap" else "{secret: {secretName: x}}"
    made = "configmap" if kind == "configMap" else "secret generic"
    cluster.kubectl(f"create {made} x --from-literal=a=one")
    mounts = "volumeMounts: [{name: v, mountPath: /whole}, {name: v, mountPath: /part/a, subPath: a}, "
    mounts += "{name: v, mountPath: /no, subPath: z}]"
    cluster.apply(pod("box", f"{SLEEP}, {mounts}", f"volumes: [{{name: v, {source[1:]}]"))
    cluster.settle()
    assert run(cluster, "box", "cat /whole/a /part/a; ls /no") == "oneone"
    value = "two" if kind == "configMap" else "dHdv"
    cluster.kubectl(["patch", made.split()[0], "x", "-p", f'{{"data":{{"a":"{value}"}}}}'])
    cluster.advance(90)
    assert run(cluster, "box", "cat /whole/a /part/a") == "twoone"
    assert "Read-only file system" in cluster.kubectl(["exec", "box", "--", "sh", "-c", "echo x > /part/a"]).stderr
    run(cluster, "box", "kill 1")
    cluster.kubectl("delete pod box --now")
    cluster.apply(pod("box", f"{SLEEP}, {mounts}", f"volumes: [{{name: v, {source[1:]}]"))
    cluster.settle()
    assert run(cluster, "box", "cat /part/a") == "two"


@pytest.mark.parametrize("script", ["echo out; echo bad >&2; exit 3", "sleep 2; echo out; echo bad >&2; exit 3"])
def test_a_post_start_hook_that_fails(cluster: Cluster, script: str) -> None:
    hook = f"lifecycle: {{postStart: {{exec: {{command: [sh, -c, '{script}']}}}}, preStop: {{exec: {{command: ['false']}}}}}}"
    cluster.apply(pod("hook", f"image: nginx, {hook}"))
    cluster.wait(lambda: "FailedPreStopHook" in reasons(cluster, "hook"), 60)
    cluster.advance(0.2)
    found = [(reason, message) for _, reason, message, _ in events(cluster, "hook")][3:]
    assert found[:5] == [
        ("Created", "Container created"),
        ("Started", "Container started"),
        ("FailedPostStartHook", "PostStartHook failed"),
        ("Killing", "FailedPostStartHook"),
        ("FailedPreStopHook", "PreStopHook failed"),
    ]
    waiting = status(cluster, "hook").state.waiting
    assert waiting.reason == "PostStartHookError"
    where = f"hook_default({get(cluster, 'hook').metadata.uid})"
    assert waiting.message == (
        f'Exec lifecycle hook ([sh -c {script}]) for Container "c" in Pod "{where}" failed - error: '
        f"command 'sh -c {script}' exited with 3: bad\n, message: \"out\\nbad\\n\""
    )
    cluster.advance(20)
    assert status(cluster, "hook").restartCount >= 1


def test_a_pre_stop_hook_that_takes_its_time_and_fails(cluster: Cluster) -> None:
    cluster.apply(pod("hook", "image: nginx, lifecycle: {preStop: {exec: {command: [sh, -c, 'sleep 3; exit 1']}}}"))
    cluster.settle()
    began = cluster.now
    cluster.kubectl("delete pod hook")
    assert 3 <= cluster.now - began < 8
    assert ("Warning", "FailedPreStopHook", "PreStopHook failed", 1) in events(cluster, "hook")


#: securityContext of the Pod, image, what CreateContainerConfigError says
REFUSED = (
    ("{runAsNonRoot: true}", "nginx", "container has runAsNonRoot and image will run as root"),
    (
        "{runAsNonRoot: true}",
        "curlimages/curl",
        "container has runAsNonRoot and image has non-numeric user (curl_user), cannot verify user is non-root",
    ),
    ("{runAsNonRoot: true, runAsUser: 0}", "nginx", "container's runAsUser breaks non-root policy"),
)


@pytest.mark.parametrize(("context", "image", "problem"), REFUSED, ids=["root", "named", "zero"])
def test_a_user_that_may_not_be(cluster: Cluster, context: str, image: str, problem: str) -> None:
    cluster.apply(pod("who", f"image: {image}", f"securityContext: {context}"))
    cluster.advance(30)
    waiting = status(cluster, "who").state.waiting
    assert waiting.reason == "CreateContainerConfigError"
    assert waiting.message == f'{problem} (pod: "who_default({get(cluster, "who").metadata.uid})", container: c)'
    assert ("Warning", "Failed", f"Error: {waiting.message}") in [event[:3] for event in events(cluster, "who")]


def test_users_groups_and_the_volumes_group(cluster: Cluster) -> None:
    context = "securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}"
    text = pod("who", f"{SLEEP}, volumeMounts: [{{name: v, mountPath: /data}}]", context)
    cluster.apply(text + "  volumes: [{name: v, emptyDir: {}}]\n")
    cluster.settle()
    assert run(cluster, "who", "id; id -G") == "uid=1000 gid=3000 groups=3000,2000,4000\n3000 2000 4000\n"
    assert run(cluster, "who", "echo hi > /data/f && cat /data/f; stat -c %g /data") == "hi\n2000\n"
    assert run(cluster, "who", "ls -ld /data").startswith("drwxrwsrwx ")
    user = status(cluster, "who").user.linux
    assert (user.uid, user.gid, user.supplementalGroups) == (1000, 3000, (3000, 2000, 4000))
    assert "Permission denied" in cluster.kubectl(["exec", "who", "--", "touch", "/x"]).stderr


def test_a_read_only_root(cluster: Cluster) -> None:
    text = f"{SLEEP}, securityContext: {{readOnlyRootFilesystem: true}}, volumeMounts: [{{name: v, mountPath: /tmp}}]"
    cluster.apply(pod("fixed", text) + "  volumes: [{name: v, emptyDir: {}}]\n")
    cluster.settle()
    assert "Read-only file system" in cluster.kubectl(["exec", "fixed", "--", "touch", "/x"]).stderr
    assert run(cluster, "fixed", "touch /tmp/x && ls /tmp") == "x\n"


def gone(cluster: Cluster, name: str) -> tuple[str, str, str]:
    found = get(cluster, name).status
    return found.phase, found.reason, found.message


def test_an_empty_dir_over_its_limit_is_the_end_of_its_pod(cluster: Cluster) -> None:
    text = pod("full", f"{SLEEP}, volumeMounts: [{{name: v, mountPath: /cache}}]")
    cluster.apply(text + "  volumes: [{name: v, emptyDir: {sizeLimit: 2Mi}}]\n")
    cluster.settle()
    run(cluster, "full", "dd if=/dev/zero of=/cache/x bs=1M count=1")
    assert get(cluster, "full").status.phase == "Running"
    cluster.kubectl(["exec", "full", "--", "dd", "if=/dev/zero", "of=/cache/y", "bs=1M", "count=2"])
    cluster.advance(1)
    message = 'Usage of EmptyDir volume "v" exceeds the limit "2Mi". '
    assert gone(cluster, "full") == ("Failed", "Evicted", message)
    assert [event[:3] for event in events(cluster, "full")][-2:] == [
        ("Warning", "Evicted", message),
        ("Normal", "Killing", "Stopping container c"),
    ]
    target = next(item for item in get(cluster, "full").status.conditions if item.type == "DisruptionTarget")
    assert (target.status, target.reason, target.message) == ("True", "TerminationByKubelet", message)


def test_a_container_over_its_ephemeral_storage(cluster: Cluster) -> None:
    cluster.apply(pod("full", f"{SLEEP}, resources: {{limits: {{ephemeral-storage: 1Mi}}}}"))
    cluster.settle()
    cluster.kubectl(["exec", "full", "--", "dd", "if=/dev/zero", "of=/y", "bs=1M", "count=2"])
    cluster.advance(1)
    assert gone(cluster, "full") == (
        "Failed",
        "Evicted",
        'Container c exceeded its local ephemeral storage limit "1Mi". ',
    )


#: what takes more memory than the limit allows
GREEDY = (
    "image: polinux/stress, command: [stress, --vm, '1', --vm-bytes, 250M, --vm-hang, '1']",
    "image: vish/stress, args: [-mem-total, 150Mi]",
    "image: busybox, command: [sh, -c, 'x=a; while true; do x=$x$x; done']",
    "image: busybox, command: [tail, /dev/zero]",
    "image: 'node:24', command: [node, -e, 'const a = []; while (true) a.push(new Array(1000).fill(a.length))']",
)


@pytest.mark.parametrize("container", GREEDY, ids=["stress", "vish", "shell", "tail", "node"])
def test_too_much_memory_is_oom_killed(cluster: Cluster, container: str) -> None:
    cluster.apply(pod("greedy", f"{container}, resources: {{limits: {{memory: 60Mi}}}}"))
    cluster.wait(lambda: status(cluster, "greedy").restartCount > 0, 120)
    ended = status(cluster, "greedy").lastState.terminated
    assert (ended.reason, ended.exitCode) == ("OOMKilled", 137)


def test_an_exec_that_takes_too_much_memory_ends_the_container(cluster: Cluster) -> None:
    cluster.apply(pod("box", f"{SLEEP}, resources: {{limits: {{memory: 60Mi}}}}"))
    cluster.settle()
    result = cluster.kubectl(["exec", "box", "--", "tail", "/dev/zero"])
    assert result.exit_code == 137
    cluster.advance(5)
    assert status(cluster, "box").lastState.terminated.reason == "OOMKilled"


def test_what_stress_takes_is_what_is_measured(cluster: Cluster) -> None:
    cluster.kubectl("run hog --image=polinux/stress -- stress --cpu 2 --vm 1 --vm-bytes 100M --vm-hang 1")
    cluster.apply(pod("tame", "image: polinux/stress, command: [stress, --cpu, '2'], resources: {limits: {cpu: 300m}}"))
    from k8snb.kubelet.usage import readings

    cluster.settle()
    cluster.advance(60)
    kubelet, now = cluster.kubelet, cluster.kubelet.client.clock.unix
    found = {name: next(readings(kubelet, kubelet.pods[f"default/{name}"], now)) for name in ("hog", "tame")}
    assert found["hog"].cpu(now - 30, now) == pytest.approx(2.0)
    assert found["hog"].memory > 100 * 1024 * 1024
    assert found["tame"].cpu(now - 30, now) == pytest.approx(0.3)


def seconds(cluster: Cluster, address: str) -> float:
    return cluster.network.request("host", address).seconds


def test_a_cpu_limit_makes_answers_late(cluster: Cluster) -> None:
    for name, limit in (("free", ""), ("tight", ", resources: {limits: {cpu: 100m}}")):
        cluster.apply(pod(name, f"image: registry.k8s.io/hpa-example{limit}"))
        cluster.kubectl(["label", "pod", name, f"run={name}"])
        cluster.kubectl(f"expose pod {name} --port=80 --type=NodePort")
    cluster.settle()
    ports = {name: cluster.client.get("services", name, "default").spec.ports[0].nodePort for name in ("free", "tight")}
    assert seconds(cluster, f"http://192.168.49.2:{ports['free']}/") < 0.1
    assert seconds(cluster, f"http://192.168.49.2:{ports['tight']}/") == pytest.approx(0.08 + 7 * 0.09, abs=0.05)


#: port of a gRPC probe, what agnhost is told, whether it passes
GRPC = (
    ("{port: 5000}", "", ""),
    ("{port: 5000}", "/make-not-serving", 'service unhealthy (responded with "NOT_SERVING")'),
    ("{port: 5000, service: x}", "", "error: health rpc failed: rpc error: code = NotFound desc = unknown service"),
    ("{port: 8080}", "", 'timeout: failed to connect service "IP:8080" within 1s: context deadline exceeded'),
    ("{port: 9}", "", 'timeout: failed to connect service "IP:9" within 1s: context deadline exceeded'),
)


@pytest.mark.parametrize(("probe", "told", "problem"), GRPC)
def test_grpc_probes(cluster: Cluster, probe: str, told: str, problem: str) -> None:
    image = "image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [grpc-health-checking]"
    cluster.apply(pod("grpc", f"{image}, readinessProbe: {{grpc: {probe}, periodSeconds: 2}}"))
    cluster.advance(20)
    ip = get(cluster, "grpc").status.podIP
    if told:
        cluster.kubectl("run cli --image=curlimages/curl -- sleep 100000")
        cluster.settle()
        cluster.kubectl(["exec", "cli", "--", "curl", "-s", f"http://{ip}:8080{told}"])
        cluster.advance(10)
    assert status(cluster, "grpc").ready is (not problem)
    said = [message.replace(ip, "IP") for _, reason, message, _ in events(cluster, "grpc") if reason == "Unhealthy"]
    assert said == ([f"Readiness probe failed: {problem}"] if problem else [])


#: hostPath type, what is on the node, what FailedMount says
HOST_PATHS = (
    ("Directory", "", "is not a directory"),
    ("File", "", "is not a file"),
    ("Socket", "", "is not a socket file"),
    ("CharDevice", "", "is not a character device"),
    ("BlockDevice", "", "is not a block device"),
    ("DirectoryOrCreate", "", ""),
    ("FileOrCreate", "", ""),
)


@pytest.mark.parametrize(("kind", "there", "problem"), HOST_PATHS)
def test_host_path_types(cluster: Cluster, kind: str, there: str, problem: str) -> None:
    text = pod("host", f"{SLEEP}, volumeMounts: [{{name: v, mountPath: /v}}]")
    cluster.apply(text + f"  volumes: [{{name: v, hostPath: {{path: /opt/x, type: {kind}}}}}]\n")
    cluster.advance(30)
    failed = [message for _, reason, message, _ in events(cluster, "host") if reason == "FailedMount"]
    expected = f'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /opt/x {problem}'
    assert failed[:1] == ([expected] if problem else [])
    assert status(cluster, "host").ready is (not problem)


def test_the_termination_message(cluster: Cluster) -> None:
    script = "echo said > /dev/termination-log; exit 2"
    cluster.apply(pod("own", f"image: busybox, command: [sh, -c, '{script}']", "restartPolicy: Never"))
    lines = "for i in $(seq 100); do echo line $i; done; exit 2"
    more = f"terminationMessagePolicy: FallbackToLogsOnError, image: busybox, command: [sh, -c, '{lines}']"
    cluster.apply(pod("log", more, "restartPolicy: Never"))
    cluster.advance(30)
    assert status(cluster, "own").state.terminated.message == "said\n"
    message: Any = status(cluster, "log").state.terminated.message
    assert (message.splitlines()[0], message.splitlines()[-1]) == ("line 21", "line 100")


def test_a_pod_that_has_had_its_time(cluster: Cluster) -> None:
    cluster.apply(pod("late", SLEEP, "activeDeadlineSeconds: 20"))
    cluster.advance(70)
    assert gone(cluster, "late") == (
        "Failed",
        "DeadlineExceeded",
        "Pod was active on the node longer than the specified deadline",
    )
    assert ("Normal", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline", 1) in events(
        cluster, "late"
    )


def test_service_links_and_variables_of_variables(cluster: Cluster) -> None:
    cluster.kubectl("create service clusterip my-db --tcp=5432:5432")
    env = "env: [{name: A, value: x}, {name: B, value: '$(A)-$(NOPE)-$$(A)'}, {name: C, value: '$(MY_DB_SERVICE_HOST)'}], "
    env += "args: [echo, '$(B)']"
    cluster.apply(pod("env", f"image: busybox, {env}", "restartPolicy: Never"))
    cluster.advance(20)
    assert cluster.kubectl("logs env").stdout == "x-$(NOPE)-$(A)\n"
    cluster.apply(pod("box", f"{SLEEP}, env: [{{name: C, value: '$(MY_DB_SERVICE_HOST)'}}]"))
    cluster.settle()
    ip = cluster.client.get("services", "my-db", "default").spec.clusterIP
    shown = run(cluster, "box", "echo $C; env | grep MY_DB | sort")
    assert shown.splitlines()[0] == ip
    assert f"MY_DB_PORT_5432_TCP=tcp://{ip}:5432\n" in shown
    assert len(re.findall("^MY_DB_", shown, re.MULTILINE)) == 7 + (1 if "SERVICE_PORT_" in shown else 0)


def test_an_empty_dir_in_memory_is_as_large_as_its_limit(cluster: Cluster) -> None:
    text = pod("mem", f"{SLEEP}, volumeMounts: [{{name: v, mountPath: /mem}}]")
    cluster.apply(text + "  volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 1Mi}}]\n")
    cluster.settle()
    result = cluster.kubectl(["exec", "mem", "--", "dd", "if=/dev/zero", "of=/mem/x", "bs=1M", "count=3"])
    assert "No space left on device" in result.stderr
    assert get(cluster, "mem").status.phase == "Running"


#: volumes that nobody here has, and what FailedMount says
FOREIGN = (
    (
        "nfs: {server: fs-c7a7236e.efs.us-west-2.amazonaws.com, path: /}",
        "Output: mount.nfs: Failed to resolve server fs-c7a7236e.efs.us-west-2.amazonaws.com: Name or service not known\n",
    ),
    ("csi: {driver: x.example.com}", "driver name x.example.com not found in the list of registered CSI drivers"),
    (
        "awsElasticBlockStore: {volumeID: vol-1}",
        "driver name ebs.csi.aws.com not found in the list of registered CSI drivers",
    ),
)


@pytest.mark.parametrize(("volume", "problem"), FOREIGN)
def test_volumes_from_outside_stay_unmounted(cluster: Cluster, volume: str, problem: str) -> None:
    text = pod("far", f"{SLEEP}, volumeMounts: [{{name: v, mountPath: /v}}]")
    cluster.apply(text + f"  volumes: [{{name: v, {volume}}}]\n")
    cluster.advance(20)
    failed = [message for _, reason, message, _ in events(cluster, "far") if reason == "FailedMount"]
    assert failed[0].endswith(problem)
    assert status(cluster, "far").state.waiting.reason == "ContainerCreating"


def test_a_generic_ephemeral_volume_is_a_claim(cluster: Cluster) -> None:
    claim = "{volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}"
    text = pod("own", f"{SLEEP}, volumeMounts: [{{name: v, mountPath: /v}}]")
    cluster.apply(text + f"  volumes: [{{name: v, ephemeral: {claim}}}]\n")
    cluster.settle()
    assert run(cluster, "own", "echo hi > /v/f && cat /v/f") == "hi\n"
    assert "Bound" in cluster.kubectl("get pvc own-v").stdout


def test_a_post_start_hook_that_sleeps_keeps_the_container_from_being_started(cluster: Cluster) -> None:
    cluster.apply(pod("nap", "image: nginx, lifecycle: {postStart: {sleep: {seconds: 20}}}"))
    cluster.wait(lambda: "Started" in reasons(cluster, "nap"), 60)
    cluster.advance(10)
    assert (status(cluster, "nap").started, status(cluster, "nap").ready) == (False, False)
    cluster.advance(15)
    assert (status(cluster, "nap").started, status(cluster, "nap").ready) == (True, True)


def test_an_ephemeral_container_joins_runs_once_and_is_told_of(cluster: Cluster) -> None:
    cluster.apply(pod("box", SLEEP))
    cluster.settle()
    cluster.kubectl("debug box --image=busybox --container=look -- sh -c 'hostname; exit 3'")
    cluster.advance(30)
    look = status(cluster, "box", "look")
    assert (look.state.terminated.exitCode, look.state.terminated.reason, look.restartCount) == (3, "Error", 0)
    assert cluster.kubectl("logs box -c look").stdout == "box\n"
    assert get(cluster, "box").status.phase == "Running"
    path = [item.involvedObject.fieldPath for item in cluster.client.list("events").items if item.reason == "Started"]
    assert "spec.ephemeralContainers{look}" in path
