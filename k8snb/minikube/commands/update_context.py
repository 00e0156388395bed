"""`minikube update-context`: kubectl's kubeconfig points to the cluster again, should somebody have changed it.

What is looked at is the entry of the profile, whatever context is the current one; `start` puts the same things right, `status`
says that they are wrong. Source: minikube `pkg/minikube/kubeconfig/kubeconfig.go`.
"""

from __future__ import annotations

from k8snb.kubectl.kubeconfig import lab_config
from k8snb.minikube.command import Command, Invocation
from k8snb.minikube.host import PROFILE, Host

_FILE = "/home/learner/.kube/config"


def problem(host: Host) -> str:
    """What is wrong with the entry of the cluster, as minikube logs it; nothing if it is right."""
    if host.terminal is None:
        return ""
    terminal = host.terminal()
    entry = terminal.config.entry("clusters", PROFILE)
    if entry is None:
        return f'kubeconfig endpoint: get endpoint: "{PROFILE}" does not appear in {_FILE}'
    got, want = str((entry.get("cluster") or {}).get("server", "")), terminal.client.server
    if got.rstrip("/") == want:
        return ""
    return f"kubeconfig endpoint: got: {_host(got)}, want: {_host(want)}"


def correct(host: Host) -> bool:
    """Put the profile's entries right and make its context the current one. Whether the entry of the cluster was wrong."""
    if host.terminal is None:
        return False
    terminal, wrong = host.terminal(), bool(problem(host))
    right = lab_config(PROFILE, terminal.client.server)
    for section in ("clusters", "contexts", "users"):
        if terminal.config.entry(section, PROFILE) is None or (wrong and section == "clusters"):
            others = [item for item in terminal.config.data.get(section) or [] if item.get("name") != PROFILE]
            terminal.config.data[section] = [*others, *right.data[section]]
    terminal.config.data["current-context"] = PROFILE
    return wrong


def forget(host: Host) -> None:
    """Take the profile's entries out of the kubeconfig: kubectl knows of no server then, unless another context is chosen."""
    if host.terminal is None:
        return
    data = host.terminal().config.data
    for section in ("clusters", "contexts", "users"):
        data[section] = [item for item in data.get(section) or [] if item.get("name") != PROFILE]
    if data.get("current-context") == PROFILE:
        data["current-context"] = ""


def update_context(call: Invocation) -> int:
    call.check_running()
    if correct(call.host) and call.host.terminal is not None:
        where = _host(call.host.terminal().client.server)
        call.say("Celebrate", f'"{PROFILE}" context has been updated to point to {where}')
    else:
        call.say("Meh", f'No changes required for the "{PROFILE}" context')
    call.say("Kubectl", f'Current context is "{PROFILE}"')
    return 0


def _host(url: str) -> str:
    return url.partition("://")[2] or url


UPDATE_CONTEXT = Command(
    "update-context",
    "Update kubeconfig in case of an IP or port change",
    "Configuration and Management Commands",
    run=update_context,
)
