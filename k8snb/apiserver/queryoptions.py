"""What the query of a request asks for: selectors, numbers, and the options of writes and deletes.

Source: `k8s.io/apiserver/pkg/endpoints/handlers`, apimachinery's `meta/v1` options.
"""

from __future__ import annotations

from k8snb.api import errors, selector
from k8snb.api.validation.options import validate_delete_options, validate_patch_options, validate_write_options
from k8snb.apiserver.patch import APPLY_PATCH
from k8snb.apiserver.request import DeleteOptions, Options, Request, flag

#: the RBAC verb of a method that writes
WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch"}


def options_of(request: Request) -> Options:
    """The write options in a request's query. Invalid if they make no sense."""
    query = request.query
    manager, validation = query.get("fieldManager", ""), query.get("fieldValidation", "")
    tried = (query["dryRun"],) if "dryRun" in query else ()
    if request.method == "PATCH":
        apply = request.content_type.partition(";")[0].strip() == APPLY_PATCH
        problems = validate_patch_options(manager, tried, validation, apply=apply, force="force" in query)
    else:
        problems = validate_write_options(manager, tried, validation)
    if problems:
        raise errors.invalid(f"{WRITES.get(request.method, 'create').capitalize()}Options", "meta.k8s.io", "", problems)
    return Options(
        dry_run=bool(tried),
        field_manager=manager,
        field_validation=validation or "Warn",
        force=flag(query, "force"),
        strict_problems=request.strict_problems,
    )


def delete_options(request: Request) -> DeleteOptions:
    """Delete options from the body, else from the query."""
    body = request.body if isinstance(request.body, dict) else {}
    query = request.query
    given = {name: query[name] for name in ("propagationPolicy", "orphanDependents") if name in query}
    tried = {"dryRun": [query["dryRun"]]} if "dryRun" in query else {}
    if problems := validate_delete_options({**given, **tried, **body}):
        raise errors.invalid("DeleteOptions", "meta.k8s.io", "", problems)
    grace = body.get("gracePeriodSeconds", number(request, "gracePeriodSeconds"))
    preconditions = body.get("preconditions") or {}
    propagation = body.get("propagationPolicy") or query.get("propagationPolicy", "")
    if body.get("orphanDependents") is not None and not propagation:
        propagation = "Orphan" if body["orphanDependents"] else "Background"
    return DeleteOptions(
        grace_period=None if grace is None else int(grace),
        propagation=propagation,
        uid=preconditions.get("uid", ""),
        resource_version=preconditions.get("resourceVersion", ""),
        dry_run=bool(body.get("dryRun")) or query.get("dryRun", "") == "All",
    )


def selectors_of(request: Request) -> tuple[selector.Selector | None, selector.FieldSelector | None]:
    labels, fields = request.query.get("labelSelector", ""), request.query.get("fieldSelector", "")
    try:
        return (selector.parse(labels) if labels else None, selector.parse_fields(fields) if fields else None)
    except selector.SelectorError as error:
        raise errors.bad_request(str(error)) from None


def number(request: Request, name: str) -> int | None:
    """A number in the query; None without it."""
    text = request.query.get(name, "")
    try:
        return int(text) if text else None
    except ValueError:
        raise errors.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
