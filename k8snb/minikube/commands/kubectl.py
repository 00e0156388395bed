"""`minikube kubectl -- …`: kubectl of the cluster's own version, which here is the same kubectl."""

from __future__ import annotations

from k8snb.minikube.command import Command, Invocation


def kubectl(call: Invocation) -> int:
    cluster = call.running
    words = list(call.args)
    run = call.host.kubectl or (lambda argv, stdin: cluster.kubectl(argv, stdin=stdin))
    result = run(words, call.stdin)
    call.out(result.stdout)
    call.err(result.stderr)
    code: int = result.exit_code
    return code


KUBECTL = Command(
    "kubectl",
    "Run a kubectl binary matching the cluster version",
    "Advanced Commands",
    use="[options] -- [kubectl arguments]",
    run=kubectl,
    passes_words=True,
)
