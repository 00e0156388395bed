"""`kubectl explain`: the documentation of a kind or of one of its fields, from the server's OpenAPI documents.

Source: kubectl `pkg/cmd/explain/explain.go`, `pkg/explain/explain.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.errors import StatusError
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.describe import SUGGEST
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.explain import Explanation
from k8snb.kubectl.explainold import OldExplanation
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.pflag import Flag

FORMATS = ("plaintext", "plaintext-openapiv2")


def run(invocation: Invocation) -> None:
    """Explain what is asked for."""
    args, flags = invocation.args, invocation.parsed
    if not args:
        raise CommandError(f"You must specify the type of resource to explain. {SUGGEST}\n")
    if len(args) > 1:
        raise CommandError("We accept only this format: explain RESOURCE\n")
    kind, path = _split(invocation, args[0])
    group, version = kind.group, kind.version
    if flags["api-version"]:
        group, _, version = flags["api-version"].rpartition("/")
    if flags["output"] not in FORMATS:
        raise CommandError(f"unrecognized format: {flags['output']}")
    document = _document(invocation, group, version)
    gvk = _gvk(document, group, version, kind.plural) if document is not None else None
    if document is None or gvk is None:
        resource = f"{group}/{version}, Resource={kind.plural}"
        if document is not None and flags["output"] == FORMATS[0]:
            raise CommandError(f"GVR ({resource}) not found in OpenAPI schema")
        raise CommandError(f"couldn't find resource for {quoted(resource)}")
    if flags["output"] == FORMATS[1]:
        older = OldExplanation(document, recursive=flags["recursive"])
        root = Explanation(document).root(gvk)
        invocation.line(older.text(gvk, root, path))
        return
    if group:
        invocation.line(f"GROUP:      {gvk['group']}")
    invocation.line(f"KIND:       {gvk['kind']}")
    invocation.line(f"VERSION:    {gvk['version']}\n")
    explanation = Explanation(document, recursive=flags["recursive"])
    invocation.line(explanation.text(explanation.root(gvk), path))


def _split(invocation: Invocation, word: str) -> tuple[Kind, list[str]]:
    """The resource that a word begins with (its group may follow), and the names of the fields behind it."""
    _check(word)
    name, *rest = [part for part in word.split(".") if part]
    kind = invocation.kinds.match(name)
    for one in invocation.kinds:
        known = name.lower() in (one.plural, one.singular, one.kind.lower()) or name in one.short_names
        if one.group and known and (".".join(rest) + ".").startswith(f"{one.group}."):
            return one, rest[len(one.group.split(".")) :]
    return kind, rest


def _check(word: str) -> None:
    """CommandError for what is no path of names with dots between, as kubectl's JSONPath parser words it."""
    if not word.strip("."):
        raise CommandError("a resource must be present, got: /, Resource=")
    if word.startswith(".") or "[" in word:
        raise CommandError("invalid jsonpath syntax, first node must be field node")
    strange = next((char for char in word if not (char.isalnum() or char in "._-/")), "")
    if strange:
        raise CommandError(f"unrecognized character in action: U+{ord(strange):04X} '{strange}'")


def _document(invocation: Invocation, group: str, version: str) -> dict[str, Any] | None:
    path = f"/openapi/v3/apis/{group}/{version}" if group else f"/openapi/v3/api/{version}"
    try:
        found: dict[str, Any] = invocation.api.call("GET", path).body
        return found
    except StatusError as error:
        if error.reason != "NotFound":
            raise
        return None


def _gvk(document: dict[str, Any], group: str, version: str, plural: str) -> dict[str, str] | None:
    """The kind that the document's paths give a resource."""
    prefix = f"/apis/{group}/{version}" if group else f"/api/{version}"
    for base in (prefix, f"{prefix}/namespaces/{{namespace}}"):
        for path in (f"{base}/{plural}", f"{base}/{plural}/{{name}}"):
            for operation in (document["paths"].get(path) or {}).values():
                found = operation.get("x-kubernetes-group-version-kind") if isinstance(operation, dict) else None
                if found:
                    return dict(found)
    return None


#: ends a line of blanks, which help has around indented text
_BLANK = ""
COMMAND = Command(
    "explain",
    "Get documentation for a resource",
    use="explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] "
    "[-o|--output=plaintext|plaintext-openapiv2]",
    long=f"""Describe fields and structure of various resources.

 This command describes the fields associated with each supported API resource. Fields are identified via a simple JSONPath \
identifier:

        <type>.<fieldName>[.<fieldName>]
        {_BLANK}
 Information about each field is retrieved from the server in OpenAPI format.

{SUGGEST}""",
    examples="""# Get the documentation of the resource and its fields
kubectl explain pods

# Get all the fields in the resource
kubectl explain pods --recursive

# Get the explanation for deployment in supported api versions
kubectl explain deployments --api-version=apps/v1

# Get the documentation of a specific field of a resource
kubectl explain pods.spec.containers

# Get the documentation of resources in different format
kubectl explain deployment --output=plaintext-openapiv2""",
    flags=(
        Flag("api-version", usage="Use given api-version (group/version) of the resource."),
        Flag(
            "output",
            default="plaintext",
            shorthand="o",
            usage="Format in which to render the schema. Valid values are: (plaintext, plaintext-openapiv2).",
        ),
        Flag(
            "recursive",
            "bool",
            usage="When true, print the name of all the fields recursively. Otherwise, print the available fields with "
            "their description.",
        ),
    ),
    run=run,
)
