"""`kubectl describe`: details of objects, by name, by the beginning of a name, by label, or all of a kind.

Source: kubectl `pkg/cmd/describe/describe.go`.
"""

from __future__ import annotations

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.describe import describe
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.errors import FAILURES, CommandError, Many, text_of
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection
from k8snb.kubectl.sharedflags import ALL_NAMESPACES, CHUNK_SIZE, SELECTOR, filename

SUGGEST = 'Use "kubectl api-resources" for a complete list of supported resources.'


def run(invocation: Invocation) -> None:
    """Describe what the command line names."""
    args, flags = invocation.args, invocation.parsed
    if not args and not flags["filename"] and not flags["kustomize"]:
        raise CommandError(f"You must specify the type of resource to describe. {SUGGEST}\n")
    reader = Reader(invocation.api, invocation.kinds, flags["chunk-size"])
    query = Query(
        args,
        selector=flags["selector"],
        all_namespaces=flags["all-namespaces"],
        bare_types=True,
        latest=True,
        chunk=flags["chunk-size"],
    )
    found, error = Selection(invocation, query).attempt()
    show_events = flags["show-events"]
    if (error is not None or len(found) > 1) and not invocation.changed("show-events"):
        show_events = False
    if isinstance(error, StatusError) and error.reason == "NotFound" and len(args) == 2:
        _by_prefix(invocation, reader, error, show_events=show_events)
        return
    failed = [error] if error is not None else []
    failed += _all(invocation, reader, found, show_events=show_events)
    if not found and not failed:
        where = "" if flags["all-namespaces"] else f" in {invocation.namespace} namespace."
        invocation.error_line(f"No resources found{where}")
    if failed:
        raise Many(failed)


def _all(invocation: Invocation, reader: Reader, found: list[Info], *, show_events: bool) -> list[Exception]:
    """Print every description; the errors met, each text once."""
    failed: dict[str, Exception] = {}
    first = True
    for info in found:
        try:
            if not info.name:
                raise CommandError("resource name may not be empty")
            text = describe(reader, info.kind, info.object, show_events=show_events)
        except FAILURES as error:
            failed.setdefault(text_of(error), error)
            continue
        invocation.out(text if first else f"\n\n{text}")
        first = False
    return list(failed.values())


def _by_prefix(invocation: Invocation, reader: Reader, missing: StatusError, *, show_events: bool) -> None:
    """Describe all objects whose names begin with what was typed; if there are none it was not found."""
    word, prefix = invocation.args
    query = Query([word], bare_types=True, single_type=True, chunk=invocation.flag("chunk-size"))
    matching = [info for info in Selection(invocation, query).infos() if info.name.startswith(prefix)]
    if not matching:
        raise missing
    for info in matching:
        invocation.line(describe(reader, info.kind, info.object, show_events=show_events))


#: ends a line of blanks, which help has around indented text
_BLANK = ""
COMMAND = Command(
    "describe",
    "Show details of a specific resource or group of resources",
    use="describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    long=f"""Show details of a specific resource or group of resources.

 Prints what is known of the selected resources, together with what belongs to them, such as events or controllers. You \
can name a single object, all objects of a type, the beginning of a name, or a label selector. For example:

        $ kubectl describe TYPE NAME_PREFIX
        {_BLANK}
 looks for an object of exactly this name first. If there is none, it describes every object whose name begins with \
NAME_PREFIX.

{SUGGEST}""",
    examples="""# Describe a node
kubectl describe nodes minikube

# Describe a pod
kubectl describe pods/web

# Describe the pod that a file names
kubectl describe -f pod.yaml

# Describe all pods
kubectl describe pods

# Describe the pods with the label app=web
kubectl describe pods -l app=web

# Describe all pods whose names begin with 'web' (those of a deployment of this name)
kubectl describe pods web""",
    flags=(
        *filename("Filename, directory, or URL to files containing the resource to describe"),
        SELECTOR,
        ALL_NAMESPACES,
        Flag(
            "show-events",
            "bool",
            True,
            usage="If true, display events related to the described object. Defaults to true for a single object, false "
            "for multiple objects and prefix matching.",
        ),
        CHUNK_SIZE,
    ),
    run=run,
)
