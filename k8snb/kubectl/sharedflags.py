"""Flags that many commands have in common, each with upstream's words: files, selectors, dry run, validation.

Source: `k8s.io/kubectl/pkg/cmd/util/helpers.go`, cli-runtime `pkg/genericclioptions`.
"""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag

RECURSIVE_USAGE = (
    "Process the directory used in -f, --filename recursively. Useful when you want to manage related manifests "
    "organized within the same directory."
)

ALL_NAMESPACES = Flag(
    "all-namespaces",
    "bool",
    shorthand="A",
    usage="If present, list the requested object(s) across all namespaces. Namespace in current context is ignored even "
    "if specified with --namespace.",
)
CHUNK_SIZE = Flag(
    "chunk-size",
    "int64",
    500,
    usage="Return large lists in chunks rather than all at once. Pass 0 to disable. This flag is beta and may change in "
    "the future.",
)
DRY_RUN = Flag(
    "dry-run",
    default="none",
    no_opt_default="unchanged",
    usage='Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without '
    "sending it. If server strategy, submit server-side request without persisting the resource.",
)
FIELD_SELECTOR = Flag(
    "field-selector",
    usage="Selector (field query) to filter on, supports '=', '==', and '!='.(e.g. --field-selector "
    "key1=value1,key2=value2). The server only supports a limited number of field queries per type.",
)
SELECTOR = Flag(
    "selector",
    shorthand="l",
    usage="Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.(e.g. -l "
    "key1=value1,key2=value2,key3 in (value3)). Matching objects must satisfy all of the specified label constraints.",
)
SAVE_CONFIG = Flag(
    "save-config",
    "bool",
    usage="If true, the configuration of current object will be saved in its annotation. Otherwise, the annotation will "
    "be unchanged. This flag is useful when you want to perform kubectl apply on this object in the future.",
)
VALIDATE = Flag(
    "validate",
    default="strict",
    no_opt_default="strict",
    usage='Must be one of: strict (or true), warn, ignore (or false). "true" or "strict" will use a schema to validate '
    "the input and fail the request if invalid. It will perform server side validation if ServerSideFieldValidation is "
    'enabled on the api-server, but will fall back to less reliable client-side validation if not. "warn" will warn '
    "about unknown or duplicate fields without blocking the request if server-side field validation is enabled on the "
    'API server, and behave as "ignore" otherwise. "false" or "ignore" will not perform any schema validation, silently '
    "dropping any unknown or duplicate fields.",
)
RECORD = Flag(
    "record",
    "bool",
    usage="Record current kubectl command in the resource annotation. If set to false, do not record the command. If set "
    "to true, record the command. If not set, default to updating the existing annotation value only if one already "
    "exists.",
    deprecated="--record will be removed in the future",
)


def field_manager(name: str) -> Flag:
    """`--field-manager` with this default."""
    return Flag("field-manager", default=name, usage="Name of the manager used to track field ownership.")


def filename(usage: str, *, article: str = "the") -> tuple[Flag, ...]:
    """`-f`, `-k` and `-R`; `usage` is the whole text for -f, `article` what -k says ("Process the …", "Process a …")."""
    return (
        Flag("filename", "stringSlice", shorthand="f", usage=usage),
        Flag(
            "kustomize",
            shorthand="k",
            usage=f"Process {article} kustomization directory. This flag can't be used together with -f or -R.",
        ),
        Flag("recursive", "bool", shorthand="R", usage=RECURSIVE_USAGE),
    )


def subresource(usage: str) -> Flag:
    """`--subresource`."""
    return Flag("subresource", usage=usage)
