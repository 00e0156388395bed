"""`kubectl uncordon`: the other direction of `cordon.py`."""

from __future__ import annotations

from functools import partial

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands.cordon import run
from k8snb.kubectl.sharedflags import DRY_RUN, SELECTOR

COMMAND = Command(
    "uncordon",
    "Mark node as schedulable",
    use="NODE",
    long="Mark node as schedulable.",
    examples="""
# New Pods may come to a node again
kubectl uncordon minikube-m02
""",
    flags=(DRY_RUN, SELECTOR),
    run=partial(run, wanted=False),
)
