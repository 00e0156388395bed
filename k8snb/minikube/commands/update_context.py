"""`minikube update-context`: kubectl's kubeconfig always points to the cluster here, so there is nothing to correct."""

from __future__ import annotations

from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import PROFILE


def update_context(call: Invocation) -> int:
    call.check_running()
    call.say("Celebrate", f'No changes required for the "{PROFILE}" context')
    call.say("Kubectl", f'Current context is "{PROFILE}"')
    return 0


UPDATE_CONTEXT = Command(
    "update-context",
    "Update kubeconfig in case of an IP or port change",
    "Configuration and Management Commands",
    run=update_context,
)
