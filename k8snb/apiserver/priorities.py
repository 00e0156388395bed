"""The FlowSchemas and priority levels that an API server makes itself (API priority and fairness).

`exempt` and `catch-all` are mandatory, the others suggested; an administrator may take over a suggested one by its
annotation. Source: `k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap/default.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from k8snb.api.flowcontrol.flowschema import (
    FlowDistinguisherMethod,
    FlowSchema,
    FlowSchemaSpec,
    GroupSubject,
    NonResourcePolicyRule,
    PolicyRulesWithSubjects,
    PriorityLevelConfigurationReference,
    ResourcePolicyRule,
    ServiceAccountSubject,
    Subject,
    UserSubject,
)
from k8snb.api.flowcontrol.prioritylevelconfiguration import (
    ExemptPriorityLevelConfiguration,
    LimitedPriorityLevelConfiguration,
    LimitResponse,
    PriorityLevelConfiguration,
    PriorityLevelConfigurationSpec,
    QueuingConfiguration,
)
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap

AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec"
MANDATORY = frozenset({"exempt", "catch-all"})
_ALL = ("*",)
#: name -> shares, percent that is lent, (queues, hand size, queue length) or None if requests are turned away
_LEVELS: tuple[tuple[str, int, int, tuple[int, int, int] | None], ...] = (
    ("catch-all", 5, 0, None),
    ("global-default", 20, 50, (128, 6, 50)),
    ("leader-election", 10, 0, (16, 4, 50)),
    ("node-high", 40, 25, (64, 6, 50)),
    ("system", 30, 33, (64, 6, 50)),
    ("workload-high", 40, 50, (128, 6, 50)),
    ("workload-low", 100, 90, (128, 6, 50)),
)


def mandatory(plural: str, name: str) -> Any | None:
    """The spec that an object of this name must have; None if it may have any."""
    if name not in MANDATORY:
        return None
    found = schemas() if plural == "flowschemas" else levels()
    return next(obj.spec for obj in found if obj.metadata.name == name)


@cache
def levels() -> tuple[PriorityLevelConfiguration, ...]:
    """The server's priority levels."""
    exempt = ExemptPriorityLevelConfiguration(lendablePercent=0, nominalConcurrencyShares=0)
    found = [_level("exempt", PriorityLevelConfigurationSpec(type="Exempt", exempt=exempt))]
    for name, shares, lent, queues in _LEVELS:
        response = LimitResponse(type="Reject")
        if queues is not None:
            count, hand, length = queues
            queuing = QueuingConfiguration(queues=count, handSize=hand, queueLengthLimit=length)
            response = LimitResponse(type="Queue", queuing=queuing)
        limited = LimitedPriorityLevelConfiguration(
            nominalConcurrencyShares=shares, lendablePercent=lent, limitResponse=response
        )
        found.append(_level(name, PriorityLevelConfigurationSpec(type="Limited", limited=limited)))
    return tuple(found)


@cache
def schemas() -> tuple[FlowSchema, ...]:
    """The server's flow schemas."""
    everybody = _groups("system:unauthenticated", "system:authenticated")
    manager, scheduler = _user("system:kube-controller-manager"), _user("system:kube-scheduler")
    account = _account("kube-system", "*")
    leases = _rule(("coordination.k8s.io",), ("leases",), ("get", "create", "update"))
    nodes = (_rule(("",), ("nodes", "nodes/status"), cluster=True), _rule(("coordination.k8s.io",), ("leases",)))
    probes = NonResourcePolicyRule(verbs=("get",), nonResourceURLs=("/healthz", "/readyz", "/livez"))
    return (
        _schema("exempt", "exempt", 1, "", _everything(_groups("system:masters"))),
        _schema("catch-all", "catch-all", 10000, "ByUser", _everything(everybody)),
        _schema("system-nodes", "system", 500, "ByUser", _everything(_groups("system:nodes"))),
        _schema("system-node-high", "node-high", 400, "ByUser", _rules(_groups("system:nodes"), nodes)),
        _schema("probes", "exempt", 2, "", PolicyRulesWithSubjects(subjects=everybody, nonResourceRules=(probes,))),
        _schema(
            "system-leader-election",
            "leader-election",
            100,
            "ByUser",
            _rules((manager, scheduler, account), (leases,)),
        ),
        _schema("kube-controller-manager", "workload-high", 800, "ByNamespace", _everything((manager,))),
        _schema("kube-scheduler", "workload-high", 800, "ByNamespace", _everything((scheduler,))),
        _schema("kube-system-service-accounts", "workload-high", 900, "ByNamespace", _everything((account,))),
        _schema("service-accounts", "workload-low", 9000, "ByUser", _everything(_groups("system:serviceaccounts"))),
        _schema("global-default", "global-default", 9900, "ByUser", _everything(everybody)),
    )


def _level(name: str, spec: PriorityLevelConfigurationSpec) -> PriorityLevelConfiguration:
    return PriorityLevelConfiguration(metadata=_meta(name), spec=spec)


def _schema(name: str, level: str, precedence: int, method: str, rule: PolicyRulesWithSubjects) -> FlowSchema:
    spec = FlowSchemaSpec(
        matchingPrecedence=precedence,
        priorityLevelConfiguration=PriorityLevelConfigurationReference(name=level),
        distinguisherMethod=FlowDistinguisherMethod(type=method) if method else None,
        rules=(rule,),
    )
    return FlowSchema(metadata=_meta(name), spec=spec)


def _meta(name: str) -> ObjectMeta:
    annotations: Mapping[str, str] = FrozenMap({AUTOUPDATE: "true"})
    return ObjectMeta(name=name, annotations=annotations)


def _groups(*names: str) -> tuple[Subject, ...]:
    return tuple(Subject(kind="Group", group=GroupSubject(name=name)) for name in names)


def _user(name: str) -> Subject:
    return Subject(kind="User", user=UserSubject(name=name))


def _account(namespace: str, name: str) -> Subject:
    return Subject(kind="ServiceAccount", serviceAccount=ServiceAccountSubject(namespace=namespace, name=name))


def _rule(
    groups: tuple[str, ...], resources: tuple[str, ...], verbs: tuple[str, ...] = _ALL, cluster: bool = False
) -> ResourcePolicyRule:
    rule = ResourcePolicyRule(verbs=verbs, apiGroups=groups, resources=resources, namespaces=_ALL)
    return rule.replace(clusterScope=True) if cluster else rule


def _rules(subjects: tuple[Subject, ...], rules: Iterable[ResourcePolicyRule]) -> PolicyRulesWithSubjects:
    return PolicyRulesWithSubjects(subjects=subjects, resourceRules=tuple(rules))


def _everything(subjects: tuple[Subject, ...]) -> PolicyRulesWithSubjects:
    paths = NonResourcePolicyRule(verbs=_ALL, nonResourceURLs=_ALL)
    return PolicyRulesWithSubjects(
        subjects=subjects, resourceRules=(_rule(_ALL, _ALL, cluster=True),), nonResourceRules=(paths,)
    )
