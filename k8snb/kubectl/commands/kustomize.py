"""`kubectl kustomize`: print what a folder with a kustomization comes to.

Source: kustomize `kustomize/commands/build`, kubectl `pkg/cmd/kustomize`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from k8snb.api import yaml
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize import resources
from k8snb.kubectl.kustomize.resource import Resource
from k8snb.kubectl.pflag import Flag

_RESTRICTORS = ("LoadRestrictionsRootOnly", "LoadRestrictionsNone")
#: flags for what the lab has not got: other programs, containers on the learner's machine, the network
_REFUSED = ("enable-alpha-plugins", "enable-helm", "network")


def run(invocation: Invocation) -> None:
    """Build the folder and write the result."""
    if len(invocation.args) > 1:
        raise CommandError("specify one path to kustomization.yaml")
    restrictor = invocation.flag("load-restrictor")
    if restrictor not in _RESTRICTORS:
        raise CommandError(
            f"illegal flag value --load-restrictor {restrictor}; legal values: [{' '.join(_RESTRICTORS)}]"
        )
    for name in _REFUSED:
        if invocation.flag(name):
            raise CommandError(f"the lab's kustomize has no use for --{name}: it runs no other programs")
    given = (invocation.args or ["."])[0]
    found = resources(
        Path(invocation.session.cwd, given), given, invocation.error_line, restricted=restrictor == _RESTRICTORS[0]
    )
    text = "---\n".join(yaml.dump(resource.object) for resource in found)
    if not invocation.flag("output"):
        invocation.out(text)
        return
    path = Path(invocation.session.cwd, invocation.flag("output"))
    try:
        if path.is_dir():
            _write_apart(path, found)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"open {path}: {(error.strerror or str(error)).lower()}") from None


def _write_apart(folder: Path, found: Sequence[Resource]) -> None:
    """A file for each object; the namespace is in its name if there are several."""
    namespaces = {one.namespace or "default" for one in found if one.namespaced}
    for one in found:
        parts = [one.group, one.version, one.kind, one.name]
        if one.namespaced and len(namespaces) > 1:
            parts.insert(0, one.namespace or "default")
        name = "_".join(part.lower() for part in parts if part)
        (folder / f"{name}.yaml").write_text(yaml.dump(one.object), encoding="utf-8")


COMMAND = Command(
    "kustomize",
    "Build a kustomization target from a directory or URL",
    use="kustomize DIR [flags]",
    long="Build a set of KRM resources using a 'kustomization.yaml' file. DIR is a folder with such a file; without it, "
    "the working directory is taken. The lab does not fetch from URLs.",
    examples="""# Build the working directory
kubectl kustomize

# Build what another folder shares
kubectl kustomize /home/config/production""",
    flags=(
        Flag(
            "as-current-user",
            "bool",
            usage="use the uid and gid of the command executor to run the function in the container",
        ),
        Flag("enable-alpha-plugins", "bool", usage="enable kustomize plugins"),
        Flag("enable-helm", "bool", usage="Enable use of the Helm chart inflator generator."),
        Flag("env", "stringArray", shorthand="e", usage="a list of environment variables to be used by functions"),
        Flag(
            "helm-api-versions",
            "stringArray",
            usage="Kubernetes api versions used by Helm for Capabilities.APIVersions",
        ),
        Flag("helm-command", default="helm", usage="helm command (path to executable)"),
        Flag("helm-debug", "bool", usage="Enable debug output from the Helm chart inflator generator."),
        Flag("helm-kube-version", usage="Kubernetes version used by Helm for Capabilities.KubeVersion"),
        Flag(
            "load-restrictor",
            default=_RESTRICTORS[0],
            usage="if set to 'LoadRestrictionsNone', local kustomizations may load files from outside their root. This "
            "does, however, break the relocatability of the kustomization.",
        ),
        Flag("mount", "stringArray", usage="a list of storage options read from the filesystem"),
        Flag("network", "bool", usage="enable network access for functions that declare it"),
        Flag("network-name", default="bridge", usage="the docker network to run the container in"),
        Flag("output", shorthand="o", usage="If specified, write output to this path."),
    ),
    run=run,
)
