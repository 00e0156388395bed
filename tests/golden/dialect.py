"""What kubectl v1.32 words otherwise than v1.36: both sides of a comparison are put into common words.

Each row is a difference between the two releases, seen in kubectl's sources; nothing else is forgiven.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_WORDS = (
    # the lab's own line below an answer
    (re.compile(r"^! # k8snb: .*\n", re.MULTILINE), ""),
    # how the older one reports a failure of cobra's own
    (re.compile(r"^! Error: ", re.MULTILINE), "! error: "),
    # v1.34: the namespace behind what was deleted
    (re.compile(r"(\"[^\"\n]*\" (?:force )?deleted) from \S+ namespace"), r"\1"),
    # v1.34: kyaml
    (re.compile(r"\|kyaml\b|, ?kyaml\b| kyaml\b"), ""),
    # v1.36: the container behind an event's reporter
    (re.compile(r"^(.* kubelet  )spec\.(?:initC|c)ontainers\{[^}]*\}: ", re.MULTILINE), r"\1"),
    # v1.33: a projected volume's optional config map
    (re.compile(r"^    (?:ConfigMapOptional:  <nil>|Optional:  false)$", re.MULTILINE), "    Optional:  false"),
    # v1.33: a node's kube-proxy version is gone
    (re.compile(r"^  Kube-Proxy Version:.*\n", re.MULTILINE), ""),
    # v1.35: fields that the older one does not know, and zero times that it writes
    (re.compile(r"^ *\"?(?:terminatingReplicas|observedGeneration)\"?: \d+,?\n", re.MULTILINE), ""),
    (re.compile(r"^ *\"?creationTimestamp\"?: null,?\n", re.MULTILINE), ""),
    # v1.36: several objects are described without events
    (re.compile(r"\n*Events:  <none>$", re.MULTILINE), ""),
    # v1.36: the names of a container's ports
    (re.compile(r"^( +(?:Host )?Ports?:  [\w/, ]+?) \([\w-]+\)$", re.MULTILINE), r"\1"),
    # v1.34: an empty map that a kubeconfig no longer has
    (re.compile(r"^preferences: \{\}\n", re.MULTILINE), ""),
    # v1.34: metadata with nothing but a zero time in it
    (re.compile(r"^( *metadata:) \{\}$", re.MULTILINE), r"\1"),
    # v1.36: what goes wrong before a stream opens, and the containers there are
    (re.compile(r"^! error: unable to upgrade connection: ", re.MULTILINE), "! Error from server (BadRequest): "),
    (re.compile(r"^! error: (container \S+ is not valid for pod \S+) out of: .*$", re.MULTILINE), r"! error: \1"),
    # where in kubectl's source a message of its log comes from
    (re.compile(r"^! <klog> \S+:\d+\]", re.MULTILINE), "! <klog>"),
    # v1.36: nothing was found to scale, said as elsewhere
    (
        re.compile(r"^! error: no objects passed to scale (?=\S+ \"[^\"\n]*\" not found$)", re.MULTILINE),
        "! Error from server (NotFound): ",
    ),
    # the version itself
    (re.compile(r"(?<=kubectl/)v1[\w.-]+"), "<version>"),
    (re.compile(r"^Client Version: .*$", re.MULTILINE), "Client Version: <version>"),
    (re.compile(r"^Kustomize Version: .*$", re.MULTILINE), "Kustomize Version: <version>"),
    (re.compile(r"^! WARNING: version difference between client .*\n", re.MULTILINE), ""),
)


def common(lines: Sequence[str]) -> list[str]:
    """The answer of a command, in words that both releases share."""
    text = "".join(f"{line}\n" for line in lines)
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return text.splitlines()


def without_klog(text: str) -> str:
    """Standard error without the header that a binary puts before what it reports through its log."""
    lines, out = text.split("\n"), []
    while lines:
        line = lines.pop(0)
        found = _FAILED.match(line)
        if not found:
            out.append(line)
        elif found[1] != "<":
            out.append(f"error: {json.loads(found[1])}")
        else:
            out.append("error: " + lines.pop(0).removeprefix("\t"))
            while lines[0] != " >":
                out.append(lines.pop(0).removeprefix("\t"))
            lines.pop(0)
    return "\n".join(out)


_FAILED = re.compile(r'E\d{4} .*?run\.go:\d+\] "command failed" err=(.*)$')

#: recorded cases that an older kubectl cannot pass, or only by luck, and why: it is not asked
OLDER: Mapping[str, str] = {
    "autoscale/create": "v1.34 has --cpu and --memory, calls --cpu-percent old and makes autoscaling/v2 objects",
    "cronjobs/runs-every-minute": "a matter of pace: minutes of the cluster are seconds of a program of its own",
    "daemonsets/describe": "v1.33 tells the namespace of a DaemonSet",
    "describe/by-prefix-and-label": "v1.36 describes several objects without their events",
    "describe/configmap-and-secret": "v1.36 sorts the keys of a Secret, the older one draws",
    "discovery/core-resources": "v1.36 has -o yaml for api-resources",
    "label/values": "`label --list` walks through a map, so the order of the older one is a draw",
    "namespaces/stuck": "a matter of pace: the namespace is gone before a program of its own has started",
    "podio/pending": "v1.36 words what goes wrong before a stream opens otherwise",
    "rollout/revisions-of-others": "v1.36 warns that `rollout undo` leaves the last-applied annotation as it is",
    "wait/conditions": "v1.36 names conditions as a list",
}
