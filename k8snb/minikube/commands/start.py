"""`minikube start`: makes the cluster, or switches its machines on again with what `--extra-config` asks for.

What `minikube config` has set counts where no flag is given. Machines that are switched on start their containers anew; the
command comes back when the nodes are Ready and what runs in kube-system runs again.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from k8snb.addons.staticpods import static_pods
from k8snb.api.errors import StatusError
from k8snb.kubectl.pflag import Flag, Kind
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.commands import addons
from k8snb.minikube.commands.update_context import correct
from k8snb.minikube.host import BASE_IMAGE, CPUS, KUBERNETES, MEMORY_MB, PROFILE, VERSION, Options, is_control_plane
from k8snb.network.cni import internal_ip

#: 2018's spelling -> the API server's flag
_OLD_KEYS = {"apiserver.ServiceNodePortRange": "apiserver.service-node-port-range"}
_COMPONENTS = ("apiserver", "controller-manager", "etcd", "kubeadm", "kubelet", "proxy", "scheduler")
_PORTS = "apiserver.service-node-port-range"
#: virtual seconds for which machines are waited for
_PATIENCE = 360.0

#: flags of minikube's that simulated machines cannot heed, by kind
_UNHEEDED: dict[Kind, tuple[str, ...]] = {
    "bool": ("cache-images", "download-only", "dry-run", "ha", "mount", "no-kubernetes"),
    "int": ("apiserver-port",),
    "string": ("base-image", "cni", "disk-size", "dns-domain", "feature-gates", "gpus", "image-mirror-country", "iso-url",
               "image-repository", "mount-string", "network", "network-plugin", "output", "service-cluster-ip-range",
               "static-ip", "subnet"),
    "stringArray": ("docker-env", "docker-opt"),
    "stringSlice": ("insecure-registry", "ports", "registry-mirror"),
}  # fmt: skip

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
    *(Flag(name, kind, hidden=True) for kind, names in _UNHEEDED.items() for name in names),
)  # fmt: skip


def start(call: Invocation) -> int:
    host, flags = call.host, call.flags
    if call.profile != PROFILE:
        raise call.fail("MK_UNIMPLEMENTED", f"this lab has one profile, {PROFILE}: it cannot start {call.profile}")
    call.say("Happy", f"minikube {VERSION} on k8snb (everything is simulated)")
    fresh = host.cluster is None
    _check(call)
    version, extra = _version(call), _extra_config(call)
    if fresh:
        how = (
            "Using the docker driver based on user configuration"
            if _setting(call, "driver")
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
        correct(host)
    call.say("Ready", 'Done! kubectl is now configured to use "minikube" cluster and "default" namespace by default')
    return 0


def _setting(call: Invocation, name: str) -> str:
    """A flag's value; what `minikube config` says if it was not given."""
    given = str(call.flags[name])
    return given if name in call.flags.changed else call.host.config.get(name, given)


def _check(call: Invocation) -> None:
    """Refuse what the simulated machines cannot be."""
    flags = call.flags
    unheeded = sorted(flags.changed.intersection(chain(*_UNHEEDED.values())))
    if unheeded:
        raise call.fail("MK_UNIMPLEMENTED", f"--{unheeded[0]} has no effect on simulated machines: leave it out")
    driver = _setting(call, "driver") or _setting(call, "vm-driver")
    if driver and driver != "docker":
        raise call.fail(
            "DRV_UNSUPPORTED",
            f"The driver '{driver}' is not simulated: machines here behave as those of the docker driver",
        )
    if not 1 <= flags["nodes"] <= 100:
        raise call.fail("MK_USAGE", f"--nodes must be between 1 and 100, got {flags['nodes']}")
    memory = _setting(call, "memory").lower().removesuffix("mb").removesuffix("m")
    if _setting(call, "cpus") != str(CPUS) or memory != str(MEMORY_MB):
        raise call.fail("MK_UNIMPLEMENTED", f"simulated machines have {CPUS} CPUs and {MEMORY_MB} MB of memory each")
    runtime = _setting(call, "container-runtime")
    if runtime and runtime not in ("docker", "containerd"):
        raise call.fail("MK_UNIMPLEMENTED", f"the container runtime '{runtime}' is not simulated")
    for name in flags["addons"]:
        addons.check(call, name)


#: versions before this one had the beta groups that the manifests of 2018 are written for
_FIRST_WITHOUT_BETAS = 16


def _version(call: Invocation) -> str:
    wanted = _setting(call, "kubernetes-version")
    if wanted in ("", "stable", "latest"):
        return KUBERNETES
    version = wanted if wanted.startswith("v") else f"v{wanted}"
    parts = version[1:].split(".")
    if not all(part.isdigit() for part in parts) or not 2 <= len(parts) <= 3:
        raise call.fail("MK_USAGE", f'Unable to parse "{wanted}": Specify --kubernetes-version in '
                                    f'v<major>.<minor.<build> form. '
                        "example: 'v1.1.14'")  # fmt: skip
    if parts[0] != "1" or (int(parts[1]) != 36 and int(parts[1]) >= _FIRST_WITHOUT_BETAS):
        raise call.fail(
            "K8S_UNSUPPORTED", f"Kubernetes {version} is not simulated: this lab behaves as Kubernetes v1.36"
        )
    if int(parts[1]) < 36:
        call.say("Tip", f"This lab behaves as v1.36; as {version} it also serves the API versions of that time")
        return version if len(parts) == 3 else f"{version}.0"
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
        if key != _PORTS:
            raise call.fail("MK_UNIMPLEMENTED", f"--extra-config {key} has no effect in this simulation")
        found[key] = value
    return found


def _node_ports(call: Invocation, extra: dict[str, str]) -> tuple[int, int] | None:
    text = extra.get(_PORTS)
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
    """The add-ons: those of every cluster, those that --addons names, and what was asked for while the cluster was off."""
    host, client = call.host, call.cluster.client
    wanted = host.addons | dict.fromkeys(call.flags["addons"], True)
    call.say("HealthCheck", "Verifying Kubernetes components...")
    call.say("SubStep", "Using image gcr.io/k8s-minikube/storage-provisioner:v5")
    try:
        for name, on in wanted.items():
            addons.switch(client, name, on=on)
    except StatusError as error:
        call.warn(f"Enabling '{name}' returned an error: {error.message}")
    host.addons.clear()
    call.say("AddonEnable", f"Enabled addons: {', '.join(reversed(addons.enabled(client)))}")


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
    ports, config = _node_ports(call, extra), call.cluster.config
    changed = ports is not None and ports != config.node_ports
    if ports is not None:
        call.cluster.reconfigure(node_ports=ports)
    for index, node in enumerate(call.host.nodes()):
        call.out("\n" if index else "")
        begin_restart(call, node)
        switch_on(call, node)
        if is_control_plane(node):
            if changed:
                _replace_apiserver(call, node)
            for key, value in _remembered(call).items():
                call.say("Option", f"{key}={value}")
            _verify(call)
        else:
            call.say("HealthCheck", "Verifying Kubernetes components...")


def _replace_apiserver(call: Invocation, node: Any) -> None:
    """A static Pod whose manifest has changed is made anew."""
    client, config = call.cluster.client, call.cluster.config
    ports = "-".join(str(port) for port in config.node_ports)
    cidr = client.server.settings.service_cidr
    for pod in static_pods(node, internal_ip(node), config.version, cidr, ports):
        meta = pod.metadata
        if meta.name.startswith("kube-apiserver-") and client.find("pods", meta.name, meta.namespace) is not None:
            client.delete("pods", meta.name, meta.namespace, grace=0)
            call.cluster.run_ready()
            client.create(pod)
    call.cluster.wait(lambda: _is_well(call.cluster, node.metadata.name), _PATIENCE)


def _remembered(call: Invocation) -> dict[str, str]:
    """`--extra-config` of this start or an earlier one: the profile keeps it."""
    low, high = call.cluster.config.node_ports
    return {} if (low, high) == Options().node_ports else {_PORTS: f"{low}-{high}"}


def begin_restart(call: Invocation, node: Any) -> None:
    """What is said of a machine that is there already."""
    name = node.metadata.name
    role = "primary control-plane" if is_control_plane(node) else "worker"
    call.say("ThumbsUp", f'Starting "{name}" {role} node in "{PROFILE}" cluster')
    call.say("Pulling", f"Pulling base image {BASE_IMAGE} ...")
    if call.host.machines.is_on(name):
        call.say("Running", f'Updating the running docker "{name}" container ...')
    else:
        call.say("Restarting", f'Restarting existing docker container for "{name}" ...')
    call.say(*preparing(node))


def switch_on(call: Invocation, node: Any) -> None:
    """Give a machine its power back, if it is off, and wait until it is Ready and its system Pods run."""
    cluster, machines, name = call.cluster, call.host.machines, node.metadata.name
    if machines.is_on(name):
        return
    machines.switch(name, on=True)
    if is_control_plane(node):
        for component in cluster.engine.components:
            if cluster.engine.is_stopped(component):
                cluster.engine.start(component)
    cluster.run_ready()
    cluster.network.traffic.catch_up(woken=True)
    cluster.wait(lambda: _is_well(cluster, name), _PATIENCE)


def _is_well(cluster: Any, name: str) -> bool:
    """Is a node Ready, and does what belongs to the system run on it?"""
    node = cluster.client.find("nodes", name)
    ready = any(one.type == "Ready" and one.status == "True" for one in node.status.conditions)
    pods = [pod for pod in cluster.client.indexed("pods", "node", name) if pod.metadata.namespace == "kube-system"]
    return ready and all(status.ready for pod in pods for status in pod.status.containerStatuses)


START = Command(
    "start",
    "Starts a local Kubernetes cluster",
    "Basic Commands",
    flags=FLAGS,
    run=start,
)
