"""Registrations, priorities, webhooks and policies, devices: what the server says of them."""

from typing import Any

import pytest

from k8snb.api.validation import names
from tests.api.test_validation_cluster import change, check

#: what is said at length of names, in short
LONG = {
    names.dns_label("A")[0]: "(label)",
    names.dns_subdomain("A")[0]: "(subdomain)",
    names.dns_1035_label("1")[0]: "(1035 label)",
    names.label_key("a b")[0]: "(name part)",
    names.c_identifier("x y")[0]: "(identifier)",
}

SVC = {"name": "metrics-server", "namespace": "kube-system"}
API = {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100}
FLOW = {"priorityLevelConfiguration": {"name": "global-default"}, "matchingPrecedence": 500}
USER = {"kind": "User", "user": {"name": "jane"}}
RES = {"verbs": ["get"], "apiGroups": ["*"], "resources": ["pods"], "clusterScope": True}


def flow(**rule: Any) -> dict[str, Any]:
    return {"spec": {**FLOW, "rules": [{"subjects": [USER], "resourceRules": [RES], **rule}]}}


QUEUE = {"type": "Queue", "queuing": {}}


def level(**limited: Any) -> dict[str, Any]:
    return {"spec": {"type": "Limited", "limited": {"limitResponse": QUEUE, **limited}}}


HOOK = {
    "name": "a.example.com",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "clientConfig": {"url": "https://example.com/x"},
    "rules": [{"operations": ["CREATE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["pods"]}],
}


def hooks(*several: Any) -> dict[str, Any]:
    return {"webhooks": [{**HOOK, **each} for each in several]}


MATCH = {"resourceRules": [{"operations": ["CREATE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["pods"]}]}


def policy(**s: Any) -> dict[str, Any]:
    return {"spec": {"matchConstraints": MATCH, "validations": [{"expression": "true"}], **s}}


def mutating(**s: Any) -> dict[str, Any]:
    return {
        "spec": {
            "matchConstraints": MATCH,
            "reinvocationPolicy": "Never",
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[]"}}],
            **s,
        }
    }


EX = {"deviceClassName": "gpu"}


def claim(**d: Any) -> dict[str, Any]:
    return {"spec": {"devices": {"requests": [{"name": "gpu", "exactly": EX}], **d}}}


POOL = {"name": "node-0", "generation": 1, "resourceSliceCount": 1}


def slice_(**s: Any) -> dict[str, Any]:
    return {"spec": {"driver": "gpu.example.com", "nodeName": "node-0", "pool": POOL, **s}}


def devices(*d: Any) -> dict[str, Any]:
    return slice_(devices=list(d))


CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("APIService", {"metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": {**API, "service": SVC}}, []),
    (
        "APIService",
        {
            "metadata": {"name": "metrics"},
            "spec": {
                "group": "Metrics",
                "version": "1",
                "service": {"port": 70000},
                "insecureSkipTLSVerify": True,
                "caBundle": "YQ==",
            },
        },
        [
            'metadata.name: Invalid value: "metrics": must be `spec.version+"."+spec.group`: "1.Metrics"',
            'spec.group: Invalid value: "Metrics": (subdomain)',
            'spec.version: Invalid value: "1": (1035 label)',
            "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
            "spec.versionPriority: Invalid value: 0: must be positive and less than 1000",
            "spec.service.namespace: Required value",
            "spec.service.name: Required value",
            "spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive",
            "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present",
        ],
    ),
    (
        "APIService",
        {
            "metadata": {"name": "v1."},
            "spec": {
                "version": "v1",
                "groupPriorityMinimum": 18000,
                "versionPriority": 1,
                "caBundle": "YWJj",
                "insecureSkipTLSVerify": True,
            },
        },
        [
            'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
            "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify",
        ],
    ),
    (
        "APIService",
        {
            "metadata": {"name": "v2."},
            "spec": {"version": "v2", "groupPriorityMinimum": 20001, "versionPriority": 1001},
        },
        [
            "spec.group: Required value: only v1 may have an empty group and it better be legacy kube",
            "spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000",
            "spec.versionPriority: Invalid value: 1001: must be positive and less than 1000",
        ],
    ),
    ("FlowSchema", flow(), []),
    (
        "FlowSchema",
        {
            "spec": {
                "matchingPrecedence": 10001,
                "distinguisherMethod": {"type": "ByMoon"},
                "priorityLevelConfiguration": {},
                "rules": [{}],
            }
        },
        [
            "spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000",
            (
                'spec.distinguisherMethod.type: Unsupported value: {"type":"ByMoon"}: supported values: '
                '"ByNamespace", "ByUser"'
            ),
            "spec.priorityLevelConfiguration.name: Required value: must reference a priority level",
            "spec.rules[0].subjects: Required value: subjects must contain at least one value",
            "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty",
        ],
    ),
    (
        "FlowSchema",
        {"spec": {**FLOW, "matchingPrecedence": 1}},
        ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ),
    (
        "FlowSchema",
        flow(
            subjects=[
                {"kind": "Robot"},
                {"kind": "User"},
                {"kind": "Group", "group": {"name": "g"}, "user": {"name": "u"}},
                {"kind": "ServiceAccount", "serviceAccount": {"name": "*"}},
            ]
        ),
        [
            (
                'spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", '
                '"ServiceAccount", "User"'
            ),
            "spec.rules[0].subjects[1].user: Required value: user is required when subject kind is 'User'",
            "spec.rules[0].subjects[2].user: Forbidden: user is forbidden when subject kind is not 'User'",
            (
                "spec.rules[0].subjects[3].serviceAccount.namespace: Required value: must specify "
                "namespace for service account"
            ),
        ],
    ),
    (
        "FlowSchema",
        flow(
            resourceRules=[
                {"verbs": ["get", "*"], "apiGroups": [], "resources": ["*", "pods"], "namespaces": ["A"]},
                {"verbs": ["look"], "apiGroups": [""], "resources": ["pods"]},
            ]
        ),
        [
            (
                'spec.rules[0].resourceRules[0].verbs: Invalid value: ["get","*"]: if \'*\' is present, '
                "must not specify other verbs"
            ),
            (
                "spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at "
                "least one api group"
            ),
            (
                'spec.rules[0].resourceRules[0].resources: Invalid value: ["*","pods"]: if \'*\' is '
                "present, must not specify other resources"
            ),
            (
                'spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: "A": each member of this '
                "list must be '*' or a DNS-1123 label; (label)"
            ),
            (
                'spec.rules[0].resourceRules[1].verbs: Unsupported value: ["look"]: supported values: '
                '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", '
                '"watch"'
            ),
            (
                "spec.rules[0].resourceRules[1].namespaces: Required value: resource rules that are not "
                "cluster scoped must supply at least one namespace"
            ),
        ],
    ),
    (
        "FlowSchema",
        flow(
            nonResourceRules=[
                {"verbs": ["get"], "nonResourceURLs": ["a", "/a b", "/a//b", "/*/b", "/ok/*"]},
                {"verbs": [], "nonResourceURLs": []},
            ]
        ),
        [
            'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "a": must start with slash',
            'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space',
            (
                'spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a//b": must not '
                "contain double slash"
            ),
            (
                'spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/*/b": wildcard '
                "can only do suffix matching"
            ),
            "spec.rules[0].nonResourceRules[1].verbs: Required value: verbs must contain at least one value",
            (
                "spec.rules[0].nonResourceRules[1].nonResourceURLs: Required value: nonResourceURLs must "
                "contain at least one value"
            ),
        ],
    ),
    (
        "FlowSchema",
        {"metadata": {"name": "exempt"}, "spec": FLOW},
        [
            'spec: Invalid value: {"matchingPrecedence":500,"priorityLevelConfiguration":{"name":"global-default"}}: '
            "spec of 'exempt' must equal the fixed value"
        ],
    ),
    ("PriorityLevelConfiguration", level(), []),
    (
        "PriorityLevelConfiguration",
        level(
            nominalConcurrencyShares=-1, lendablePercent=101, borrowingLimitPercent=-1, limitResponse={"type": "Wait"}
        ),
        [
            "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
            'spec.limited.limitResponse.type: Unsupported value: "Wait": supported values: "Queue", "Reject"',
            "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
            "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer",
        ],
    ),
    (
        "PriorityLevelConfiguration",
        level(limitResponse={"type": "Reject", "queuing": {}}),
        ["spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited"],
    ),
    (
        "PriorityLevelConfiguration",
        level(limitResponse={"type": "Queue"}),
        [
            "spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited"
        ],
    ),
    (
        "PriorityLevelConfiguration",
        level(limitResponse={"type": "Queue", "queuing": {"queues": -1, "handSize": -1, "queueLengthLimit": -1}}),
        [
            "spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive",
            "spec.limited.limitResponse.queuing.queues: Invalid value: -1: must be positive",
            "spec.limited.limitResponse.queuing.handSize: Invalid value: -1: must be positive",
        ],
    ),
    (
        "PriorityLevelConfiguration",
        level(limitResponse={"type": "Queue", "queuing": {"queues": 4, "handSize": 8}}),
        ["spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)"],
    ),
    (
        "PriorityLevelConfiguration",
        {"spec": {"type": "Exempt"}},
        ["spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"],
    ),
    (
        "PriorityLevelConfiguration",
        {"spec": {"type": "Some"}},
        ['spec.type: Unsupported value: "Some": supported values: "Exempt", "Limited"'],
    ),
    (
        "PriorityLevelConfiguration",
        {"metadata": {"name": "catch-all"}, **level()},
        [
            'spec: Invalid value: {"limited":{"lendablePercent":0,"limitResponse":{"queuing":{"handSize":8,"queueLengthLimit":'
            '50,"queues":64},"type":"Queue"},"nominalConcurrencyShares":30},"type":"Limited"}: '
            "spec of 'catch-all' must equal the fixed value"
        ],
    ),
    ("ValidatingWebhookConfiguration", hooks({}), []),
    (
        "ValidatingWebhookConfiguration",
        hooks({}, {}),
        ['webhooks[1].name: Duplicate value: "a.example.com"'],
    ),
    (
        "ValidatingWebhookConfiguration",
        {"webhooks": [{"name": "short"}]},
        [
            (
                'webhooks[0].name: Invalid value: "short": should be a domain with at least three '
                "segments separated by dots"
            ),
            'webhooks[0].sideEffects: Unsupported value: "": supported values: "None", "NoneOnDryRun"',
            "webhooks[0].clientConfig: Required value: exactly one of url or service is required",
            "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1",
        ],
    ),
    (
        "ValidatingWebhookConfiguration",
        hooks(
            {
                "clientConfig": {"url": "http://u@x/?a#b"},
                "timeoutSeconds": 31,
                "failurePolicy": "Maybe",
                "matchPolicy": "Some",
                "sideEffects": "Some",
                "admissionReviewVersions": ["v2", "v2"],
            }
        ),
        [
            'webhooks[0].failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"',
            'webhooks[0].matchPolicy: Unsupported value: "Some": supported values: "Equivalent", "Exact"',
            'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
            "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds",
            (
                "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL "
                "scheme; desired format: https://host[/path]"
            ),
            'webhooks[0].clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
            'webhooks[0].clientConfig.url: Invalid value: "b": fragments are not permitted in the URL',
            'webhooks[0].clientConfig.url: Invalid value: "a": query parameters are not permitted in the URL',
            'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
            'webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
        ],
    ),
    (
        "ValidatingWebhookConfiguration",
        hooks(
            {"clientConfig": {"service": {"path": "a//B", "port": 0}}}, {"name": "b.example.com", "clientConfig": {}}
        ),
        [
            "webhooks[0].clientConfig.service.name: Required value: service name is required",
            "webhooks[0].clientConfig.service.namespace: Required value: service namespace is required",
            (
                "webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be "
                "between 1 and 65535, inclusive"
            ),
            "webhooks[0].clientConfig.service.path: Invalid value: \"a//B\": must start with a '/'",
            'webhooks[0].clientConfig.service.path: Invalid value: "a//B": segment[0] may not be empty',
            'webhooks[0].clientConfig.service.path: Invalid value: "a//B": segment[1] may not be empty',
            'webhooks[0].clientConfig.service.path: Invalid value: "a//B": segment[2]: (subdomain)',
            "webhooks[1].clientConfig: Required value: exactly one of url or service is required",
        ],
    ),
    (
        "ValidatingWebhookConfiguration",
        hooks(
            {
                "rules": [
                    {
                        "operations": ["*", "CREATE"],
                        "apiGroups": [],
                        "apiVersions": ["*", "v1"],
                        "resources": ["*", "pods", "pods/*"],
                        "scope": "All",
                    },
                    {"operations": ["LOOK"], "apiGroups": [""], "apiVersions": [""], "resources": [""]},
                ]
            }
        ),
        [
            (
                'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must '
                "not specify other operations"
            ),
            "webhooks[0].rules[0].apiGroups: Required value",
            (
                'webhooks[0].rules[0].apiVersions: Invalid value: ["*","v1"]: if \'*\' is present, must '
                "not specify other API versions"
            ),
            (
                'webhooks[0].rules[0].resources: Invalid value: ["*","pods","pods/*"]: if \'*\' is '
                "present, must not specify other resources without subresources"
            ),
            'webhooks[0].rules[0].scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"',
            (
                'webhooks[0].rules[1].operations[0]: Unsupported value: "LOOK": supported values: "*", '
                '"CONNECT", "CREATE", "DELETE", "UPDATE"'
            ),
            "webhooks[0].rules[1].apiVersions[0]: Required value",
            "webhooks[0].rules[1].resources[0]: Required value",
        ],
    ),
    (
        "MutatingWebhookConfiguration",
        hooks(
            {
                "reinvocationPolicy": "Often",
                "matchConditions": [
                    {"name": "a b", "expression": " "},
                    {"name": "x", "expression": "true"},
                    {"name": "x", "expression": "true"},
                ],
            }
        ),
        [
            'webhooks[0].reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"',
            "webhooks[0].matchConditions[0].expression: Required value",
            'webhooks[0].matchConditions[0].name: Invalid value: "a b": (name part)',
            'webhooks[0].matchConditions[2].name: Duplicate value: "x"',
        ],
    ),
    ("ValidatingAdmissionPolicy", policy(), []),
    (
        "ValidatingAdmissionPolicy",
        {"spec": {}},
        [
            "spec.matchConstraints: Required value",
            "spec.validations: Required value: validations or auditAnnotations must contain at least one item",
            "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item",
        ],
    ),
    (
        "ValidatingAdmissionPolicy",
        policy(
            paramKind={"apiVersion": "A/1/2", "kind": ""},
            failurePolicy="Maybe",
            variables=[{"name": "for", "expression": ""}, {"name": "ok", "expression": "1"}],
            validations=[{"expression": " ", "message": "a\nb", "messageExpression": " ", "reason": "Because"}],
        ),
        [
            'spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"',
            'spec.paramKind.apiVersion: Invalid value: "A/1/2": unexpected GroupVersion string: A/1/2',
            "spec.paramKind.kind: Required value",
            'spec.variables[0].name: Invalid value: "for": name is not a valid CEL identifier',
            "spec.variables[0].expression: Required value: expression is not specified",
            "spec.validations[0].expression: Required value: expression is not specified",
            'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
            'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
            (
                'spec.validations[0].reason: Unsupported value: "Because": supported values: '
                '"Forbidden", "Invalid", "RequestEntityTooLarge"'
            ),
        ],
    ),
    (
        "ValidatingAdmissionPolicy",
        policy(
            auditAnnotations=[
                {"key": "a b", "valueExpression": ""},
                {"key": "k", "valueExpression": "'x'"},
                {"key": "k", "valueExpression": "'x'"},
            ]
        ),
        [
            'spec.auditAnnotations[0].key: Invalid value: "x/a b": (name part)',
            "spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified",
            'spec.auditAnnotations[2].key: Duplicate value: "k"',
        ],
    ),
    ("MutatingAdmissionPolicy", mutating(), []),
    (
        "MutatingAdmissionPolicy",
        mutating(
            mutations=[
                {"patchType": "Merge"},
                {"patchType": "JSONPatch"},
                {},
                {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": ""}},
            ],
            reinvocationPolicy="",
        ),
        [
            (
                'spec.mutations[0].patchType: Unsupported value: "Merge": supported values: '
                '"ApplyConfiguration", "JSONPatch"'
            ),
            "spec.mutations[1].jsonPatch: Required value: must be specified when patchType is JSONPatch",
            "spec.mutations[2].patchType: Required value",
            "spec.mutations[3].applyConfiguration.expression: Required value: expression is not specified",
            "spec.reinvocationPolicy: Required value",
        ],
    ),
    ("ValidatingAdmissionPolicyBinding", {"spec": {"policyName": "p", "validationActions": ["Deny"]}}, []),
    (
        "ValidatingAdmissionPolicyBinding",
        {"spec": {"paramRef": {"name": "a", "selector": {}}, "validationActions": ["Deny", "Warn", "Warn", "Shout"]}},
        [
            "spec.policyName: Required value",
            "spec.paramRef.name: Forbidden: name and selector are mutually exclusive",
            "spec.paramRef.selector: Forbidden: name and selector are mutually exclusive",
            'spec.validationActions[2]: Duplicate value: "Warn"',
            'spec.validationActions[3]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
            (
                'spec.validationActions: Invalid value: ["Deny","Warn","Warn","Shout"]: must not contain '
                "both Deny and Warn (repeating the same validation failure information in the API "
                "response and headers serves no purpose)"
            ),
        ],
    ),
    (
        "ValidatingAdmissionPolicyBinding",
        {"spec": {"policyName": "P", "paramRef": {"parameterNotFoundAction": "Shrug"}}},
        [
            'spec.policyName: Invalid value: "P": (subdomain)',
            "spec.paramRef: Required value: one of name or selector must be specified",
            'spec.paramRef.parameterNotFoundAction: Unsupported value: "Shrug": supported values: "Deny", "Allow"',
            "spec.validationActions: Required value: at least one validation action is required",
        ],
    ),
    ("MutatingAdmissionPolicyBinding", {"spec": {"policyName": "p"}}, []),
    ("DeviceClass", {"spec": {"selectors": [{"cel": {"expression": "true"}}]}}, []),
    (
        "DeviceClass",
        {
            "spec": {
                "selectors": [{}, {"cel": {"expression": ""}}],
                "config": [{}, {"opaque": {"driver": "D_", "parameters": None}}],
                "extendedResourceName": "cpu",
            }
        },
        [
            "spec.selectors[0].cel: Required value",
            "spec.selectors[1].cel.expression: Required value",
            "spec.config[0].opaque: Required value",
            'spec.config[1].opaque.driver: Invalid value: "D_": (subdomain)',
            "spec.config[1].opaque.parameters: Required value",
            'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
        ],
    ),
    ("ResourceClaim", claim(), []),
    (
        "ResourceClaim",
        claim(
            requests=[
                {"name": "A"},
                {"name": "a", "exactly": {"deviceClassName": ""}},
                {"name": "a", "exactly": EX, "firstAvailable": [{"name": "s", "deviceClassName": "x"}]},
            ]
        ),
        [
            'spec.devices.requests[0].name: Invalid value: "A": (label)',
            "spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required",
            "spec.devices.requests[1].exactly.deviceClassName: Required value",
            (
                "spec.devices.requests[2]: Invalid value: null: exactly one of `exactly` or "
                "`firstAvailable` is required, but multiple fields are set"
            ),
            'spec.devices.requests[2]: Duplicate value: "a"',
        ],
    ),
    (
        "ResourceClaim",
        claim(
            requests=[
                {"name": "a", "exactly": {**EX, "allocationMode": "All", "count": 2}},
                {"name": "b", "exactly": {**EX, "allocationMode": "Some"}},
                {
                    "name": "c",
                    "exactly": {
                        **EX,
                        "count": -1,
                        "tolerations": [
                            {"operator": "Exists", "value": "x", "key": "a b"},
                            {"operator": "Like", "effect": "Go"},
                        ],
                    },
                },
            ]
        ),
        [
            (
                "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when "
                "allocationMode is 'All'"
            ),
            (
                'spec.devices.requests[1].exactly.allocationMode: Unsupported value: "Some": supported '
                'values: "All", "ExactCount"'
            ),
            "spec.devices.requests[2].exactly.count: Invalid value: -1: must be greater than zero",
            'spec.devices.requests[2].exactly.tolerations[0].key: Invalid value: "a b": (name part)',
            (
                'spec.devices.requests[2].exactly.tolerations[0].value: Invalid value: "x": must be '
                "empty for operator `Exists`"
            ),
            (
                'spec.devices.requests[2].exactly.tolerations[1].operator: Unsupported value: "Like": '
                'supported values: "Equal", "Exists"'
            ),
            (
                'spec.devices.requests[2].exactly.tolerations[1].effect: Unsupported value: "Go": '
                'supported values: "NoExecute", "NoSchedule", "None"'
            ),
        ],
    ),
    (
        "ResourceClaim",
        claim(
            constraints=[{"requests": ["nope", "gpu"], "matchAttribute": "index"}, {"requests": ["a/b/c"]}],
            config=[{"requests": ["gpu", "gpu"], "opaque": {"driver": "gpu.example.com", "parameters": {}}}],
        ),
        [
            (
                'spec.devices.constraints[0].requests[0]: Invalid value: "nope": must be the name of a '
                "request in the claim or the name of a request and a subrequest separated by '/'"
            ),
            (
                'spec.devices.constraints[0].matchAttribute: Invalid value: "index": a fully qualified '
                "name must be a domain and a name separated by a slash"
            ),
            (
                'spec.devices.constraints[1].requests[0]: Invalid value: "a/b/c": must be the name of a '
                "request in the claim or the name of a request and a subrequest separated by '/'"
            ),
            (
                'spec.devices.constraints[1]: Required value: exactly one of "matchAttribute" or '
                '"distinctAttribute" is required, but multiple fields are set'
            ),
            'spec.devices.config[0].requests[1]: Duplicate value: "gpu"',
            "spec.devices.config[0].opaque.parameters: Required value",
        ],
    ),
    (
        "ResourceClaimTemplate",
        {"spec": {"metadata": {"labels": {"a b": "c"}}, "spec": claim()["spec"]}},
        ['spec.metadata.labels: Invalid value: "a b": (name part)'],
    ),
    (
        "ResourceClaimTemplate",
        {"spec": {"spec": claim(requests=[{"name": "a"}])["spec"]}},
        ["spec.spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required"],
    ),
    ("ResourceSlice", slice_(), []),
    (
        "ResourceSlice",
        slice_(nodeName="A", allNodes=True, pool={"name": "A//b", "generation": -1}),
        [
            'spec.pool.name: Invalid value: "A": (subdomain)',
            'spec.pool.name: Invalid value: "": (subdomain)',
            "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
            "spec.pool.generation: Invalid value: -1: must be greater than or equal to zero",
            'spec.nodeName: Invalid value: "A": (subdomain)',
            (
                'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, '
                "`nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields "
                "are set"
            ),
        ],
    ),
    (
        "ResourceSlice",
        {"spec": {}},
        [
            "spec.driver: Required value",
            'spec.driver: Invalid value: "": (subdomain)',
            "spec.pool.name: Required value",
            "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
            (
                "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, "
                "`perDeviceNodeSelection` is required"
            ),
        ],
    ),
    (
        "ResourceSlice",
        devices({"name": "A"}, {"name": "a"}, {"name": "a"}),
        ['spec.devices[0].name: Invalid value: "A": (label)', 'spec.devices[2]: Duplicate value: "a"'],
    ),
    (
        "ResourceSlice",
        devices(
            {
                "name": "a",
                "attributes": {"a/b/c": {"int": 1}, "x y": {}, "two": {"int": 1, "bool": True}, "v": {"version": "1"}},
                "capacity": {"x/": {"value": "1"}},
            }
        ),
        [
            (
                'spec.devices[0].attributes[two]: Invalid value: {"bool":true,"int":1}: exactly one '
                "value must be specified"
            ),
            (
                'spec.devices[0].attributes[v].version: Invalid value: "1": must be a string compatible '
                "with semver.org spec 2.0.0"
            ),
            'spec.devices[0].attributes[x y]: Invalid value: "x y": (identifier)',
            'spec.devices[0].attributes[x y]: Invalid value: "": exactly one value must be specified',
            'spec.devices[0].capacity[x/]: Invalid value: "": the name must not be empty',
        ],
    ),
    (
        "ResourceSlice",
        devices({"name": "a", "taints": [{"key": "a b", "effect": "Go"}, {"effect": "NoSchedule"}]}),
        [
            'spec.devices[0].taints[0].key: Invalid value: "a b": (name part)',
            (
                'spec.devices[0].taints[0].effect: Unsupported value: "Go": supported values: '
                '"NoExecute", "NoSchedule", "None"'
            ),
            'spec.devices[0].taints[1].key: Invalid value: "": name part must be non-empty',
            'spec.devices[0].taints[1].key: Invalid value: "": (name part)',
        ],
    ),
]


def short(text: str) -> str:
    for long, word in LONG.items():
        text = text.replace(long, word)
    return text


@pytest.mark.parametrize(("kind", "data", "expected"), CASES)
def test_new(kind: str, data: dict[str, Any], expected: list[str]) -> None:
    assert [short(text) for text in check(kind, data)] == expected


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("ResourceClaim", claim(), claim(), []),
    ("ResourceClaimTemplate", {"spec": {"spec": claim()["spec"]}}, {"spec": {"spec": claim()["spec"]}}, []),
    ("ResourceSlice", slice_(), slice_(pool={**POOL, "generation": 2}), []),
    (
        "ResourceSlice",
        slice_(),
        slice_(driver="other.example.com"),
        ['spec.driver: Invalid value: "other.example.com": field is immutable'],
    ),
    ("DeviceClass", {"spec": {}}, {"spec": {"selectors": [{"cel": {"expression": "true"}}]}}, []),
]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), CHANGES)
def test_changed(kind: str, old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert change(kind, old, new) == expected
