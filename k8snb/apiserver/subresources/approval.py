"""`certificatesigningrequests/approval`: who decides about a request for a certificate writes only its conditions.

Deciding needs the verb `approve` on the signer. Source: `pkg/registry/certificates/certificates/strategy.go`,
`plugin/pkg/admission/certificates/approval`.
"""

from __future__ import annotations

from k8snb.api import errors
from k8snb.api.certificates.certificatesigningrequest import (
    CertificateSigningRequest,
    CertificateSigningRequestCondition,
)
from k8snb.api.errors import GroupResource, StatusError
from k8snb.api.resources import Resource
from k8snb.api.validation.field import FieldError, forbidden
from k8snb.apiserver.patch import patch_data
from k8snb.apiserver.rest import Request, Response, Rest, Target, options_of

_DECISIONS = ("Approved", "Denied")


def serve(rest: Rest, request: Request, resource: Resource, namespace: str, name: str) -> Response:
    """GET, PUT or PATCH a request's conditions."""
    old = rest.server.get(request.user, resource, namespace, name)
    if request.method == "GET":
        return Response(200, rest.shown(request, resource, old))
    body = request.body
    if request.method == "PATCH":
        body = patch_data(request.content_type.partition(";")[0], resource, old.to_dict(), request.body)
    elif request.method != "PUT":
        raise errors.method_not_supported(GroupResource(resource.group, resource.plural), request.method.lower())
    options, warnings = options_of(request), list[str]()
    wanted = rest.decode(resource, body, options, warnings)
    assert isinstance(wanted, CertificateSigningRequest)
    assert isinstance(old, CertificateSigningRequest)
    version = wanted.metadata.resourceVersion
    if version and version != old.metadata.resourceVersion:
        raise errors.conflict(GroupResource(resource.group, resource.plural), name)
    problems = _problems(wanted, old)
    if problems:
        raise errors.invalid(resource.kind, resource.group, name, problems)
    if _types(wanted) != _types(old):
        _permit(rest, request, resource, old)
    changed = old.replace(status=old.status.replace(conditions=_stamped(wanted, old, rest.server.clock.timestamp())))
    stored = rest.server.update(request.user, resource, namespace, changed, "status", options, warnings)
    return Response(200, rest.shown(request, resource, stored), tuple(warnings))


def _permit(rest: Rest, request: Request, resource: Resource, csr: CertificateSigningRequest) -> None:
    signers = Resource(resource.group, resource.version, "Signer", "signers", namespaced=False)
    signer = csr.spec.signerName
    for name in (signer, f"{signer.partition('/')[0]}/*"):
        try:
            rest.authorize(request.user, "approve", Target(signers, name=name))
            return
        except StatusError as error:
            if error.reason != "Forbidden":
                raise
    raise errors.forbidden(
        GroupResource(resource.group, resource.plural),
        csr.metadata.name,
        f'user not permitted to approve requests with signerName "{signer}"',
    )


def _types(csr: CertificateSigningRequest) -> list[str]:
    return [condition.type for condition in csr.status.conditions]


def _problems(wanted: CertificateSigningRequest, old: CertificateSigningRequest) -> list[FieldError]:
    """Decisions are final, exclude each other, and failure is the signer's to report."""
    path = "status.conditions"
    types, before = _types(wanted), _types(old)
    found = [forbidden(path, f"updates may not remove a condition of type {one}") for one in before if one not in types]
    if all(one in types for one in _DECISIONS):
        found.append(forbidden(path, "Approved and Denied conditions are mutually exclusive"))
    if "Failed" in types and "Failed" not in before:
        found.append(forbidden(path, 'updates may not add a condition of type "Failed"'))
    return found


def _stamped(
    wanted: CertificateSigningRequest, old: CertificateSigningRequest, now: str
) -> tuple[CertificateSigningRequestCondition, ...]:
    """The conditions with the times that the server fills in."""
    before = {condition.type: condition for condition in old.status.conditions}
    found = []
    for condition in wanted.status.conditions:
        known = before.get(condition.type)
        same = known is not None and known.status == condition.status
        changed = known.lastTransitionTime if same and known is not None else now
        found.append(
            condition.replace(
                lastUpdateTime=condition.lastUpdateTime or now,
                lastTransitionTime=condition.lastTransitionTime or changed,
            )
        )
    return tuple(found)
