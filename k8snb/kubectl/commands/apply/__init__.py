"""`kubectl apply`: bring the cluster to what manifests say, by three-way merge or on the server.

Source: `k8s.io/kubectl/pkg/cmd/apply/apply.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.kubectl.apply import applyset
from k8snb.kubectl.apply.applyset import ApplySet
from k8snb.kubectl.apply.patching import Applier
from k8snb.kubectl.apply.pruning import prunable, prune
from k8snb.kubectl.changecause import recorded
from k8snb.kubectl.command import Command, Invocation
from k8snb.kubectl.commands.apply import editlastapplied, setlastapplied, viewlastapplied
from k8snb.kubectl.deletion import delete_flags, propagation
from k8snb.kubectl.errors import FAILURES, CommandError, UsageError, raise_all
from k8snb.kubectl.kinds import Kind
from k8snb.kubectl.manifests import in_alphabetical_order
from k8snb.kubectl.output import PRINT_FLAGS, Output
from k8snb.kubectl.pflag import Flag
from k8snb.kubectl.selection import Info, Query, Selection, require_files
from k8snb.kubectl.sharedflags import DRY_RUN, RECORD, SELECTOR, VALIDATE, field_manager, filename, subresource

_FORCED = "--force cannot be used with --prune"


def run(invocation: Invocation) -> None:
    """Apply every object of the manifests, print them, prune."""
    applier, output = _prepare(invocation)
    kept = _apply_set(invocation, applier)
    _check_pruning(invocation, kept)
    infos, error = _objects(invocation)
    errors = [error] if error is not None else []
    if not infos and not errors:
        raise CommandError("no objects passed to apply")
    prunes = prunable(invocation, invocation.flag("prune-allowlist")) if invocation.flag("prune") and not kept else []
    if kept is not None:
        kept.label(infos)
        kept.begin(infos)
    namespaces: set[str] = set()
    seen: set[str] = set()
    for info in infos:
        namespaces |= {info.namespace} if info.kind.namespaced else set()
        try:
            _apply_one(applier, output, info)
            seen.add(str(info.object["metadata"].get("uid", "")))
        except FAILURES as failure:
            errors.append(failure)
    raise_all(errors)
    if output.shows_objects:
        _print_all(invocation, infos)
    if invocation.flag("prune"):
        show = output.printer("pruned", applier.dry_run)
        if kept is not None:
            kept.prune(seen, lambda *where: _delete(applier, *where), show)
        else:
            prune(invocation, prunes, namespaces, seen, lambda *where: _delete(applier, *where), show)


def _apply_set(invocation: Invocation, applier: Applier) -> ApplySet | None:
    """The set that `--applyset` names, None without it. As long as it is alpha, the flag is only there when asked for."""
    reference = invocation.flag("applyset")
    if not invocation.changed("applyset"):
        return None
    if not applyset.enabled(invocation):
        raise CommandError("unknown flag: --applyset\nSee 'kubectl apply --help' for usage.")
    if not reference:
        return None
    kind, name = applyset.parent_of(invocation, reference)
    # The parent's namespace has to be said: the one of the context does not count.
    namespace = invocation.namespace if kind.namespaced and invocation.namespace_given else ""
    query = {name: value for name, value in applier.query.items() if name != "fieldManager"}
    return ApplySet(invocation, kind, name, namespace, query, applier.dry_run)


def _check_pruning(invocation: Invocation, kept: ApplySet | None) -> None:
    if kept is None:
        return
    if not invocation.flag("prune"):
        raise CommandError("--applyset requires --prune")
    kept.check()
    if invocation.flag("force"):
        raise CommandError(_FORCED)
    for flag in ("all", "selector", "prune-allowlist"):
        if invocation.flag(flag):
            raise CommandError(f"--{flag} is incompatible with --applyset")


def _prepare(invocation: Invocation) -> tuple[Applier, Output]:
    if invocation.args:
        raise UsageError(f"Unexpected args: [{' '.join(invocation.args)}]")
    dry_run = invocation.dry_run
    on_server, force = invocation.flag("server-side"), invocation.flag("force")
    output = Output(invocation)
    options: dict[str, Any] = {"propagationPolicy": propagation(invocation)}
    if invocation.flag("grace-period") >= 0:
        options["gracePeriodSeconds"] = invocation.flag("grace-period")
    require_files(invocation)
    validation = invocation.validation
    _check(invocation, dry_run)
    output.printer("created", dry_run)
    manager = invocation.flag("field-manager")
    if on_server and not invocation.changed("field-manager"):
        manager = "kubectl"
    query = {"fieldManager": manager, "fieldValidation": validation}
    if dry_run == "server":
        query["dryRun"] = "All"
        options["dryRun"] = ["All"]
    applier = Applier(
        invocation,
        dry_run,
        query,
        overwrite=invocation.flag("overwrite"),
        force=force,
        force_conflicts=invocation.flag("force-conflicts"),
        delete_options=options,
        subresource=invocation.flag("subresource"),
    )
    return applier, output


def _check(invocation: Invocation, dry_run: str) -> None:
    on_server, force = invocation.flag("server-side"), invocation.flag("force")
    if invocation.flag("force-conflicts") and not on_server:
        raise CommandError("--force-conflicts only works with --server-side")
    if dry_run == "client" and on_server:
        raise CommandError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    if on_server and force:
        raise CommandError("--force cannot be used with --server-side")
    if dry_run == "server" and force:
        raise CommandError("--dry-run=server cannot be used with --force")
    if invocation.flag("subresource") and not on_server:
        raise CommandError("--subresource can only be specified for --server-side")
    everything, selector = invocation.flag("all"), invocation.flag("selector")
    if everything and selector:
        raise CommandError("cannot set --all and --selector at the same time")
    if invocation.flag("prune") and not invocation.flag("applyset"):
        _check_old_pruning(invocation, some=bool(everything or selector))


def _check_old_pruning(invocation: Invocation, *, some: bool) -> None:
    if invocation.flag("force"):
        raise CommandError(_FORCED)
    if not some:
        raise CommandError(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all "
            "flag. If you did not mean to prune all resources, specify a label selector"
        )
    if invocation.flag("server-side"):
        raise CommandError("--prune is in alpha and doesn't currently work on objects created by server-side apply")


def _objects(invocation: Invocation) -> tuple[list[Info], Exception | None]:
    query = Query(selector=invocation.flag("selector"), validate=invocation.validation != "Ignore")
    try:
        return Selection(invocation, query).attempt()
    except FAILURES as error:
        return [], error


def _apply_one(applier: Applier, output: Output, info: Info) -> None:
    info.object = recorded(applier.invocation, info.object)
    if applier.invocation.flag("server-side"):
        done = applier.apply_on_server(info)
    else:
        done = applier.apply(info)
    if not output.shows_objects:
        output.print(info.object, done, applier.dry_run)


def _print_all(invocation: Invocation, infos: list[Info]) -> None:
    """One object as it is, several as a list that kubectl makes (its members in the order of Go's fields)."""
    if len(infos) == 1:
        Output(invocation).print(infos[0].object)
    elif infos:
        items = [in_alphabetical_order(info.object) for info in infos]
        Output(invocation, typed=True).print({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": items})


def _delete(applier: Applier, kind: Kind, namespace: str, name: str) -> None:
    if applier.dry_run != "client":
        applier.invocation.api.delete(kind, namespace, name, applier.delete_options)


COMMAND = Command(
    "apply",
    "Apply a configuration to a resource by file name or stdin",
    use="apply (-f FILENAME | -k DIRECTORY)",
    long="Make objects what manifests say. What does not exist is created; what exists is changed where the manifest has "
    "changed, and keeps what others have set.\n\n For that, apply keeps each manifest in an annotation of its object. An "
    "object that is to be applied later should be created with apply, or with 'create --save-config'.\n\n --prune also "
    "deletes what has left the manifests. It is alpha: look at what it would do with --dry-run first.",
    examples="""
# A manifest, a folder of them, what a pipe brings
kubectl apply -f web.yaml
kubectl apply -f manifests/
cat web.yaml | kubectl apply -f -

# A folder with a kustomization.yaml
kubectl apply -k overlays/test

# What would happen
kubectl apply -f web.yaml --dry-run=server

# Let the server keep track of who set which field
kubectl apply --server-side -f web.yaml

# Delete what carries the label and has left the manifests
kubectl apply --prune -l app=web -f manifests/
""",
    run=run,
    flags=(
        *PRINT_FLAGS,
        Flag("all", "bool", usage="Select all resources in the namespace of the specified resource types."),
        Flag(
            "applyset",
            hidden=True,
            usage="[alpha] The name of the ApplySet that tracks which resources are being managed, for the purposes of "
            "determining what to prune.",
        ),
        *delete_flags(),
        DRY_RUN,
        field_manager("kubectl-client-side-apply"),
        *filename("The files that contain the configurations to apply.", article="a"),
        Flag(
            "force-conflicts",
            "bool",
            usage="If true, server-side apply will force the changes against conflicts.",
        ),
        Flag(
            "openapi-patch",
            "bool",
            True,
            usage="If true, use openapi to calculate diff when the openapi presents and the resource can be found in the "
            "openapi spec. Otherwise, fall back to use baked-in types.",
        ),
        Flag(
            "overwrite",
            "bool",
            True,
            usage="Automatically resolve conflicts between the modified and live configuration by using values from the "
            "modified configuration",
        ),
        Flag(
            "prune",
            "bool",
            usage="Automatically delete resource objects, that do not appear in the configs and are created by either "
            "apply or create --save-config. Should be used with either -l or --all.",
        ),
        Flag(
            "prune-allowlist",
            "stringArray",
            usage="Overwrite the default allowlist with <group/version/kind> for --prune",
        ),
        RECORD,
        SELECTOR,
        Flag("server-side", "bool", usage="If true, apply runs in the server instead of the client."),
        subresource(
            "If specified, apply will operate on the subresource of the requested object.  Only allowed when using "
            "--server-side."
        ),
        VALIDATE,
    ),
    subcommands=(editlastapplied.COMMAND, setlastapplied.COMMAND, viewlastapplied.COMMAND),
)
