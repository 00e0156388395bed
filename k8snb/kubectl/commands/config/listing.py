"""`kubectl config view`, `current-context`, `get-contexts`, `get-clusters`, `get-users`.

Source: kubectl `pkg/cmd/config/{view,current_context,get_contexts,get_clusters,get_users}.go`.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.config.document import Document
from k8snb.kubectl.errors import CommandError, Many, UsageError
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.printers.tabwriter import align

_SECRET = {"token": "REDACTED", "password": "REDACTED"}
_OMITTED = "DATA+OMITTED"


def view(invocation: Invocation) -> None:
    """Print the kubeconfig, without its secrets unless it is asked for raw."""
    if invocation.args:
        raise UsageError(f"unexpected arguments: [{' '.join(invocation.args)}]")
    flags = invocation.parsed
    document = Document(invocation)
    if flags["context"]:
        document.current = flags["context"]
    if flags["minify"]:
        _minify(document)
    if flags["flatten"]:
        _flatten(invocation, document)
    elif not flags["raw"]:
        _hide(document)
    Output(invocation, default="yaml", typed=True).print(document.to_dict())


def _minify(document: Document) -> None:
    """Keep only what the current context needs."""
    if not document.current:
        raise CommandError("current-context must exist in order to minify")
    contexts = document.sections["contexts"]
    if document.current not in contexts:
        raise CommandError(f"cannot locate context {document.current}")
    context = contexts[document.current]
    document.sections["contexts"] = {document.current: context}
    for section, field in (("clusters", "cluster"), ("users", "user")):
        name = context.get(field, "")
        found = document.sections[section].get(name)
        if name and found is None and section == "clusters":
            raise CommandError(f"cannot locate cluster {name}")
        if name and found is None:
            raise CommandError(f"cannot locate user {name}")
        document.sections[section] = {name: found} if found is not None else {}


def _flatten(invocation: Invocation, document: Document) -> None:
    """Take the files that are named over into the kubeconfig."""
    for section, fields in (("clusters", ("certificate-authority",)), ("users", ("client-certificate", "client-key"))):
        for entry in document.sections[section].values():
            for field in fields:
                name = entry.get(field)
                if not name:
                    continue
                path = Path(invocation.session.cwd, name)
                if not path.exists():
                    raise CommandError(f"open {name}: no such file or directory")
                entry[f"{field}-data"] = base64.b64encode(path.read_bytes()).decode()
                del entry[field]


def _hide(document: Document) -> None:
    for section in ("clusters", "users"):
        for entry in document.sections[section].values():
            for name in entry:
                if name.endswith("-data") and entry[name]:
                    entry[name] = _OMITTED
                elif entry[name]:
                    entry[name] = _SECRET.get(name, entry[name])


def current_context(invocation: Invocation) -> None:
    """Print the name of the current context."""
    document = Document(invocation)
    current = invocation.flag("context") or document.current
    if not current:
        raise CommandError("current-context is not set")
    invocation.line(current)


def get_contexts(invocation: Invocation) -> None:
    """List the contexts, or those that are named."""
    output = invocation.flag("output")
    if output not in ("", "name"):
        raise CommandError(
            f"--output {output} is not available in kubectl config get-contexts; resetting to default output format"
        )
    document = Document(invocation)
    contexts: dict[str, dict[str, Any]] = document.sections["contexts"]
    names = [name for name in invocation.args if name in contexts] if invocation.args else list(contexts)
    failed: list[Exception] = [
        CommandError(f"context {name} not found") for name in invocation.args if name not in contexts
    ]
    rows = []
    if output == "" and not invocation.flag("no-headers"):
        rows.append(("CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"))
    for name in sorted(names):
        if output == "name":
            invocation.line(name)
            continue
        context = contexts[name]
        mark = "*" if name == document.current else ""
        rows.append((mark, name, context.get("cluster", ""), context.get("user", ""), context.get("namespace", "")))
    if rows:
        invocation.out(align("".join("\t".join(row) + "\n" for row in rows)))
    if failed:
        raise Many(failed)


def _names(invocation: Invocation, section: str) -> None:
    invocation.line("NAME")
    for name in sorted(Document(invocation).sections[section]):
        invocation.line(name)


COMMANDS = (
    Command(
        "current-context",
        "Display the current-context",
        use="current-context [flags]",
        long="Display the current-context.",
        examples="# Display the current-context\nkubectl config current-context",
        run=current_context,
    ),
    Command(
        "get-clusters",
        "Display clusters defined in the kubeconfig",
        use="get-clusters [flags]",
        long="Display clusters defined in the kubeconfig.",
        examples="# List the clusters that kubectl knows about\nkubectl config get-clusters",
        run=lambda invocation: _names(invocation, "clusters"),
    ),
    Command(
        "get-contexts",
        "Describe one or many contexts",
        use="get-contexts [(-o|--output=)name)]",
        long="Display one or many contexts from the kubeconfig file.",
        examples="""# List all the contexts in your kubeconfig file
kubectl config get-contexts

# Describe one context in your kubeconfig file
kubectl config get-contexts my-context""",
        flags=(
            Flag(
                "no-headers",
                "bool",
                usage="When using the default or custom-column output format, don't print headers (default print "
                "headers).",
            ),
            Flag("output", shorthand="o", usage="Output format. One of: (name)."),
        ),
        run=get_contexts,
    ),
    Command(
        "get-users",
        "Display users defined in the kubeconfig",
        use="get-users [flags]",
        long="Display users defined in the kubeconfig.",
        examples="# List the users that kubectl knows about\nkubectl config get-users",
        run=lambda invocation: _names(invocation, "users"),
    ),
    Command(
        "view",
        "Display merged kubeconfig settings or a specified kubeconfig file",
        use="view [flags]",
        long="""Display merged kubeconfig settings or a specified kubeconfig file.

 You can use --output jsonpath={...} to extract specific values using a jsonpath expression.""",
        examples="""# Show the kubeconfig, secrets left out
kubectl config view

# Show the kubeconfig as it is, with certificate data and secrets
kubectl config view --raw

# Get the token of the user jane
kubectl config view --raw -o jsonpath='{.users[?(@.name == "jane")].user.token}'""",
        flags=(
            *(replace(flag, shown="yaml") if flag.name == "output" else flag for flag in PRINT_FLAGS),
            Flag(
                "flatten",
                "bool",
                usage="Flatten the resulting kubeconfig file into self-contained output (useful for creating portable "
                "kubeconfig files)",
            ),
            Flag("merge", "bool", True, no_opt_default="true", usage="Merge the full hierarchy of kubeconfig files"),
            Flag("minify", "bool", usage="Remove all information not used by current-context from the output"),
            Flag("raw", "bool", usage="Display raw byte data and sensitive data"),
        ),
        run=view,
    ),
)
