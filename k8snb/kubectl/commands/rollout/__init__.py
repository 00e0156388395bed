"""`kubectl rollout`: look at, undo, hold and repeat the rollout of a workload.

Source: `k8s.io/kubectl/pkg/cmd/rollout`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command
from k8snb.kubectl.commands.rollout import history, pause, restart, status, undo

COMMAND = Command(
    "rollout",
    "Manage the rollout of a resource",
    use="SUBCOMMAND",
    long="""Manage the rollout of one or many resources.

 Valid resource types include:

  *  deployments
  *  daemonsets
  *  statefulsets""",
    examples="""
# Rollback to the previous deployment
kubectl rollout undo deployment/abc

# Check the rollout status of a daemonset
kubectl rollout status daemonset/foo

# Restart a deployment
kubectl rollout restart deployment/abc

# Restart deployments with the 'app=nginx' label
kubectl rollout restart deployment --selector=app=nginx
""",
    bare_help="out",
    subcommands=(history.COMMAND, pause.PAUSE, restart.COMMAND, pause.RESUME, status.COMMAND, undo.COMMAND),
)
