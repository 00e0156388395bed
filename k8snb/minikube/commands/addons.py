"""`minikube addons`: the list of upstream's add-ons; those that the simulation has can be switched on and off."""

from __future__ import annotations

from typing import NamedTuple

from k8snb import addons as manifests
from k8snb.api.errors import StatusError
from k8snb.client.client import Client
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
        ("metrics-server", _K8S),
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


def enabled(client: Client) -> list[str]:
    """The add-ons whose objects are in the cluster."""
    return [addon.name for addon in TABLE if addon.manifest and manifests.is_installed(client, addon.manifest)]


def list_addons(call: Invocation) -> int:
    call.check_exists()
    on = enabled(call.cluster.client)
    rows = [(a.name, PROFILE, "enabled ✅" if a.name in on else "disabled", a.maintainer) for a in TABLE]
    call.out(table(("ADDON NAME", "PROFILE", "STATUS", "MAINTAINER"), rows))
    return 0


def _addon(call: Invocation, verb: str) -> Addon:
    if len(call.args) != 1:
        raise call.fail("MK_USAGE", f"usage: minikube addons {verb} ADDON_NAME")
    found = next((addon for addon in TABLE if addon.name == call.args[0]), None)
    if found is None:
        raise call.fail("MK_USAGE", f"'{call.args[0]}' is not a valid minikube addon")
    return found


def enable(call: Invocation) -> int:
    client = call.running.client
    addon = _addon(call, "enable")
    call.say("Tip", f"{addon.name} is an addon maintained by {addon.maintainer}. For any concerns contact "
                    f"minikube on GitHub.\n"
             "You can view the list of minikube maintainers at: "
             "https://github.com/kubernetes/minikube/blob/master/OWNERS")  # fmt: skip
    if not addon.manifest:
        raise call.fail("MK_UNIMPLEMENTED", f"the addon {addon.name} is not simulated in this lab")
    for image in addon.images:
        call.say("SubStep", f"Using image {image}")
    try:
        manifests.install(client, addon.manifest)
    except StatusError as error:
        raise call.fail("MK_ADDON_ENABLE", f"enable failed: {error.message}") from None
    call.say("AddonEnable", f"The '{addon.name}' addon is enabled")
    return 0


def disable(call: Invocation) -> int:
    client = call.running.client
    addon = _addon(call, "disable")
    if addon.manifest:
        manifests.remove(client, addon.manifest)
    call.say("AddonDisable", f"\"The '{addon.name}' addon is disabled")
    return 0


ADDONS = Command(
    "addons",
    "Enable or disable a minikube addon",
    "Configuration and Management Commands",
    subcommands=(
        Command("disable", "Disables the addon w/ADDON_NAME within minikube", use="ADDON_NAME", run=disable),
        Command("enable", "Enables the addon w/ADDON_NAME within minikube", use="ADDON_NAME", run=enable),
        Command(
            "list",
            "Lists all available minikube addons as well as their current statuses (enabled/disabled)",
            run=list_addons,
        ),
    ),
)
