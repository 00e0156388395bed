"""`kubectl create`: objects from files, and the generators that make one from flags.

Source: `k8s.io/kubectl/pkg/cmd/create/create.go`.
"""

from __future__ import annotations

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.create import (
    binding,
    configmap,
    deployment,
    ingress,
    job,
    namespace,
    policy,
    role,
    secret,
    service,
    token,
)
from k8snb.kubectl.commands.create.fromfiles import run
from k8snb.kubectl.output import PRINT_FLAGS
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SAVE_CONFIG, SELECTOR, VALIDATE, field_manager, filename

__all__ = ["COMMAND", "Invocation"]

COMMAND = Command(
    "create",
    "Create a resource from a file or from stdin",
    use="create -f FILENAME",
    long="""Create objects that do not exist yet, from manifests (-f) or with a subcommand from flags.

 Manifests are YAML or JSON.""",
    examples="""
# Everything in a manifest
kubectl create -f web.yaml

# What a pipe brings
cat web.yaml | kubectl create -f -

# Look it over in an editor first
kubectl create -f web.yaml --edit -o yaml
""",
    run=run,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        Flag("edit", "bool", usage="Edit the API resource before creating"),
        field_manager("kubectl-create"),
        *filename("Filename, directory, or URL to files to use to create the resource"),
        Flag("raw", usage="Raw URI to POST to the server.  Uses the transport specified by the kubeconfig file."),
        RECORD,
        SAVE_CONFIG,
        SELECTOR,
        VALIDATE,
        Flag(
            "windows-line-endings",
            "bool",
            usage="Only relevant if --edit=true. Defaults to the line ending native to your platform.",
        ),
    ),
    subcommands=(
        role.CLUSTER_ROLE,
        binding.CLUSTER_ROLE_BINDING,
        configmap.COMMAND,
        job.CRON_JOB,
        deployment.COMMAND,
        ingress.COMMAND,
        job.JOB,
        namespace.NAMESPACE,
        policy.BUDGET,
        policy.PRIORITY_CLASS,
        policy.QUOTA,
        role.ROLE,
        binding.ROLE_BINDING,
        secret.COMMAND,
        service.COMMAND,
        namespace.SERVICE_ACCOUNT,
        token.COMMAND,
    ),
)
