"""Reviews: objects that are answered when they are posted and never stored.

`auth can-i` posts a SelfSubjectAccessReview, `auth whoami` a SelfSubjectReview. Source: `pkg/registry/authorization`,
`pkg/registry/authentication`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.authentication.selfsubjectreview import SelfSubjectReviewStatus
from k8snb.api.authentication.tokenreview import TokenReviewStatus, UserInfo
from k8snb.api.authorization.selfsubjectrulesreview import NonResourceRule, ResourceRule, SubjectRulesReviewStatus
from k8snb.api.authorization.subjectaccessreview import SubjectAccessReviewStatus
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.apiserver.auth.rbac import Attributes, Rbac
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Strategy
from k8snb.apiserver.request import User


class ReviewStrategy(Strategy):
    """A question with an answer; metadata is not asked for."""

    stored: ClassVar[bool] = False
    generation: ClassVar[bool] = False

    def validate_meta(self, ctx: Context, obj: Any) -> list[FieldError]:
        return []

    def prepare_create(self, ctx: Context, obj: Any) -> Any:
        return obj


class SelfSubjectReviewStrategy(ReviewStrategy):
    """Who am I?"""

    def answer(self, ctx: Context, obj: Any) -> Any:
        user = ctx.user
        fields: dict[str, Any] = {"username": user.name}
        if user.uid:
            fields["uid"] = user.uid
        if user.groups:
            fields["groups"] = user.groups
        if user.extra:
            fields["extra"] = user.extra
        meta = obj.metadata.replace(uid=None, generation=None)
        return obj.replace(metadata=meta, status=SelfSubjectReviewStatus(userInfo=UserInfo.of(fields)))


class AccessReviewStrategy(ReviewStrategy):
    """May this user (or, for the Self form, may I) do that?"""

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        spec = obj.spec
        problems: list[FieldError] = []
        if spec.resourceAttributes is not None and spec.nonResourceAttributes is not None:
            problems.append(
                invalid(
                    "spec.nonResourceAttributes",
                    spec.nonResourceAttributes,
                    "cannot be specified in combination with resourceAttributes",
                )
            )
        if spec.resourceAttributes is None and spec.nonResourceAttributes is None:
            problems.append(
                invalid(
                    "spec.resourceAttributes",
                    None,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified",
                )
            )
        if "user" in type(spec).__pydantic_fields__ and not spec.user and not spec.groups:
            problems.append(invalid("spec.user", spec.user, "at least one of user or group must be specified"))
        return problems

    def answer(self, ctx: Context, obj: Any) -> Any:
        spec = obj.spec
        user = ctx.user
        if "user" in type(spec).__pydantic_fields__:
            user = User(spec.user, tuple(spec.groups), spec.uid)
        reason = Rbac(ctx.store).allows(user, _attributes(spec))
        fields: dict[str, Any] = {"allowed": reason is not None}
        if reason:
            fields["reason"] = reason
        meta = obj.metadata.replace(uid=None, creationTimestamp=None, generation=None)
        return obj.replace(metadata=meta, status=SubjectAccessReviewStatus.of(fields))


def _attributes(spec: Any) -> Attributes:
    path = spec.nonResourceAttributes
    if path is not None:
        return Attributes(path.verb, path=path.path)
    asked = spec.resourceAttributes
    return Attributes(asked.verb, asked.group, asked.resource, asked.subresource, asked.namespace, asked.name)


class RulesReviewStrategy(ReviewStrategy):
    """What may I do in this namespace?"""

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return [] if obj.spec.namespace else [required("spec.namespace", "no namespace on request")]

    def answer(self, ctx: Context, obj: Any) -> Any:
        resources: list[ResourceRule] = []
        paths: list[NonResourceRule] = []
        if ctx.user.is_master:
            resources.append(ResourceRule(verbs=("*",), apiGroups=("*",), resources=("*",)))
            paths.append(NonResourceRule(verbs=("*",), nonResourceURLs=("*",)))
        for grant in Rbac(ctx.store).grants(ctx.user, obj.spec.namespace):
            rule = grant.rule
            if rule.resources:
                fields = {"verbs": rule.verbs, "apiGroups": rule.apiGroups, "resources": rule.resources}
                if rule.resourceNames:
                    fields["resourceNames"] = rule.resourceNames
                resources.append(ResourceRule.of(fields))
            if rule.nonResourceURLs:
                paths.append(NonResourceRule(verbs=rule.verbs, nonResourceURLs=rule.nonResourceURLs))
        status = SubjectRulesReviewStatus(
            resourceRules=tuple(resources), nonResourceRules=tuple(paths), incomplete=False
        )
        meta = obj.metadata.replace(uid=None, creationTimestamp=None, generation=None)
        return obj.replace(metadata=meta, status=status)


class TokenReviewStrategy(ReviewStrategy):
    """Whose token is this? Tokens of service accounts are known to the authenticator of the wire."""

    def validate(self, ctx: Context, obj: Any) -> list[FieldError]:
        return [] if obj.spec.token else [required("spec.token")]

    def answer(self, ctx: Context, obj: Any) -> Any:
        from k8snb.apiserver.auth.tokens import user_of_token

        user = user_of_token(ctx.store, obj.spec.token, ctx.clock.unix)
        if user is None:
            return obj.replace(status=TokenReviewStatus(error="invalid bearer token"))
        info = UserInfo(username=user.name, uid=user.uid, groups=user.groups)
        return obj.replace(status=TokenReviewStatus(authenticated=True, user=info))
