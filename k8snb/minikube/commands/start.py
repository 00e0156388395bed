"""`minikube start`: makes the cluster, or switches its machines on again with what `--extra-config` asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands.addons import enabled
from k8snb.minikube.host import BASE_IMAGE, CPUS, KUBERNETES, MEMORY_MB, VERSION, Options, is_control_plane
from k8snb.network.cni import internal_ip

#: 2018's spelling -> the API server's flag
_OLD_KEYS = {"apiserver.ServiceNodePortRange": "apiserver.service-node-port-range"}
_COMPONENTS = ("apiserver", "controller-manager", "etcd", "kubeadm", "kubelet", "proxy", "scheduler")

FLAGS = (
    Flag("nodes", "int", 1, "n", usage="The total number of nodes to spin up. Defaults to 1."),
    Flag("kubernetes-version", usage="The Kubernetes version that the minikube VM will use (ex: v1.2.3, 'stable' for "
         f"{KUBERNETES}, 'latest' for {KUBERNETES})."),
    Flag("driver", usage="Driver is one of: docker. (the machines are simulated)"),
    Flag("vm-driver", usage="DEPRECATED, use `driver` instead.", hidden=True),
    Flag("extra-config", "stringArray", usage="A set of key=value pairs that describe configuration that may be "
                                              "passed to "
         "different components, written component.key=value."),
    Flag("addons", "stringSlice", usage="Enable addons. see `minikube addons list` for a list of valid addon names."),
    Flag("cpus", default=str(CPUS), usage="Number of CPUs allocated to each machine."),
    Flag("memory", default=str(MEMORY_MB), usage="Amount of RAM of each machine, in MB."),
    Flag("container-runtime", usage="The container runtime to be used."),
    Flag("force", "bool", usage="Force minikube to perform possibly dangerous operations"),
    Flag("wait", default="apiserver,system_pods", usage="Kubernetes components to verify and wait for."),
)  # fmt: skip


def start(call: Invocation) -> int:
    host, flags = call.host, call.flags
    call.say("Happy", f"minikube {VERSION} on k8snb (everything is simulated)")
    fresh = host.cluster is None
    _check(call)
    version, extra = _version(call), _extra_config(call)
    if fresh:
        how = (
            "Using the docker driver based on user configuration"
            if flags["driver"]
            else "Automatically selected the docker driver"
        )
    else:
        how = "Using the docker driver based on existing profile"
        if "nodes" in flags.changed and flags["nodes"] != len(host.nodes()):
            call.warn("You cannot change the number of nodes for an existing minikube cluster. Please use "
                      "'minikube node add' "
                      "to add nodes to an existing cluster.")  # fmt: skip
    call.say("Sparkle", how)
    if fresh:
        call.say("Notice", "Using Docker driver with root privileges")
        _create(call, version, extra)
    else:
        _restart(call, extra)
    call.say("Ready", 'Done! kubectl is now configured to use "minikube" cluster and "default" namespace by default')
    return 0


def _check(call: Invocation) -> None:
    """Refuse what the simulated machines cannot be."""
    flags = call.flags
    driver = flags["driver"] or flags["vm-driver"]
    if driver and driver != "docker":
        raise call.fail(
            "DRV_UNSUPPORTED",
            f"The driver '{driver}' is not simulated: machines here behave as those of the docker driver",
        )
    if not 1 <= flags["nodes"] <= 100:
        raise call.fail("MK_USAGE", f"--nodes must be between 1 and 100, got {flags['nodes']}")
    if flags["cpus"] != str(CPUS) or flags["memory"].lower().removesuffix("mb").removesuffix("m") != str(MEMORY_MB):
        raise call.fail("MK_UNIMPLEMENTED", f"simulated machines have {CPUS} CPUs and {MEMORY_MB} MB of memory each")
    runtime = flags["container-runtime"]
    if runtime and runtime not in ("docker", "containerd"):
        raise call.fail("MK_UNIMPLEMENTED", f"the container runtime '{runtime}' is not simulated")


def _version(call: Invocation) -> str:
    wanted = call.flags["kubernetes-version"]
    if wanted in ("", "stable", "latest"):
        return KUBERNETES
    version = wanted if wanted.startswith("v") else f"v{wanted}"
    parts = version[1:].split(".")
    if not all(part.isdigit() for part in parts) or not 2 <= len(parts) <= 3:
        raise call.fail("MK_USAGE", f'Unable to parse "{wanted}": Specify --kubernetes-version in '
                                    f'v<major>.<minor.<build> form. '
                        "example: 'v1.1.14'")  # fmt: skip
    if parts[:2] != ["1", "36"]:
        raise call.fail(
            "K8S_UNSUPPORTED", f"Kubernetes {version} is not simulated: this lab behaves as Kubernetes v1.36"
        )
    return version if len(parts) == 3 else KUBERNETES


def _extra_config(call: Invocation) -> dict[str, str]:
    """`--extra-config` by key, in today's spelling. Only what the simulation heeds is taken."""
    found: dict[str, str] = {}
    for item in call.flags["extra-config"]:
        key, equals, value = item.partition("=")
        component, dot, _ = key.partition(".")
        if not equals or not dot:
            raise call.fail(
                "MK_USAGE", f'invalid argument "{item}" for "--extra-config" flag: must be written component.key=value'
            )
        if component not in _COMPONENTS:
            raise call.fail("MK_USAGE", f"These --extra-config parameters are invalid: [{key}]",
                            f"Valid components are: [{' '.join(_COMPONENTS)}]")  # fmt: skip
        if key in _OLD_KEYS:
            call.say("Tip", f"{key} is now written {_OLD_KEYS[key]}")
            key = _OLD_KEYS[key]
        if key != "apiserver.service-node-port-range":
            raise call.fail("MK_UNIMPLEMENTED", f"--extra-config {key} has no effect in this simulation")
        found[key] = value
    return found


def _node_ports(call: Invocation, extra: dict[str, str]) -> tuple[int, int] | None:
    text = extra.get("apiserver.service-node-port-range")
    if text is None:
        return None
    low, _, high = text.partition("-")
    if not (low.isdigit() and high.isdigit() and 1 <= int(low) <= int(high) <= 65535):
        raise call.fail("MK_USAGE", f'invalid port range "{text}": write it as FIRST-LAST, both within 1-65535')
    return int(low), int(high)


def _create(call: Invocation, version: str, extra: dict[str, str]) -> None:
    host, nodes = call.host, call.flags["nodes"]
    if host.create is None:
        raise call.fail("MK_UNIMPLEMENTED", "there is nothing here that a cluster could be made with")
    ports = _node_ports(call, extra)
    call.say("ThumbsUp", 'Starting "minikube" primary control-plane node in "minikube" cluster')
    call.say("Pulling", f"Pulling base image {BASE_IMAGE} ...")
    call.say("StartingVM", f"Creating docker container (CPUs={CPUS}, Memory={MEMORY_MB}MB) ...")
    options = Options(nodes, version, ports) if ports else Options(nodes, version)
    host.cluster = host.create(options)
    first, *others = host.nodes()
    _prepare(call, first, extra)
    call.say("CNI", f"Configuring {'bridge CNI' if nodes == 1 else 'CNI'} (Container Networking Interface) ...")
    _verify(call)
    known = [internal_ip(first)]
    for node in others:
        _worker(call, node, known)
        known.append(internal_ip(node))


def _prepare(call: Invocation, node: Any, extra: dict[str, str]) -> None:
    call.say(*preparing(node))
    for key, value in extra.items():
        call.say("Option", f"{key}={value}")


def preparing(node: Any) -> tuple[str, str]:
    """The line about Kubernetes and the container runtime of a machine: (style, text)."""
    info = node.status.nodeInfo
    runtime, _, version = (info.containerRuntimeVersion or "containerd://2.2.1").partition("://")
    name, style = ("Docker", "Docker") if runtime == "docker" else (runtime, "Containerd")
    return style, f"Preparing Kubernetes {info.kubeletVersion or KUBERNETES} on {name} {version} ..."


def _verify(call: Invocation) -> None:
    call.say("HealthCheck", "Verifying Kubernetes components...")
    call.say("SubStep", "Using image gcr.io/k8s-minikube/storage-provisioner:v5")
    call.say("AddonEnable", f"Enabled addons: {', '.join(reversed(enabled(call.cluster.client)))}")


def _worker(call: Invocation, node: Any, known: list[str]) -> None:
    name = node.metadata.name
    call.out("\n")
    call.say("ThumbsUp", f'Starting "{name}" worker node in "minikube" cluster')
    call.say("Pulling", f"Pulling base image {BASE_IMAGE} ...")
    call.say("StartingVM", f"Creating docker container (CPUs={CPUS}, Memory={MEMORY_MB}MB) ...")
    call.say("Internet", "Found network options:")
    call.say("Option", f"NO_PROXY={','.join(known)}")
    call.say(*preparing(node))
    for index in range(len(known)):
        call.say("Option", f"env NO_PROXY={','.join(known[: index + 1])}")
    call.say("HealthCheck", "Verifying Kubernetes components...")


def _restart(call: Invocation, extra: dict[str, str]) -> None:
    """Switch machines on again, and the control plane with new settings."""
    host, cluster = call.host, call.cluster
    ports = _node_ports(call, extra)
    stopped = host.is_stopped()
    for index, node in enumerate(host.nodes()):
        name = node.metadata.name
        role = "primary control-plane" if is_control_plane(node) else "worker"
        call.out("\n" if index else "")
        call.say("ThumbsUp", f'Starting "{name}" {role} node in "minikube" cluster')
        call.say("Pulling", f"Pulling base image {BASE_IMAGE} ...")
        if host.machines.is_on(name):
            call.say("Running", f'Updating the running docker "{name}" container ...')
        else:
            call.say("Restarting", f'Restarting existing docker container for "{name}" ...')
        call.say(*preparing(node))
        if index == 0:
            for key, value in extra.items():
                call.say("Option", f"{key}={value}")
            _verify(call)
        else:
            call.say("HealthCheck", "Verifying Kubernetes components...")
    if ports is not None:
        cluster.server.settings = replace(cluster.server.settings, node_ports=ports)
        cluster.config = replace(cluster.config, node_ports=ports)
    for node in host.nodes():
        host.machines.switch(node.metadata.name, on=True)
    if stopped:
        for name in list(cluster.engine.components):
            cluster.engine.start(name)
        cluster.run_ready()


START = Command(
    "start",
    "Starts a local Kubernetes cluster",
    "Basic Commands",
    flags=FLAGS,
    run=start,
)
