"""`minikube tunnel`: LoadBalancer Services get their addresses while it runs. It stays open until the lab closes it."""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation
from k8snb.network.loadbalancer import Tunnel


def tunnel(call: Invocation) -> int:
    cluster = call.running
    opened: Tunnel = cluster.network.tunnel
    opened.start()
    call.out(status_text(opened))
    return 0


def status_text(tunnel: Tunnel) -> str:
    """The block that minikube prints while the tunnel is open."""
    state = tunnel.status()
    return (
        "Status:\t\n"
        f"\tmachine: {state.machine}\n"
        "\tpid: 1\n"
        f"\troute: {state.route}\n"
        f"\tminikube: {'Running' if state.running else 'Stopped'}\n"
        f"\tservices: [{', '.join(state.services)}]\n"
        "    errors: \n"
        "\t\tminikube: no errors\n"
        "\t\trouter: no errors\n"
        "\t\tloadbalancer emulator: no errors\n"
    )


TUNNEL = Command(
    "tunnel",
    "Connect to LoadBalancer services",
    "Networking and Connectivity Commands",
    long="tunnel creates a route to services deployed with type LoadBalancer and sets their Ingress to their "
    "ClusterIP.",
    flags=(Flag("cleanup", "bool", True, "c", usage="call with cleanup=true to remove old tunnels", hidden=True),),
    run=tunnel,
)
