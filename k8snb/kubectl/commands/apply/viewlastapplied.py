"""`kubectl apply view-last-applied`: the manifest that apply remembers.

Source: `k8s.io/kubectl/pkg/cmd/apply/apply_view_last_applied.go`.
"""

from __future__ import annotations

from k8snb.api import jsontext, yaml
from k8snb.kubectl.apply.lastapplied import last_applied
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.errors import CommandError, UsageError, quoted
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import SELECTOR, filename


def run(invocation: Invocation) -> None:
    """Print the remembered manifests of the objects that have one."""
    query = Query(
        invocation.args,
        selector=invocation.flag("selector"),
        everything=invocation.flag("all"),
        latest=True,
        brittle=True,
    )
    found: list[str] = []

    def look(info: Info) -> None:
        text = last_applied(info.object)
        if text is not None:
            found.append(text)
        elif info.source:
            missing = f"no last-applied-configuration annotation found on resource: {info.name}\n"
            raise CommandError(f"error when {missing} {quoted(info.source)}: <nil>")

    Selection(invocation, query).visit(look)
    form = invocation.flag("output")
    for text in found:
        if form == "json":
            invocation.out(jsontext.dumps(jsontext.loads(text), "  ", sort_keys=False) + "\n")
        elif form == "yaml":
            invocation.out(yaml.dump(jsontext.loads(text)))
        else:
            raise UsageError(f"Unexpected -o output mode: {form}, the flag 'output' must be one of yaml|json")


COMMAND = Command(
    "view-last-applied",
    "View the latest last-applied-configuration annotations of a resource/object",
    use="view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
    long="""Show what apply was last given for an object, as YAML or with -o json.""",
    examples="""
# Of a deployment
kubectl apply view-last-applied deployment/web

# Of everything in a manifest, as JSON
kubectl apply view-last-applied -f web.yaml -o json
""",
    run=run,
    flags=(
        Flag("all", "bool", usage="Select all resources in the namespace of the specified resource types"),
        *filename("Filename, directory, or URL to files that contains the last-applied-configuration annotations"),
        Flag("output", default="yaml", shorthand="o", usage="Output format. Must be one of (yaml, json)"),
        SELECTOR,
    ),
)
