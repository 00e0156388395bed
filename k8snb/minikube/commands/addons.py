"""`minikube addons`: the list of upstream's add-ons; those that the simulation has can be switched on and off."""

from __future__ import annotations

import json
from typing import NamedTuple

from k8snb import addons as manifests
from k8snb.api.errors import StatusError
from k8snb.client.client import Client
from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import PROFILE
from k8snb.minikube.style import table


class Addon(NamedTuple):
    """One add-on: who maintains it, the manifest file behind it ("" if it is not simulated), its images."""

    name: str
    maintainer: str
    manifest: str = ""
    images: tuple[str, ...] = ()


_K8S, _MINIKUBE, _GOOGLE = "Kubernetes", "minikube", "Google"
TABLE = tuple(
    Addon(*row)
    for row in (
        ("ambassador", "3rd party (Ambassador)"),
        ("amd-gpu-device-plugin", "3rd party (AMD)"),
        ("auto-pause", _MINIKUBE),
        ("cloud-spanner", _GOOGLE),
        ("csi-hostpath-driver", _K8S),
        ("dashboard", _K8S),
        ("default-storageclass", _K8S, "storageclass"),
        ("efk", "3rd party (Elastic)"),
        ("freshpod", _GOOGLE),
        ("gcp-auth", _GOOGLE),
        ("gvisor", _MINIKUBE),
        ("headlamp", "3rd party (kinvolk.io)"),
        ("inaccel", "3rd party (InAccel [info@inaccel.com])"),
        ("ingress", _K8S),
        ("ingress-dns", _MINIKUBE),
        ("inspektor-gadget", "3rd party (inspektor-gadget.io)"),
        ("istio", "3rd party (Istio)"),
        ("istio-provisioner", "3rd party (Istio)"),
        ("kong", "3rd party (Kong HQ)"),
        ("kubeflow", "3rd party"),
        ("kubetail", "3rd party (kubetail.com)"),
        ("kubevirt", "3rd party (KubeVirt)"),
        ("logviewer", "3rd party (unknown)"),
        ("metallb", "3rd party (MetalLB)"),
        ("metrics-server", _K8S, "metrics-server", ("registry.k8s.io/metrics-server/metrics-server:v0.8.0",)),
        ("nvidia-device-plugin", "3rd party (NVIDIA)"),
        ("olm", "3rd party (Operator Framework)"),
        ("portainer", "3rd party (Portainer.io)"),
        ("registry", _MINIKUBE),
        ("registry-aliases", "3rd party (unknown)"),
        ("registry-creds", "3rd party (UPMC Enterprises)"),
        ("storage-provisioner", _MINIKUBE, "storage-provisioner", ("gcr.io/k8s-minikube/storage-provisioner:v5",)),
        ("storage-provisioner-rancher", "3rd party (Rancher)"),
        ("volcano", "third-party (volcano)"),
        ("volumesnapshots", _K8S),
        ("yakd", "3rd party (marcnuri.com)"),
    )
)


#: who looks after an add-on that is not a third party's
_OFFICIAL = (_GOOGLE, _K8S, _MINIKUBE)


def find(name: str) -> Addon | None:
    """The add-on of this name."""
    return next((addon for addon in TABLE if addon.name == name), None)


def enabled(client: Client) -> list[str]:
    """The add-ons whose objects are in the cluster."""
    return [addon.name for addon in TABLE if addon.manifest and manifests.is_installed(client, addon.manifest)]


def switch(client: Client, name: str, *, on: bool) -> None:
    """Create or delete what an add-on consists of. StatusError if the server refuses."""
    addon = find(name)
    assert addon is not None
    if addon.manifest:
        (manifests.install if on else manifests.remove)(client, addon.manifest)


def check(call: Invocation, name: str) -> Addon:
    """The add-on of this name. Ends the command if there is none, or if it is not simulated."""
    addon = find(name)
    if addon is None:
        raise call.fail("MK_ADDON_ENABLE", f"enable failed: run callbacks: {name} is not a valid addon")
    if not addon.manifest:
        raise call.fail("MK_UNIMPLEMENTED", f"the addon {name} is not simulated in this lab")
    return addon


def list_addons(call: Invocation) -> int:
    if call.args:
        raise call.fail("MK_USAGE", "usage: minikube addons list")
    output = call.flags["output"].lower()
    if output not in ("list", "json"):
        raise call.fail("MK_USAGE", f"invalid output format: {call.flags['output']}. Valid values: 'list', 'json'")
    if call.host.cluster is None or call.profile != PROFILE:
        rows = [(addon.name, addon.maintainer) for addon in TABLE]
        data: dict[str, dict[str, str]] = {addon.name: {} for addon in TABLE}
        call.out(table(("ADDON NAME", "MAINTAINER"), rows) if output == "list" else _json(data))
        return 0
    on = {**dict.fromkeys(enabled(call.cluster.client), True), **call.host.addons}
    states = {addon.name: "enabled" if on.get(addon.name) else "disabled" for addon in TABLE}
    if output == "json":
        call.out(_json({name: {"Profile": PROFILE, "Status": state} for name, state in states.items()}))
        return 0
    shown = [(a.name, PROFILE, "enabled ✅" if on.get(a.name) else "disabled", a.maintainer) for a in TABLE]
    call.out(table(("ADDON NAME", "PROFILE", "STATUS", "MAINTAINER"), shown))
    return 0


def _json(data: dict[str, dict[str, str]]) -> str:
    return json.dumps(dict(sorted(data.items())), separators=(",", ":"))


def _one(call: Invocation, verb: str) -> str:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", f"usage: minikube addons {verb} ADDON_NAME")
    return call.args[0]


def enable(call: Invocation) -> int:
    name = _one(call, "enable")
    call.check_exists()
    addon = check(call, name)
    if addon.maintainer in _OFFICIAL:
        call.say("Tip", f"{name} is an addon maintained by {addon.maintainer}. For any concerns contact "
                        f"minikube on GitHub.\n"
                 "You can view the list of minikube maintainers at: "
                 "https://github.com/kubernetes/minikube/blob/master/OWNERS")  # fmt: skip
    try:
        _do(call, addon, on=True)
    except StatusError as error:
        raise call.fail(
            "MK_ADDON_ENABLE", f"enable failed: run callbacks: running callbacks: [{error.message}]"
        ) from None
    call.say("AddonEnable", f"The '{name}' addon is enabled")
    return 0


def disable(call: Invocation) -> int:
    name = _one(call, "disable")
    call.check_exists()
    addon = find(name)
    if addon is None:
        raise call.fail("MK_ADDON_DISABLE", f"disable failed: run callbacks: {name} is not a valid addon")
    try:
        _do(call, addon, on=False)
    except StatusError as error:
        raise call.fail("MK_ADDON_DISABLE", f"disable failed: run callbacks: [{error.message}]") from None
    call.say("AddonDisable", f"\"The '{name}' addon is disabled")
    return 0


def _do(call: Invocation, addon: Addon, *, on: bool) -> None:
    """Switch an add-on; of a cluster that is stopped minikube only notes it in the profile."""
    if call.host.is_stopped():
        call.host.addons[addon.name] = on
        return
    for image in addon.images if on else ():
        call.say("SubStep", f"Using image {image}")
    switch(call.cluster.client, addon.name, on=on)


ADDONS = Command(
    "addons",
    "Enable or disable a minikube addon",
    "Configuration and Management Commands",
    long='addons modifies minikube addons files using subcommands like "minikube addons enable dashboard"',
    subcommands=(
        Command("disable", "Disables the addon w/ADDON_NAME within minikube", use="ADDON_NAME", run=disable),
        Command("enable", "Enables the addon w/ADDON_NAME within minikube", use="ADDON_NAME", run=enable),
        Command(
            "list",
            "Lists all available minikube addons as well as their current statuses (enabled/disabled)",
            flags=(
                Flag("output", default="list", shorthand="o", usage="minikube addons list --output OUTPUT. json, list"),
            ),
            run=list_addons,
        ),
    ),
)
