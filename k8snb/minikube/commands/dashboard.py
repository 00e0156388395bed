"""`minikube dashboard`: opens the lab's own view of the cluster; there is no web dashboard behind the URL."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation

URL = "k8snb:view"


def dashboard(call: Invocation) -> int:
    call.check_running()
    call.say("Verifying", "Verifying dashboard health ...")
    if call.flags["url"]:
        call.out(f"{URL}\n")
        return 0
    if call.host.open_url is None:
        raise call.fail("MK_UNIMPLEMENTED", "there is no notebook here that could show the view: use `%view` in one")
    call.say("Celebrate", "Opening the cluster view in place of the web dashboard...")
    call.host.open_url(URL)
    return 0


DASHBOARD = Command(
    "dashboard",
    "Access the Kubernetes dashboard running within the minikube cluster",
    "Basic Commands",
    flags=(Flag("url", "bool", usage="Display dashboard URL instead of opening a browser"),),
    run=dashboard,
)
