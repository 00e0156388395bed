"""Pod specs: one table of changes to a good Pod and what the server says to each."""

import timeit
from typing import Any

import pytest

from k8snb.api.core.pod import Pod
from k8snb.api.decode import decode_object
from k8snb.api.validation.pod import validate_pod
from k8snb.apiserver.registry.pod import PodStrategy


def build(spec: dict[str, Any], container: dict[str, Any] | None = None, **metadata: Any) -> Pod:
    first = {"name": "web", "image": "nginx", **(container or {})}
    data = {"metadata": {"name": "web", "namespace": "default", **metadata}, "spec": {"containers": [first], **spec}}
    obj, unknown = decode_object(Pod, {"apiVersion": "v1", "kind": "Pod", **data})
    assert not unknown
    made = PodStrategy().defaults(obj)
    assert isinstance(made, Pod)
    return made


def errors_of(spec: dict[str, Any], container: dict[str, Any] | None = None, **metadata: Any) -> list[str]:
    return [str(error) for error in validate_pod(build(spec, container, **metadata))]


C = "spec.containers[0]"
HOOK = {"exec": {"command": ["true"]}}

CONTAINERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"name": ""}, [f"{C}.name: Required value"]),
    ({"image": ""}, [f"{C}.image: Required value"]),
    (
        {"terminationMessagePolicy": "x"},
        [f'{C}.terminationMessagePolicy: Unsupported value: "x": supported values: "File", "FallbackToLogsOnError"'],
    ),
    ({"ports": [{"containerPort": 0}]}, [f"{C}.ports[0].containerPort: Required value"]),
    (
        {"ports": [{"containerPort": 80, "name": "a"}, {"containerPort": 81, "name": "a"}]},
        [f'{C}.ports[1].name: Duplicate value: "a"'],
    ),
    (
        {"ports": [{"containerPort": 80, "protocol": "ICMP"}]},
        [f'{C}.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ),
    (
        {"ports": [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 81, "hostPort": 8080}]},
        [f'{C}.ports[1].hostPort: Duplicate value: "TCP//8080"'],
    ),
    ({"env": [{"name": ""}]}, [f"{C}.env[0].name: Required value"]),
    (
        {"env": [{"name": "a=b", "value": "x"}]},
        [
            f'{C}.env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of '
            "printable ASCII characters other than '='"
        ],
    ),
    (
        {"env": [{"name": "A", "value": "x", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}}]},
        [f'{C}.env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
    ),
    (
        {
            "env": [
                {
                    "name": "A",
                    "valueFrom": {
                        "configMapKeyRef": {"name": "c", "key": "k"},
                        "secretKeyRef": {"name": "s", "key": "k"},
                    },
                }
            ]
        },
        [f'{C}.env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time'],
    ),
    (
        {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": ""}}}]},
        [f"{C}.env[0].valueFrom.secretKeyRef.key: Required value"],
    ),
    (
        {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.nope"}}}]},
        [
            f'{C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nope": error converting fieldPath: '
            "field label not supported: metadata.nope"
        ],
    ),
    (
        {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}}]},
        [
            f'{C}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: '
            '"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", '
            '"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"'
        ],
    ),
    ({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}}]}, []),
    (
        {"env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.gpu"}}}]},
        [
            f'{C}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: '
            '"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", '
            '"requests.memory"'
        ],
    ),
    (
        {"env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "2"}}}]},
        [
            f'{C}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": '
            "only divisor's values 1m and 1 are supported with the cpu resource"
        ],
    ),
    (
        {"envFrom": [{}]},
        [f'{C}.envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
    ),
    ({"envFrom": [{"configMapRef": {"name": ""}}]}, [f"{C}.envFrom[0].configMapRef.name: Required value"]),
    (
        {"volumeMounts": [{"name": "x", "mountPath": ""}]},
        [f'{C}.volumeMounts[0].name: Not found: "x"', f"{C}.volumeMounts[0].mountPath: Required value"],
    ),
    (
        {"imagePullPolicy": "Often"},
        [f'{C}.imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"'],
    ),
    (
        {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
        [f'{C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ),
    (
        {"resources": {"requests": {"example.com/gpu": "1"}, "limits": {"example.com/gpu": "2"}}},
        [f'{C}.resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2'],
    ),
    (
        {"resources": {"limits": {"example.com/gpu": "500m"}}},
        [
            f'{C}.resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer',
            f'{C}.resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
        ],
    ),
    (
        {"resources": {"limits": {"hugepages-2Mi": "3Mi"}, "requests": {"hugepages-2Mi": "3Mi"}}},
        [
            f'{C}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of '
            "hugepages-2Mi",
            f'{C}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of '
            "hugepages-2Mi",
            f"{C}.resources: Forbidden: HugePages require cpu or memory",
        ],
    ),
    (
        {"resources": {"claims": [{"name": "gpu"}]}},
        [
            f'{C}.resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims '
            "which is empty"
        ],
    ),
    (
        {"securityContext": {"runAsUser": -1}},
        [f"{C}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 4294967295, inclusive"],
    ),
    (
        {"securityContext": {"privileged": True, "allowPrivilegeEscalation": False}},
        [
            f'{C}.securityContext: Invalid value: {{"Capabilities":null,"Privileged":true,"SELinuxOptions":null,'
            '"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,'
            '"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,'
            '"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true'
        ],
    ),
    (
        {"securityContext": {"seccompProfile": {"type": "Localhost"}}},
        [
            f"{C}.securityContext.seccompProfile.localhostProfile: Required value: "
            "must be set when seccomp type is Localhost"
        ],
    ),
    (
        {"lifecycle": {"postStart": {}, "preStop": {"sleep": {"seconds": 60}}}},
        [
            f"{C}.lifecycle.postStart: Required value: must specify a handler type",
            f"{C}.lifecycle.preStop.sleep: Invalid value: 60: must be non-negative and less than "
            "terminationGracePeriodSeconds (30)",
        ],
    ),
    ({"lifecycle": {"preStop": HOOK}}, []),
    ({"lifecycle": {"preStop": {"exec": {}}}}, [f"{C}.lifecycle.preStop.exec.command: Required value"]),
    (
        {"readinessProbe": {**HOOK, "terminationGracePeriodSeconds": 5}},
        [f"{C}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes"],
    ),
    (
        {
            "livenessProbe": {
                "httpGet": {"path": "/", "port": 80, "scheme": "FTP", "httpHeaders": [{"name": "a b", "value": ""}]}
            }
        },
        [
            f'{C}.livenessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"',
            f'{C}.livenessProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of '
            "alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        ],
    ),
    (
        {"restartPolicyRules": [{"action": "Stop", "exitCodes": {"operator": "In", "values": [1]}}]},
        [
            f"{C}.restartPolicy: Required value: must specify restartPolicy when restart rules are used",
            f'{C}.restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart"',
        ],
    ),
    (
        {"resizePolicy": [{"resourceName": "disk", "restartPolicy": "NotRequired"}]},
        [f'{C}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"'],
    ),
]


@pytest.mark.parametrize(("container", "expected"), CONTAINERS)
def test_containers(container: dict[str, Any], expected: list[str]) -> None:
    assert errors_of({}, container) == expected


INIT = {"name": "one", "image": "busybox"}

SPECS: list[tuple[dict[str, Any], list[str]]] = [
    ({"containers": []}, ["spec.containers: Required value"]),
    ({"initContainers": [{**INIT, "name": "web"}]}, ['spec.initContainers[0].name: Duplicate value: "web"']),
    (
        {"initContainers": [{**INIT, "readinessProbe": HOOK}]},
        [
            "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without "
            "restartPolicy=Always"
        ],
    ),
    ({"initContainers": [{**INIT, "restartPolicy": "Always", "readinessProbe": HOOK}]}, []),
    (
        {"initContainers": [{**INIT, "restartPolicy": "Sometimes"}]},
        [
            'spec.initContainers[0].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", '
            '"Never", "OnFailure"'
        ],
    ),
    (
        {"ephemeralContainers": [{"name": "debug", "image": "busybox", "ports": [{"containerPort": 1}]}]},
        [
            "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
            "spec.ephemeralContainers: Forbidden: cannot be set on create",
        ],
    ),
    ({"hostNetwork": True}, []),
    (
        {"dnsPolicy": "Sometimes"},
        [
            'spec.dnsPolicy: Unsupported value: "Sometimes": supported values: "ClusterFirstWithHostNet", '
            '"ClusterFirst", "Default", "None"'
        ],
    ),
    ({"dnsPolicy": "None"}, ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"]),
    (
        {"dnsConfig": {"nameservers": ["1.1.1.1", "x"], "searches": ["a_b.c", "."]}},
        [
            'spec.dnsConfig.nameservers[1]: Invalid value: "x": must be a valid IP address, '
            "(e.g. 10.9.8.7 or 2001:db8::ffff)"
        ],
    ),
    ({"nodeSelector": {"a": "b"}}, []),
    (
        {"activeDeadlineSeconds": 0},
        ["spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"],
    ),
    ({"hostname": "a.b"}, ['spec.hostname: Invalid value: "a.b": must not contain dots']),
    (
        {"tolerations": [{"operator": "Equal"}]},
        [
            'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, '
            'which means "match all values and all keys"'
        ],
    ),
    (
        {"tolerations": [{"key": "a", "operator": "Exists", "value": "x", "effect": "Later", "tolerationSeconds": 1}]},
        [
            "spec.tolerations[0].effect: Invalid value: \"Later\": effect must be 'NoExecute' when "
            "`tolerationSeconds` is set",
            "spec.tolerations[0].operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'",
            'spec.tolerations[0].effect: Unsupported value: "Later": supported values: "NoSchedule", '
            '"PreferNoSchedule", "NoExecute"',
        ],
    ),
    (
        {"preemptionPolicy": "Maybe"},
        ['spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"'],
    ),
    (
        {
            "affinity": {
                "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}},
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": ""}]},
            }
        },
        [
            "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: "
            "Required value: must have at least one node selector term",
            "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
            "Required value: can not be empty",
            "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
            'Invalid value: "": name part must be non-empty',
            "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
            "Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start "
            "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
            "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        ],
    ),
    (
        {
            "affinity": {
                "nodeAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 101, "preference": {"matchExpressions": [{"key": "a", "operator": "Gt"}]}}
                    ]
                }
            }
        },
        [
            "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: "
            "Invalid value: 101: must be in the range 1-100",
            "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference."
            "matchExpressions[0].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
        ],
    ),
    (
        {
            "topologySpreadConstraints": [
                {"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "Shrug", "minDomains": 0}
            ]
        },
        [
            "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
            'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Shrug": supported values: '
            '"DoNotSchedule", "ScheduleAnyway"',
            "spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero",
            "spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: can only use minDomains if "
            "whenUnsatisfiable=DoNotSchedule, not Shrug",
        ],
    ),
    (
        {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule"}] * 2},
        ['spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"'],
    ),
    (
        {"schedulingGates": [{"name": "a"}, {"name": "a"}], "nodeName": "n"},
        [
            'spec.schedulingGates[1]: Duplicate value: "a"',
            "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
        ],
    ),
    ({"hostUsers": False, "hostPID": True}, ["spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false"]),
    ({"os": {"name": "plan9"}}, ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']),
    (
        {"os": {"name": "windows"}, "securityContext": {"fsGroup": 1}},
        ["spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod"],
    ),
    (
        {"securityContext": {"fsGroupChangePolicy": "x", "sysctls": [{"name": "a b", "value": "1"}]}},
        [
            'spec.securityContext.sysctls[0].name: Invalid value: "a b": must have at most 253 characters and match '
            "regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
            'spec.securityContext.fsGroupChangePolicy: Unsupported value: "x": supported values: "Always", '
            '"OnRootMismatch"',
        ],
    ),
    (
        {"resources": {"requests": {"cpu": "1"}}},
        [],
    ),
    (
        {"resourceClaims": [{"name": "gpu"}]},
        [
            'spec.resourceClaims[0]: Invalid value: {"Name":"gpu","ResourceClaimName":null,'
            '"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
        ],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), SPECS)
def test_specs(spec: dict[str, Any], expected: list[str]) -> None:
    assert errors_of(spec) == expected


V = "spec.volumes[0]"

VOLUMES: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "v", "emptyDir": {}}, []),
    (
        {"name": "v", "emptyDir": {"sizeLimit": "-1"}},
        [f"{V}.emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity"],
    ),
    ({"name": "", "emptyDir": {}}, [f"{V}.name: Required value"]),
    ({"name": "v", "hostPath": {"path": ""}}, [f"{V}.hostPath.path: Required value"]),
    (
        {"name": "v", "hostPath": {"path": "/a/../b", "type": "Pipe"}},
        [
            f"{V}.hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
            f'{V}.hostPath.type: Unsupported value: "Pipe": supported values: "", "BlockDevice", "CharDevice", '
            '"Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
        ],
    ),
    ({"name": "v", "secret": {}}, [f"{V}.secret.secretName: Required value"]),
    (
        {
            "name": "v",
            "secret": {"secretName": "s", "defaultMode": 512, "items": [{"key": "k", "path": "../x", "mode": -1}]},
        },
        [
            f"{V}.secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive",
            f"{V}.secret.items[0].path: Invalid value: \"../x\": must not contain '..'",
            f"{V}.secret.items[0].mode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive",
        ],
    ),
    (
        {"name": "v", "configMap": {"items": [{"key": "", "path": "/x"}]}},
        [
            f"{V}.configMap.name: Required value",
            f"{V}.configMap.items[0].key: Required value",
            f'{V}.configMap.items[0].path: Invalid value: "/x": must be a relative path',
        ],
    ),
    (
        {"name": "v", "persistentVolumeClaim": {"claimName": ""}},
        [f"{V}.persistentVolumeClaim.claimName: Required value"],
    ),
    (
        {"name": "v", "nfs": {"server": "s", "path": "x"}},
        [f'{V}.nfs.path: Invalid value: "x": must be an absolute path'],
    ),
    (
        {"name": "v", "downwardAPI": {"items": [{"path": "a"}]}},
        [f"{V}.downwardAPI: Required value: one of fieldRef and resourceFieldRef is required"],
    ),
    (
        {"name": "v", "projected": {"sources": [{"configMap": {"name": "a"}, "secret": {"name": "b"}}]}},
        [f"{V}.projected.sources[0]: Forbidden: may not specify more than 1 volume type per source"],
    ),
    (
        {
            "name": "v",
            "projected": {
                "sources": [
                    {"configMap": {"name": "a", "items": [{"key": "k", "path": "p"}]}},
                    {"secret": {"name": "b", "items": [{"key": "k", "path": "p"}]}},
                ]
            },
        },
        [f'{V}.projected: Invalid value: "b": conflicting duplicate paths'],
    ),
    (
        {"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 5}}]}},
        [
            f"{V}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5: "
            "may not specify a duration less than 10 minutes",
            f"{V}.projected.sources[0].serviceAccountToken: Forbidden: "
            "must not be specified when serviceAccountName is not set",
        ],
    ),
    (
        {
            "name": "v",
            "ephemeral": {
                "volumeClaimTemplate": {"metadata": {"name": "x"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
            },
        },
        [
            f"{V}.ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set",
            f"{V}.ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value",
        ],
    ),
    (
        {"name": "v", "csi": {"driver": ""}},
        [
            f"{V}.csi.driver: Required value",
            f'{V}.csi.driver: Invalid value: "": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric '
            "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
            "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ],
    ),
    ({"name": "v", "image": {"reference": "", "pullPolicy": "Always"}}, [f"{V}.image.reference: Required value"]),
    ({"name": "v"}, []),
]


@pytest.mark.parametrize(("volume", "expected"), VOLUMES)
def test_volumes(volume: dict[str, Any], expected: list[str]) -> None:
    assert errors_of({"volumes": [volume]}) == expected


def test_mounts_of_block_devices() -> None:
    container = {
        "volumeMounts": [{"name": "a", "mountPath": "/data", "mountPropagation": "Bidirectional", "subPath": "../x"}],
        "volumeDevices": [{"name": "a", "devicePath": "/data"}, {"name": "b", "devicePath": "/dev/../x"}],
    }
    volumes = [{"name": "a", "persistentVolumeClaim": {"claimName": "c"}}, {"name": "b", "emptyDir": {}}]
    assert errors_of({"volumes": volumes}, container) == [
        f'{C}.volumeMounts[0].name: Invalid value: "a": must not already exist in volumeDevices',
        f'{C}.volumeMounts[0].mountPath: Invalid value: "/data": must not already exist as a path in volumeDevices',
        f"{C}.volumeMounts.subPath: Invalid value: \"../x\": must not contain '..'",
        f"{C}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to "
        "privileged containers",
        f'{C}.volumeDevices[0].name: Invalid value: "a": must not already exist in volumeMounts',
        f'{C}.volumeDevices[0].devicePath: Invalid value: "/data": must not already exist as a path in volumeMounts',
        f'{C}.volumeDevices[1].name: Invalid value: "b": can only use volume source type of PersistentVolumeClaim or '
        "Ephemeral for block mode",
        f"{C}.volumeDevices[1].devicePath: Invalid value: \"/dev/../x\": can not contain backsteps ('..')",
    ]


def test_pod_level_resources() -> None:
    container = {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "4"}}}
    assert errors_of({"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "3"}}}, container) == [
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container '
        "requests of 2",
        'spec.resources.containers[0][cpu].limits: Invalid value: "4": must be less than or equal to pod limits of 3',
    ]


def test_annotations() -> None:
    annotations = {
        "controller.kubernetes.io/pod-deletion-cost": "cheap",
        "container.apparmor.security.beta.kubernetes.io/none": "runtime/default",
        "kubernetes.io/config.mirror": "x",
    }
    assert errors_of({}, None, annotations=annotations) == [
        'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": '
        "must set spec.nodeName if mirror pod annotation is set",
        'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "cheap": '
        "must be a 32bit integer",
        "metadata.annotations[container.apparmor.security.beta.kubernetes.io/none]: "
        'Invalid value: "none": container not found',
    ]


def test_a_plain_pod_is_quick() -> None:
    pod = build({})
    assert validate_pod(pod) == []
    best = min(timeit.repeat(lambda: validate_pod(pod), number=200, repeat=5)) / 200
    assert best < 500e-6  # 25 µs here; the slack is for busy machines
