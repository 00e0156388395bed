"""`kubectl run`: one Pod from flags, perhaps attached to the terminal, perhaps with a Service.

Source: `k8s.io/kubectl/pkg/cmd/run/run.go`, `pkg/generate/versioned/run.go`.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from k8snb.api.errors import StatusError
from k8snb.api.validation.names import strict_env_name
from k8snb.kubectl import pods
from k8snb.kubectl.apply.lastapplied import updated_last_applied, with_last_applied
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.deletion import Deletion, delete_flags, propagation
from k8snb.kubectl.errors import CommandError, Exit, UsageError, raise_all
from k8snb.kubectl.goorder import in_go_order
from k8snb.kubectl.imagename import is_image_name
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.overrides import OVERRIDE_FLAGS, overridden
from k8snb.kubectl.pairs import parse_pairs
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SAVE_CONFIG, field_manager, filename
from k8snb.kubectl.streams import LeftOpen

Json = dict[str, Any]
RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
PULL_POLICIES: Final = ("", "Always", "IfNotPresent", "Never")


def run(invocation: Invocation) -> None:
    """Create the Pod, then print it or attach to it."""
    dry_run = invocation.dry_run
    output = Output(invocation, typed=True)
    printer = output.printer("created", dry_run)
    attach = invocation.flag("attach") or (invocation.flag("stdin") and not invocation.changed("attach"))
    cascade = propagation(invocation)
    restart = _check(invocation, attach, dry_run)
    pod = _created(invocation, "pods", overridden(invocation, _pod(invocation, restart)), dry_run)
    made, errors = [("pods", pod)], list[Exception]()
    if invocation.flag("expose"):
        try:
            service = _created(invocation, "services", _service(invocation), dry_run)
            printer(service)
            if output.format == "yaml":
                invocation.line("---")  # upstream separates twice
            made.append(("services", service))
        except (CommandError, StatusError) as error:
            errors.append(error)
    if not attach:
        printer(pod)
        raise_all(errors)
        return
    remove = partial(_remove, invocation, made, cascade) if invocation.flag("rm") else None
    try:
        _attach(invocation, pod, restart)
    except LeftOpen as open_shell:
        open_shell.shell.at_end, remove = remove, None
        raise
    finally:
        if remove is not None:
            remove()


def _check(invocation: Invocation, attach: bool, dry_run: str) -> str:
    """Check the flags; returns the restart policy."""
    if not invocation.args or invocation.parsed.dash == 0:
        raise UsageError("NAME is required for run")
    if invocation.flag("pod-running-timeout") <= 0:
        raise UsageError("--pod-running-timeout must be higher than zero")
    image = invocation.flag("image")
    if not image:
        raise CommandError("--image is required")
    if not is_image_name(image):
        raise CommandError(f'Invalid image name "{image}": invalid reference format')
    if invocation.flag("tty") and not invocation.flag("stdin"):
        raise UsageError("-i/--stdin is required for containers with -t/--tty=true")
    if invocation.flag("expose") and not invocation.flag("port"):
        raise UsageError("--port must be set when exposing a service")
    restart = invocation.flag("restart") or ("OnFailure" if invocation.flag("stdin") else "Always")
    if restart not in RESTART_POLICIES:
        raise UsageError(f"invalid restart policy: {restart}")
    if not attach and invocation.flag("rm"):
        raise UsageError("--rm should only be used for attached containers")
    if attach and dry_run != "none":
        raise UsageError(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"
        )
    if invocation.flag("image-pull-policy") not in PULL_POLICIES:
        raise UsageError(f"invalid image pull policy: {invocation.flag('image-pull-policy')}")
    return str(restart)


# -- the objects --------------------------------------------------------------------------------------------------------


def _pod(invocation: Invocation, restart: str) -> Json:
    """The Pod of the flags, in the order of Go's fields."""
    flag = invocation.flag
    name = invocation.args[0]
    meta: Json = {"name": name}
    meta["labels"] = parse_labels(flag("labels")) if flag("labels") else {"run": name}
    annotations, _ = parse_pairs(flag("annotations"), "annotations")
    if annotations:
        meta["annotations"] = {key: annotations[key] for key in sorted(annotations)}
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": meta,
        "spec": {"containers": [_container(invocation, name)], "restartPolicy": restart, "dnsPolicy": "ClusterFirst"},
        "status": {},
    }


def _container(invocation: Invocation, name: str) -> Json:
    flag, args = invocation.flag, invocation.args[1:]
    container: Json = {"name": name, "image": flag("image")}
    if args:
        container["command" if flag("command") else "args"] = args
    port = _port(flag("port"))
    if port >= 0:
        container["ports"] = [{"containerPort": port}]
    environment = [_variable(text) for text in flag("env")]
    if environment:
        container["env"] = environment
    container["resources"] = {}
    if flag("image-pull-policy"):
        container["imagePullPolicy"] = flag("image-pull-policy")
    if flag("privileged"):
        container["securityContext"] = {"privileged": True}
    if flag("stdin"):
        container["stdin"] = True
        if not flag("leave-stdin-open"):
            container["stdinOnce"] = True
    if flag("tty"):
        container["tty"] = True
    return container


def _service(invocation: Invocation) -> Json:
    """The Service of --expose: it has the Pod's name, port and labels."""
    flag, name = invocation.flag, invocation.args[0]
    meta: Json = {"name": name}
    labels = parse_labels(flag("labels")) if flag("labels") else {}
    if labels:
        meta["labels"] = labels
    port = _port(flag("port"))
    spec = {
        "ports": [{"protocol": "TCP", "port": port, "targetPort": port}],
        "selector": labels or {"run": name},
    }
    return {"kind": "Service", "apiVersion": "v1", "metadata": meta, "spec": spec, "status": {"loadBalancer": {}}}


def _created(invocation: Invocation, resource: str, obj: Json, dry_run: str) -> Json:
    kind = invocation.kinds.of_object(obj["apiVersion"], obj["kind"])
    assert kind is not None
    obj = recorded(invocation, obj)
    if dry_run == "client":
        if invocation.namespace_given:
            obj = in_go_order({**obj, "metadata": {**obj["metadata"], "namespace": invocation.namespace}})
        return obj
    obj = with_last_applied(obj, typed=True) if invocation.flag("save-config") else updated_last_applied(obj, False)
    query = {"fieldManager": invocation.flag("field-manager")}
    if dry_run == "server":
        query["dryRun"] = "All"
    return in_go_order(invocation.api.create(kind, invocation.namespace, obj, query))


def parse_labels(text: str) -> dict[str, str]:
    """`a=1,b=2`. CommandError for anything else."""
    labels: dict[str, str] = {}
    for part in text.split(","):
        pieces = part.split("=")
        if len(pieces) != 2:
            raise CommandError(f"unexpected label spec: {part}")
        if not pieces[0]:
            raise CommandError("unexpected empty label key")
        labels[pieces[0]] = pieces[1]
    return {name: labels[name] for name in sorted(labels)}


def _variable(text: str) -> Json:
    name, equals, value = text.partition("=")
    if not equals or not name or strict_env_name(name):
        raise CommandError(f"invalid env: {text}")
    return {"name": name, "value": value} if value else {"name": name}


def _port(text: str) -> int:
    if not text:
        return -1
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        raise CommandError(f'strconv.Atoi: parsing "{text}": invalid syntax')
    return int(text)


# -- attaching ------------------------------------------------------------------------------------------------------------


def _attach(invocation: Invocation, pod: Json, restart: str) -> None:
    """Wait until the Pod runs, join it, and end with the exit code of its container."""
    from k8snb.kubectl.commands.attach import attach

    running = _await_phase(invocation, pod, ("Running", "Succeeded", "Failed"))
    container = running["spec"]["containers"][0]["name"]
    if running["status"]["phase"] == "Running":
        try:
            attach(invocation, running, container)
        except (CommandError, StatusError) as error:
            name = pod["metadata"]["name"]
            text = getattr(error, "message", str(error))
            invocation.error_line(f"warning: couldn't attach to pod/{name}, falling back to streaming logs: {text}")
            _logs(invocation, running, container)
    else:
        _logs(invocation, running, container)
    if invocation.flag("leave-stdin-open") or restart == "Always":
        return
    wanted = ("Succeeded",) if restart == "OnFailure" else ("Succeeded", "Failed")
    _end(invocation, _await_phase(invocation, pod, wanted))


def _logs(invocation: Invocation, pod: Json, container: str) -> None:
    meta = pod["metadata"]
    path = invocation.kind("pods").path(meta["namespace"], meta["name"], "log")
    body = invocation.api.call("GET", path, {"container": container}).body
    invocation.out(body if isinstance(body, str) else "")


def _await_phase(invocation: Invocation, pod: Json, phases: tuple[str, ...]) -> Json:
    """The Pod once it is in one of these phases. CommandError if that takes too long."""
    kind, meta = invocation.kind("pods"), pod["metadata"]
    found: Json = {}

    def reached() -> bool:
        nonlocal found
        found = invocation.api.get(kind, meta["namespace"], meta["name"])
        return (found.get("status") or {}).get("phase") in phases

    if not reached() and not invocation.client.wait(reached, invocation.flag("pod-running-timeout")):
        raise CommandError("timed out waiting for the condition")
    return found


def _end(invocation: Invocation, pod: Json) -> None:
    meta, status = pod["metadata"], pod["status"]
    if status["phase"] == "Succeeded":
        return
    where = f"pod {meta['namespace']}/{meta['name']}"
    ended = ((status.get("containerStatuses") or [{}])[0].get("state") or {}).get("terminated") or {}
    if not ended.get("exitCode"):
        raise CommandError(f"{where} failed with unknown exit code")
    invocation.error_line(f"{where} terminated ({ended.get('reason', '')})\n{ended.get('message', '')}".rstrip("\n"))
    raise Exit(ended["exitCode"])


def _remove(invocation: Invocation, made: list[tuple[str, Json]], cascade: str) -> None:
    deletion = Deletion(propagation=cascade, wait=False, quiet=invocation.flag("quiet"))
    for resource, obj in made:
        meta = obj["metadata"]
        info = Info(invocation.kind(resource), meta["namespace"], meta["name"], obj)
        try:
            deletion.delete_one(invocation, info)
        except StatusError as error:
            if error.reason != "NotFound":
                raise


COMMAND = Command(
    "run",
    "Run a particular image on the cluster",
    use='run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] '
    "[--command] -- [COMMAND] [args...]",
    long="Create and run a particular image in a pod.",
    examples="""
# A pod with the image's own command
kubectl run web --image=nginx:1.27

# With labels, an environment variable and a declared port
kubectl run web --image=nginx:1.27 --labels="app=web,tier=front" --env="MODE=test" --port=80

# Other arguments for the image's command, or another command
kubectl run sleeper --image=busybox -- sleep 3600
kubectl run sleeper --image=busybox --command -- sleep 3600

# A shell in the cluster that is gone when it ends
kubectl run -it --rm shell --image=busybox --restart=Never -- sh

# Write the manifest, create nothing
kubectl run web --image=nginx:1.27 --dry-run=client -o yaml
""",
    run=run,
    required=("image",),
    flags=(
        *PRINT_FLAGS,
        Flag("annotations", "stringArray", usage="Annotations to apply to the pod."),
        Flag(
            "attach",
            "bool",
            usage="If true, wait for the Pod to start running, and then attach to the Pod as if 'kubectl attach ...' were "
            "called.  Default false, unless '-i/--stdin' is set, in which case the default is true. With "
            "'--restart=Never' the exit code of the container process is returned.",
        ),
        Flag(
            "command",
            "bool",
            usage="If true and extra arguments are present, use them as the 'command' field in the container, rather than "
            "the 'args' field which is the default.",
        ),
        *delete_flags(),
        DRY_RUN,
        Flag("env", "stringArray", usage="Environment variables to set in the container."),
        Flag(
            "expose",
            "bool",
            usage="If true, create a ClusterIP service associated with the pod.  Requires `--port`.",
        ),
        field_manager("kubectl-run"),
        *filename("to use to replace the resource.", article="a"),
        Flag("image", usage="The image for the container to run."),
        Flag(
            "image-pull-policy",
            usage="The image pull policy for the container.  If left empty, this value will not be specified by the "
            "client and defaulted by the server.",
        ),
        Flag(
            "labels",
            shorthand="l",
            usage="Comma separated labels to apply to the pod. Will override previous values.",
        ),
        Flag(
            "leave-stdin-open",
            "bool",
            usage="If the pod is started in interactive mode or with stdin, leave stdin open after the first attach "
            "completes. By default, stdin will be closed after the first attach completes.",
        ),
        *OVERRIDE_FLAGS,
        pods.running_timeout(60.0),
        Flag("port", usage="The port that this container exposes."),
        Flag("privileged", "bool", usage="If true, run the container in privileged mode."),
        Flag("quiet", "bool", shorthand="q", usage="If true, suppress prompt messages."),
        RECORD,
        Flag(
            "restart",
            default="Always",
            usage="The restart policy for this Pod.  Legal values [Always, OnFailure, Never].",
        ),
        Flag(
            "rm",
            "bool",
            usage="If true, delete the pod after it exits.  Only valid when attaching to the container, e.g. with "
            "'--attach' or with '-i/--stdin'.",
        ),
        SAVE_CONFIG,
        Flag(
            "stdin",
            "bool",
            shorthand="i",
            usage="Keep stdin open on the container in the pod, even if nothing is attached.",
        ),
        Flag("tty", "bool", shorthand="t", usage="Allocate a TTY for the container in the pod."),
    ),
)
