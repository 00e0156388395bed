"""`minikube kubectl -- …`: kubectl of the cluster's own version, which here is the same kubectl, told which cluster is meant.

Words before `--` are minikube's: a flag of kubectl's there is one that minikube does not know.
"""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag
from k8snb.minikube.command import Command, Invocation


def kubectl(call: Invocation) -> int:
    if call.flags["ssh"]:
        raise call.fail("MK_UNIMPLEMENTED", "simulated machines have no kubectl of their own: leave --ssh out")
    words, cluster = list(call.args), call.host.cluster
    if len(words) > 1 and words[0] != "--help":
        words = ["--cluster", call.profile, *words]
    run = call.host.kubectl
    if run is None:
        if cluster is None:
            raise call.fail("MK_UNIMPLEMENTED", "there is no terminal here that kubectl could run in")
        result = cluster.kubectl(words, stdin=call.stdin)
    else:
        result = run(words, call.stdin)
    call.out(result.stdout)
    call.err(result.stderr)
    code: int = result.exit_code
    return code


KUBECTL = Command(
    "kubectl",
    "Run a kubectl binary matching the cluster version",
    "Advanced Commands",
    long="Run the Kubernetes client, download it if necessary. Remember -- after kubectl!",
    flags=(Flag("ssh", "bool", usage="Use SSH for running kubernetes client on the node"),),
    run=kubectl,
)
