"""Containers of a Pod, their probes and hooks, and what is reported of them (v1)."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.volume import ObjectFieldSelector, ResourceFieldSelector
from k8snb.api.model import EMPTY_MAP, Field, IntOrString, Quantity, Struct, Time


class ContainerPort(Struct):
    """A port the container listens on, and optionally the node port it occupies."""

    containerPort: int = Field("int32", "Port inside the pod's network namespace, 1 to 65535.", zero=0, always=True)
    hostIP: str = Field("string", "Node address the hostPort is bound to; all of them when empty.", zero="")
    hostPort: int = Field(
        "int32", "Port taken on the node, 1 to 65535; two pods that want the same one cannot share a node.", zero=0
    )
    name: str = Field(
        "string",
        "Port name usable as a service's targetPort or in a probe: at most 15 lower-case characters, unique in the pod.",
        zero="",
    )
    protocol: str = Field(
        "Protocol", "TCP (default), UDP or SCTP.", zero="", default="TCP", enum=("SCTP", "TCP", "UDP")
    )


class ContainerResizePolicy(Struct):
    """What an in-place resize of one resource does to the running container."""

    resourceName: str = Field("ResourceName", "Resource the rule is about: cpu or memory.", zero="", always=True)
    restartPolicy: str = Field(
        "ResourceResizeRestartPolicy",
        "NotRequired (default) changes the limit live; RestartContainer restarts the container to apply it.",
        zero="",
        always=True,
    )


class ContainerRestartRuleOnExitCodes(Struct):
    """Match on a container's exit code."""

    operator: str = Field(
        "ContainerRestartRuleOnExitCodesOperator",
        "In matches when the exit code is among values, NotIn when it is not.",
        zero="",
        always=True,
    )
    values: tuple[int, ...] = Field(
        "[]int32", "Exit codes to compare with, at most 255 of them.", zero=(), list_type="set"
    )


class ContainerRestartRule(Struct):
    """One rule of what happens when a container exits."""

    action: str = Field(
        "ContainerRestartRuleAction",
        "What to do when the rule matches: Restart restarts this container, RestartAllContainers every container of the pod.",
        zero="",
        always=True,
    )
    exitCodes: ContainerRestartRuleOnExitCodes | None = Field(
        "*ContainerRestartRuleOnExitCodes", "Exit codes the rule matches."
    )


class ConfigMapEnvSource(Struct):
    """Names the ConfigMap whose keys are turned into environment variables."""

    name: str = Field("string", "Name of the ConfigMap, in the pod's namespace.", zero="")
    optional: bool | None = Field("*bool", "True lets the container start when the ConfigMap does not exist.")


class SecretEnvSource(Struct):
    """Names the Secret whose keys are turned into environment variables."""

    name: str = Field("string", "Name of the Secret, in the pod's namespace.", zero="")
    optional: bool | None = Field("*bool", "True lets the container start when the Secret does not exist.")


class EnvFromSource(Struct):
    """A ConfigMap or Secret whose keys all become environment variables."""

    configMapRef: ConfigMapEnvSource | None = Field("*ConfigMapEnvSource", "ConfigMap to take the keys from.")
    prefix: str = Field("string", "Text put before every key to form the variable's name.", zero="")
    secretRef: SecretEnvSource | None = Field("*SecretEnvSource", "Secret to take the keys from.")


class ConfigMapKeySelector(Struct):
    """Picks one key of a ConfigMap."""

    key: str = Field("string", "Key whose value is used.", zero="", always=True)
    name: str = Field("string", "Name of the ConfigMap, in the pod's namespace.", zero="")
    optional: bool | None = Field(
        "*bool", "True lets the container start without the variable when ConfigMap or key is missing."
    )
    map_type: ClassVar[str] = "atomic"


class FileKeySelector(Struct):
    """Picks one variable out of an env file stored in a volume of the pod."""

    key: str = Field(
        "string", 'Name of the variable in the env file: printable ASCII without "=".', zero="", always=True
    )
    optional: bool | None = Field(
        "*bool",
        "True skips the variable when file or key is missing; otherwise the container fails to start. Default false.",
    )
    path: str = Field(
        "string", 'Path of the env file inside the volume: relative, and without "..".', zero="", always=True
    )
    volumeName: str = Field("string", "Name of the emptyDir volume that holds the file.", zero="", always=True)
    map_type: ClassVar[str] = "atomic"


class SecretKeySelector(Struct):
    """Picks one key of a Secret."""

    key: str = Field("string", "Key whose value is used, after base64 decoding.", zero="", always=True)
    name: str = Field("string", "Name of the Secret, in the pod's namespace.", zero="")
    optional: bool | None = Field(
        "*bool", "True lets the container start without the variable when Secret or key is missing."
    )
    map_type: ClassVar[str] = "atomic"


class EnvVarSource(Struct):
    """Where an environment variable gets its value: exactly one member is set."""

    configMapKeyRef: ConfigMapKeySelector | None = Field(
        "*ConfigMapKeySelector", "A key of a ConfigMap in the pod's namespace."
    )
    fieldRef: ObjectFieldSelector | None = Field(
        "*ObjectFieldSelector",
        "A field of the pod: metadata.name, .namespace, .uid, .labels['k'], .annotations['k'], spec.nodeName, status.podIP and a few more.",
    )
    fileKeyRef: FileKeySelector | None = Field(
        "*FileKeySelector", "A key of an env file that an earlier container wrote into a shared emptyDir volume."
    )
    resourceFieldRef: ResourceFieldSelector | None = Field(
        "*ResourceFieldSelector", "A limit or request of a container of this pod, for example limits.cpu."
    )
    secretKeyRef: SecretKeySelector | None = Field("*SecretKeySelector", "A key of a Secret in the pod's namespace.")


class EnvVar(Struct):
    """One environment variable, given literally or taken from elsewhere; value and valueFrom exclude each other."""

    name: str = Field("string", 'Variable name: any printable ASCII characters except "=".', zero="", always=True)
    value: str = Field(
        "string",
        'Literal text. $(OTHER) refers to variables defined earlier and is left as it is when unresolved; $$ escapes. Default "".',
        zero="",
    )
    valueFrom: EnvVarSource | None = Field(
        "*EnvVarSource", "Source to read the value from when the container starts; only with an empty value."
    )


class ExecAction(Struct):
    """A command run inside the container."""

    command: tuple[str, ...] = Field(
        "[]string",
        "Program and arguments, run directly without a shell and in the container's root directory.",
        zero=(),
        list_type="atomic",
    )


class HTTPHeader(Struct):
    """One header of an HTTP probe or hook."""

    name: str = Field(
        "string",
        "Header name; it is canonicalised, so differently capitalised spellings are the same header.",
        zero="",
        always=True,
    )
    value: str = Field("string", "Header value.", zero="", always=True)


class HTTPGetAction(Struct):
    """An HTTP GET request made by the kubelet."""

    host: str = Field(
        "string",
        "Host to connect to; defaults to the pod's IP. Set a Host header instead to reach a virtual host.",
        zero="",
    )
    httpHeaders: tuple[HTTPHeader, ...] = Field(
        "[]HTTPHeader", "Headers added to the request; names may repeat.", zero=(), list_type="atomic"
    )
    path: str = Field("string", 'Request path. Default "/".', zero="")
    port: IntOrString | None = Field("intstr.IntOrString", "Port number, or the name of one of the container's ports.")
    scheme: str = Field(
        "URIScheme", "HTTP (default) or HTTPS; certificates are not verified.", zero="", enum=("HTTP", "HTTPS")
    )


class SleepAction(Struct):
    """A pause used as a lifecycle hook."""

    seconds: int = Field("int64", "Seconds to wait; must not exceed the pod's grace period.", zero=0, always=True)


class TCPSocketAction(Struct):
    """A TCP connection attempt."""

    host: str = Field("string", "Host to connect to; defaults to the pod's IP.", zero="")
    port: IntOrString | None = Field("intstr.IntOrString", "Port number, or the name of one of the container's ports.")


class LifecycleHandler(Struct):
    """What a hook does; exactly one member is set."""

    exec: ExecAction | None = Field("*ExecAction", "Runs a command in the container.")
    httpGet: HTTPGetAction | None = Field("*HTTPGetAction", "Sends an HTTP GET request.")
    sleep: SleepAction | None = Field("*SleepAction", "Just waits for some seconds.")
    tcpSocket: TCPSocketAction | None = Field(
        "*TCPSocketAction", "Not supported for hooks and only kept for old objects: it fails at run time."
    )


class Lifecycle(Struct):
    """Things done around a container's start and stop."""

    postStart: LifecycleHandler | None = Field(
        "*LifecycleHandler",
        "Runs right after the container is created, alongside its entrypoint; failure kills the container.",
    )
    preStop: LifecycleHandler | None = Field(
        "*LifecycleHandler",
        "Runs before a container is stopped by deletion, a failed probe or preemption; its time counts against the grace period.",
    )
    stopSignal: str | None = Field(
        "*Signal",
        "Signal sent to stop the container, for example SIGUSR1; needs spec.os.name. Default from the image, else SIGTERM.",
        enum=(
            "SIGABRT",
            "SIGALRM",
            "SIGBUS",
            "SIGCHLD",
            "SIGCLD",
            "SIGCONT",
            "SIGFPE",
            "SIGHUP",
            "SIGILL",
            "SIGINT",
            "SIGIO",
            "SIGIOT",
            "SIGKILL",
            "SIGPIPE",
            "SIGPOLL",
            "SIGPROF",
            "SIGPWR",
            "SIGQUIT",
            "SIGRTMAX",
            "SIGRTMAX-1",
            "SIGRTMAX-10",
            "SIGRTMAX-11",
            "SIGRTMAX-12",
            "SIGRTMAX-13",
            "SIGRTMAX-14",
            "SIGRTMAX-2",
            "SIGRTMAX-3",
            "SIGRTMAX-4",
            "SIGRTMAX-5",
            "SIGRTMAX-6",
            "SIGRTMAX-7",
            "SIGRTMAX-8",
            "SIGRTMAX-9",
            "SIGRTMIN",
            "SIGRTMIN+1",
            "SIGRTMIN+10",
            "SIGRTMIN+11",
            "SIGRTMIN+12",
            "SIGRTMIN+13",
            "SIGRTMIN+14",
            "SIGRTMIN+15",
            "SIGRTMIN+2",
            "SIGRTMIN+3",
            "SIGRTMIN+4",
            "SIGRTMIN+5",
            "SIGRTMIN+6",
            "SIGRTMIN+7",
            "SIGRTMIN+8",
            "SIGRTMIN+9",
            "SIGSEGV",
            "SIGSTKFLT",
            "SIGSTOP",
            "SIGSYS",
            "SIGTERM",
            "SIGTRAP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGUSR1",
            "SIGUSR2",
            "SIGVTALRM",
            "SIGWINCH",
            "SIGXCPU",
            "SIGXFSZ",
        ),
    )


class GRPCAction(Struct):
    """A call of grpc.health.v1.Health/Check."""

    port: int = Field(
        "int32", "Port number of the gRPC server, 1 to 65535; names are not possible here.", zero=0, always=True
    )
    service: str | None = Field(
        "*string", "Service name put into the health request; empty asks for the server as a whole."
    )


class Probe(Struct):
    """A periodic health check of a container: one of exec, grpc, httpGet and tcpSocket, plus its timing."""

    exec: ExecAction | None = Field("*ExecAction", "Runs a command in the container; exit status 0 is success.")
    failureThreshold: int = Field(
        "int32", "Consecutive failures that turn a passing probe into a failing one. Default 3, at least 1.", zero=0
    )
    grpc: GRPCAction | None = Field("*GRPCAction", "Calls the standard gRPC health service.")
    httpGet: HTTPGetAction | None = Field("*HTTPGetAction", "Sends an HTTP GET; any status from 200 to 399 is success.")
    initialDelaySeconds: int = Field(
        "int32", "Seconds after the container's start before the first probe. Default 0.", zero=0
    )
    periodSeconds: int = Field("int32", "Seconds between probes. Default 10, at least 1.", zero=0)
    successThreshold: int = Field(
        "int32",
        "Consecutive successes that turn a failing probe into a passing one. Default 1, and must be 1 for liveness and startup.",
        zero=0,
    )
    tcpSocket: TCPSocketAction | None = Field(
        "*TCPSocketAction", "Opens a TCP connection; success when it is accepted."
    )
    terminationGracePeriodSeconds: int | None = Field(
        "*int64",
        "Grace period used instead of the pod's when this probe kills the container; not allowed on readiness probes.",
    )
    timeoutSeconds: int = Field("int32", "Seconds until one probe counts as failed. Default 1, at least 1.", zero=0)


class ResourceClaim(Struct):
    """Use of one of the pod's resource claims by a container."""

    name: str = Field("string", "Name of an entry in spec.resourceClaims.", zero="", always=True)
    request: str = Field("string", "Single request of that claim to expose; empty exposes all of them.", zero="")


class ResourceRequirements(Struct):
    """Resources asked for and the ceiling put on them."""

    claims: tuple[ResourceClaim, ...] = Field(
        "[]ResourceClaim",
        "Entries of spec.resourceClaims this container makes use of.",
        zero=(),
        list_type="map",
        list_keys=("name",),
    )
    limits: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Most the container may use: cpu above it is throttled, memory above it is killed with OOMKilled.",
        zero=EMPTY_MAP,
    )
    requests: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Amount the scheduler reserves on the node. Defaults to limits where those are set; it may not exceed them.",
        zero=EMPTY_MAP,
    )


class AppArmorProfile(Struct):
    """Which AppArmor profile to use."""

    localhostProfile: str | None = Field(
        "*string", "Name of a profile loaded on the node; set if and only if type is Localhost."
    )
    type: str = Field(
        "AppArmorProfileType",
        "RuntimeDefault (the runtime's own profile), Localhost (one loaded on the node) or Unconfined (none).",
        zero="",
        always=True,
        enum=("Localhost", "RuntimeDefault", "Unconfined"),
    )


class Capabilities(Struct):
    """Linux capabilities changed from the runtime's default set."""

    add: tuple[str, ...] = Field(
        "[]Capability", "Capabilities to grant, such as NET_ADMIN, or ALL.", zero=(), list_type="atomic"
    )
    drop: tuple[str, ...] = Field(
        "[]Capability", "Capabilities to take away, or ALL; applied before add.", zero=(), list_type="atomic"
    )


class SELinuxOptions(Struct):
    """Parts of an SELinux label."""

    level: str = Field("string", "Level part of the label, for example s0:c1,c2.", zero="")
    role: str = Field("string", "Role part of the label.", zero="")
    type: str = Field("string", "Type part of the label.", zero="")
    user: str = Field("string", "User part of the label.", zero="")


class SeccompProfile(Struct):
    """Which system call filter to use."""

    localhostProfile: str | None = Field(
        "*string", "Profile file, relative to the kubelet's seccomp directory; set if and only if type is Localhost."
    )
    type: str = Field(
        "SeccompProfileType",
        "RuntimeDefault (the runtime's own filter), Localhost (a file on the node) or Unconfined (none).",
        zero="",
        always=True,
        enum=("Localhost", "RuntimeDefault", "Unconfined"),
    )


class WindowsSecurityContextOptions(Struct):
    """Security settings of Windows containers."""

    gmsaCredentialSpec: str | None = Field(
        "*string",
        "Inlined group managed service account credential spec, filled by a webhook from gmsaCredentialSpecName.",
    )
    gmsaCredentialSpecName: str | None = Field("*string", "Name of the GMSACredentialSpec object to use.")
    hostProcess: bool | None = Field(
        "*bool", "Run as a process on the host; all containers of a pod must agree, and hostNetwork must be true."
    )
    runAsUserName: str | None = Field("*string", "Windows user to run as; the image's own user when unset.")


class SecurityContext(Struct):
    """Security settings of one container; each wins over the pod-level setting of the same name."""

    allowPrivilegeEscalation: bool | None = Field(
        "*bool",
        "Whether a process may gain more privileges than its parent (no_new_privs off). Always true when privileged.",
    )
    appArmorProfile: AppArmorProfile | None = Field(
        "*AppArmorProfile", "AppArmor profile to confine the container with."
    )
    capabilities: Capabilities | None = Field(
        "*Capabilities", "Linux capabilities added to or dropped from the runtime's default set."
    )
    privileged: bool | None = Field("*bool", "Run with essentially all rights of root on the node. Default false.")
    procMount: str | None = Field(
        "*ProcMountType",
        "How /proc is mounted: Default masks sensitive paths, Unmasked shows all of it.",
        enum=("Default", "Unmasked"),
    )
    readOnlyRootFilesystem: bool | None = Field("*bool", "Mount the root file system read-only. Default false.")
    runAsGroup: int | None = Field("*int64", "Primary group id of the process; the runtime's default when unset.")
    runAsNonRoot: bool | None = Field("*bool", "Refuse to start the container when it would run as user 0.")
    runAsUser: int | None = Field("*int64", "User id of the process; the image's own user when unset.")
    seLinuxOptions: SELinuxOptions | None = Field(
        "*SELinuxOptions", "SELinux label of the container; unset lets the runtime pick a random one."
    )
    seccompProfile: SeccompProfile | None = Field(
        "*SeccompProfile", "Filter on the system calls the container may make."
    )
    windowsOptions: WindowsSecurityContextOptions | None = Field(
        "*WindowsSecurityContextOptions", "Settings that only apply to Windows containers."
    )


class VolumeDevice(Struct):
    """A block volume exposed to a container."""

    devicePath: str = Field("string", "Path inside the container at which the device appears.", zero="", always=True)
    name: str = Field("string", "Name of the pod volume: a claim with volumeMode Block.", zero="", always=True)


class VolumeMount(Struct):
    """A pod volume mounted into a container."""

    mountPath: str = Field(
        "string",
        'Absolute path inside the container to mount at; must be unique and must not contain ":".',
        zero="",
        always=True,
    )
    mountPropagation: str | None = Field(
        "*MountPropagationMode",
        "How mounts travel between node and container: None (default), HostToContainer or Bidirectional (privileged only).",
        enum=("Bidirectional", "HostToContainer", "None"),
    )
    name: str = Field("string", "Name of the pod volume to mount.", zero="", always=True)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    recursiveReadOnly: str | None = Field(
        "*RecursiveReadOnlyMode",
        "Whether submounts of a read-only mount are read-only too: Disabled (default), IfPossible or Enabled.",
    )
    subPath: str = Field(
        "string", 'Path within the volume to mount instead of its root; must be relative and free of "..".', zero=""
    )
    subPathExpr: str = Field(
        "string",
        "Like subPath, with $(VAR) expanded from the container's environment; the two exclude each other.",
        zero="",
    )


class Container(Struct):
    """One application or init container: its image, command, environment, ports, mounts, resources and probes."""

    args: tuple[str, ...] = Field(
        "[]string",
        "Arguments handed to the entrypoint, replacing the image's CMD. $(VAR) references expand from env; $$(VAR) is kept literal.",
        zero=(),
        list_type="atomic",
    )
    command: tuple[str, ...] = Field(
        "[]string",
        "Entrypoint array, replacing the image's ENTRYPOINT; not run in a shell. $(VAR) references expand as in args.",
        zero=(),
        list_type="atomic",
    )
    env: tuple[EnvVar, ...] = Field(
        "[]EnvVar",
        "Environment variables set in the container; a later entry of the same name wins, and all win over envFrom.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    envFrom: tuple[EnvFromSource, ...] = Field(
        "[]EnvFromSource",
        "ConfigMaps and Secrets whose every key becomes an environment variable; later sources win over earlier ones.",
        zero=(),
        list_type="atomic",
    )
    image: str = Field(
        "string",
        "Image reference, such as registry/name:tag or name@sha256:…; workload templates may leave it to be filled in later.",
        zero="",
    )
    imagePullPolicy: str = Field(
        "PullPolicy",
        "When to pull: Always, IfNotPresent or Never. Defaults to Always for tag :latest or no tag, else IfNotPresent.",
        zero="",
        enum=("Always", "IfNotPresent", "Never"),
    )
    lifecycle: Lifecycle | None = Field(
        "*Lifecycle", "Hooks run just after start and just before stop, and the stop signal to use."
    )
    livenessProbe: Probe | None = Field(
        "*Probe", "Periodic check whose repeated failure makes the kubelet restart the container."
    )
    name: str = Field(
        "string",
        "Name of the container: a DNS label, unique among all containers of the pod; it cannot be changed.",
        zero="",
        always=True,
    )
    ports: tuple[ContainerPort, ...] = Field(
        "[]ContainerPort",
        "Ports the container listens on. Mostly documentation, but names can be used as targets and hostPort is enforced.",
        zero=(),
        list_type="map",
        list_keys=("containerPort", "protocol"),
        merge_key="containerPort",
        strategy="merge",
    )
    readinessProbe: Probe | None = Field(
        "*Probe",
        "Periodic check that decides whether the pod receives service traffic; failing it does not restart anything.",
    )
    resizePolicy: tuple[ContainerResizePolicy, ...] = Field(
        "[]ContainerResizePolicy",
        "For each resource, whether an in-place resize needs a container restart.",
        zero=(),
        list_type="atomic",
    )
    resources: ResourceRequirements = Field(
        "ResourceRequirements",
        "CPU, memory and other resources requested by the container and the limits put on it.",
        zero=ResourceRequirements(),
        always=True,
    )
    restartPolicy: str | None = Field(
        "*ContainerRestartPolicy",
        "Restart policy of this container alone, overriding the pod's. Always on an init container makes it a sidecar.",
    )
    restartPolicyRules: tuple[ContainerRestartRule, ...] = Field(
        "[]ContainerRestartRule",
        "Rules tried in order when the container exits, before restartPolicy applies; requires restartPolicy to be set.",
        zero=(),
        list_type="atomic",
    )
    securityContext: SecurityContext | None = Field(
        "*SecurityContext", "Security settings of this container, taking precedence over the pod's."
    )
    startupProbe: Probe | None = Field(
        "*Probe",
        "Check that must succeed once before liveness and readiness probes begin; repeated failure restarts the container.",
    )
    stdin: bool = Field(
        "bool", "Keep a buffer open for standard input; without it reads return end of file. Default false.", zero=False
    )
    stdinOnce: bool = Field(
        "bool",
        "Close standard input after the first attached client leaves, until the container restarts. Default false.",
        zero=False,
    )
    terminationMessagePath: str = Field(
        "string",
        "File whose content becomes the termination message in status (at most 4096 bytes). Default /dev/termination-log.",
        zero="",
    )
    terminationMessagePolicy: str = Field(
        "TerminationMessagePolicy",
        "File (default) reads the message file only; FallbackToLogsOnError takes the log's tail when the file is empty on failure.",
        zero="",
        enum=("FallbackToLogsOnError", "File"),
    )
    tty: bool = Field("bool", "Allocate a terminal for the container; requires stdin. Default false.", zero=False)
    volumeDevices: tuple[VolumeDevice, ...] = Field(
        "[]VolumeDevice",
        "Block volumes exposed to the container as raw devices.",
        zero=(),
        list_type="map",
        list_keys=("devicePath",),
        merge_key="devicePath",
        strategy="merge",
    )
    volumeMounts: tuple[VolumeMount, ...] = Field(
        "[]VolumeMount",
        "Pod volumes mounted into the container's file system.",
        zero=(),
        list_type="map",
        list_keys=("mountPath",),
        merge_key="mountPath",
        strategy="merge",
    )
    workingDir: str = Field("string", "Directory the process starts in; the image's own when empty.", zero="")


class EphemeralContainer(Struct):
    """A temporary container put into a running pod for debugging: no resource guarantees, no probes, never restarted."""

    args: tuple[str, ...] = Field(
        "[]string",
        "Arguments handed to the entrypoint, replacing the image's CMD. $(VAR) references expand from env.",
        zero=(),
        list_type="atomic",
    )
    command: tuple[str, ...] = Field(
        "[]string",
        "Entrypoint array, replacing the image's ENTRYPOINT; not run in a shell.",
        zero=(),
        list_type="atomic",
    )
    env: tuple[EnvVar, ...] = Field(
        "[]EnvVar",
        "Environment variables set in the container; they win over envFrom.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    envFrom: tuple[EnvFromSource, ...] = Field(
        "[]EnvFromSource",
        "ConfigMaps and Secrets whose every key becomes an environment variable.",
        zero=(),
        list_type="atomic",
    )
    image: str = Field("string", "Image that holds the debugging tools, for example busybox.", zero="")
    imagePullPolicy: str = Field(
        "PullPolicy",
        "When to pull: Always, IfNotPresent or Never. Defaults to Always for tag :latest or no tag, else IfNotPresent.",
        zero="",
        enum=("Always", "IfNotPresent", "Never"),
    )
    lifecycle: Lifecycle | None = Field(
        "*Lifecycle", "Present only for symmetry with Container: hooks are rejected on ephemeral containers."
    )
    livenessProbe: Probe | None = Field(
        "*Probe", "Present only for symmetry with Container: probes are rejected on ephemeral containers."
    )
    name: str = Field(
        "string", "Name of the container: a DNS label, unique among all containers of the pod.", zero="", always=True
    )
    ports: tuple[ContainerPort, ...] = Field(
        "[]ContainerPort",
        "Present only for symmetry with Container: ports are rejected on ephemeral containers.",
        zero=(),
        list_type="map",
        list_keys=("containerPort", "protocol"),
        merge_key="containerPort",
        strategy="merge",
    )
    readinessProbe: Probe | None = Field(
        "*Probe", "Present only for symmetry with Container: probes are rejected on ephemeral containers."
    )
    resizePolicy: tuple[ContainerResizePolicy, ...] = Field(
        "[]ContainerResizePolicy",
        "Present only for symmetry with Container: ephemeral containers have nothing to resize.",
        zero=(),
        list_type="atomic",
    )
    resources: ResourceRequirements = Field(
        "ResourceRequirements",
        "Must be empty: an ephemeral container uses whatever the pod has to spare.",
        zero=ResourceRequirements(),
        always=True,
    )
    restartPolicy: str | None = Field(
        "*ContainerRestartPolicy", "Must be unset: an ephemeral container is never restarted."
    )
    restartPolicyRules: tuple[ContainerRestartRule, ...] = Field(
        "[]ContainerRestartRule",
        "Must be empty: an ephemeral container is never restarted.",
        zero=(),
        list_type="atomic",
    )
    securityContext: SecurityContext | None = Field(
        "*SecurityContext", "Security settings to run the debugging container with, overriding the pod's."
    )
    startupProbe: Probe | None = Field(
        "*Probe", "Present only for symmetry with Container: probes are rejected on ephemeral containers."
    )
    stdin: bool = Field(
        "bool", "Keep a buffer open for standard input, as an interactive session needs. Default false.", zero=False
    )
    stdinOnce: bool = Field(
        "bool", "Close standard input after the first attached client leaves. Default false.", zero=False
    )
    targetContainerName: str = Field(
        "string",
        "Container of the pod whose process namespace is joined; empty means the namespaces the pod itself configures.",
        zero="",
    )
    terminationMessagePath: str = Field(
        "string", "File whose content becomes the termination message in status. Default /dev/termination-log.", zero=""
    )
    terminationMessagePolicy: str = Field(
        "TerminationMessagePolicy",
        "Where the termination message comes from: File (default) or FallbackToLogsOnError.",
        zero="",
        enum=("FallbackToLogsOnError", "File"),
    )
    tty: bool = Field("bool", "Allocate a terminal for the container; requires stdin. Default false.", zero=False)
    volumeDevices: tuple[VolumeDevice, ...] = Field(
        "[]VolumeDevice",
        "Block volumes exposed to the container as raw devices.",
        zero=(),
        list_type="map",
        list_keys=("devicePath",),
        merge_key="devicePath",
        strategy="merge",
    )
    volumeMounts: tuple[VolumeMount, ...] = Field(
        "[]VolumeMount",
        "Pod volumes mounted into the container; subPath mounts are rejected here.",
        zero=(),
        list_type="map",
        list_keys=("mountPath",),
        merge_key="mountPath",
        strategy="merge",
    )
    workingDir: str = Field("string", "Directory the process starts in; the image's own when empty.", zero="")


class ContainerStateRunning(Struct):
    """A running container."""

    startedAt: Time | None = Field("metav1.Time", "When it was last (re)started.")


class ContainerStateTerminated(Struct):
    """A container that has exited."""

    containerID: str = Field("string", "Runtime id of the container that exited.", zero="")
    exitCode: int = Field("int32", "Exit status of the last run; 128+n when signal n killed it.", zero=0, always=True)
    finishedAt: Time | None = Field("metav1.Time", "When it exited.")
    message: str = Field("string", "Termination message the container left, if any.", zero="")
    reason: str = Field("string", "CamelCase cause: Completed, Error, OOMKilled, ContainerCannotRun, …", zero="")
    signal: int = Field("int32", "Signal number that ended it, where the runtime reports one.", zero=0)
    startedAt: Time | None = Field("metav1.Time", "When that run began.")


class ContainerStateWaiting(Struct):
    """A container that is not yet running."""

    message: str = Field("string", "Details of why it is not running yet.", zero="")
    reason: str = Field(
        "string", "CamelCase cause: ContainerCreating, PodInitializing, CrashLoopBackOff, ImagePullBackOff, …", zero=""
    )


class ContainerState(Struct):
    """State of a container; exactly one member is set and none means waiting."""

    running: ContainerStateRunning | None = Field("*ContainerStateRunning", "Set while the container runs.")
    terminated: ContainerStateTerminated | None = Field("*ContainerStateTerminated", "Set once it has exited.")
    waiting: ContainerStateWaiting | None = Field(
        "*ContainerStateWaiting", "Set while it is being prepared: image pull, back-off, Secret missing and so on."
    )


class LinuxContainerUser(Struct):
    """Linux ids of a container's first process."""

    gid: int = Field("int64", "Primary group id.", zero=0, always=True)
    supplementalGroups: tuple[int, ...] = Field("[]int64", "Supplementary group ids.", zero=(), list_type="atomic")
    uid: int = Field("int64", "User id.", zero=0, always=True)


class ContainerUser(Struct):
    """Identity of a container's first process."""

    linux: LinuxContainerUser | None = Field(
        "*LinuxContainerUser", "Ids on Linux; they may change later if the process is allowed to."
    )


class ResourceHealth(Struct):
    """Health of one device."""

    health: str = Field("ResourceHealthStatus", "Healthy, Unhealthy or Unknown.", zero="")
    message: str | None = Field("*string", "Text from the device's driver that explains the health value.")
    resourceID: str = Field("ResourceID", "Id of the device, unique on the node.", zero="", always=True)


class ResourceStatus(Struct):
    """Health of the devices behind one resource of a container."""

    name: str = Field(
        "ResourceName",
        "Resource name, or claim:<claim>/<request> for dynamically allocated devices.",
        zero="",
        always=True,
    )
    resources: tuple[ResourceHealth, ...] = Field(
        "[]ResourceHealth", "Health of every single device.", zero=(), list_type="map", list_keys=("resourceID",)
    )


class ImageVolumeStatus(Struct):
    """State of a mounted image volume."""

    imageRef: str = Field(
        "string", "Digest of the image that was mounted; at most 256 characters.", zero="", always=True
    )


class VolumeStatus(Struct):
    """State of a mounted volume; at most one member is set."""

    image: ImageVolumeStatus | None = Field("*ImageVolumeStatus", "For an image volume, which image was mounted.")


class VolumeMountStatus(Struct):
    """How a volume mount of a container came out."""

    mountPath: str = Field("string", "Path inside the container, as in the spec's mount.", zero="", always=True)
    name: str = Field("string", "Name of the volume mounted, as in the spec's mount.", zero="", always=True)
    readOnly: bool = Field("bool", "Whether it is mounted read-only.", zero=False)
    recursiveReadOnly: str | None = Field(
        "*RecursiveReadOnlyMode", "Effective mode: Disabled or Enabled, which is what IfPossible resolved to."
    )
    volumeStatus: VolumeStatus | None = Field("*VolumeStatus", "Further facts that depend on the kind of volume.")


class ContainerStatus(Struct):
    """What is known of one container's present state."""

    allocatedResources: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Requests the node has set aside for the container; they lag behind the spec during an in-place resize.",
        zero=EMPTY_MAP,
    )
    allocatedResourcesStatus: tuple[ResourceStatus, ...] = Field(
        "[]ResourceStatus",
        "Health of the devices allocated to the container.",
        zero=(),
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )
    containerID: str = Field("string", "Id given by the runtime, as runtime://id, for example containerd://….", zero="")
    image: str = Field(
        "string",
        "Image the container runs, as the runtime resolved it; need not equal the name in the spec.",
        zero="",
        always=True,
    )
    imageID: str = Field("string", "Digest of the image that was pulled.", zero="", always=True)
    lastState: ContainerState = Field(
        "ContainerState",
        "State of the previous run, when the container has terminated before; kept to diagnose crashes.",
        zero=ContainerState(),
        always=True,
    )
    name: str = Field("string", "Name of the container, as in the spec.", zero="", always=True)
    ready: bool = Field(
        "bool",
        "Whether the readiness probe passes; without one, whether the container has started.",
        zero=False,
        always=True,
    )
    resources: ResourceRequirements | None = Field(
        "*ResourceRequirements", "Requests and limits really in force for the running container."
    )
    restartCount: int = Field(
        "int32",
        "How often the container was restarted; approximate, as old containers may be garbage collected.",
        zero=0,
        always=True,
    )
    started: bool | None = Field(
        "*bool", "Whether postStart has finished and the startup probe has passed; null means false."
    )
    state: ContainerState = Field(
        "ContainerState", "Present state: waiting, running or terminated.", zero=ContainerState(), always=True
    )
    stopSignal: str | None = Field(
        "*Signal",
        "Signal the runtime will send to stop the container.",
        enum=(
            "SIGABRT",
            "SIGALRM",
            "SIGBUS",
            "SIGCHLD",
            "SIGCLD",
            "SIGCONT",
            "SIGFPE",
            "SIGHUP",
            "SIGILL",
            "SIGINT",
            "SIGIO",
            "SIGIOT",
            "SIGKILL",
            "SIGPIPE",
            "SIGPOLL",
            "SIGPROF",
            "SIGPWR",
            "SIGQUIT",
            "SIGRTMAX",
            "SIGRTMAX-1",
            "SIGRTMAX-10",
            "SIGRTMAX-11",
            "SIGRTMAX-12",
            "SIGRTMAX-13",
            "SIGRTMAX-14",
            "SIGRTMAX-2",
            "SIGRTMAX-3",
            "SIGRTMAX-4",
            "SIGRTMAX-5",
            "SIGRTMAX-6",
            "SIGRTMAX-7",
            "SIGRTMAX-8",
            "SIGRTMAX-9",
            "SIGRTMIN",
            "SIGRTMIN+1",
            "SIGRTMIN+10",
            "SIGRTMIN+11",
            "SIGRTMIN+12",
            "SIGRTMIN+13",
            "SIGRTMIN+14",
            "SIGRTMIN+15",
            "SIGRTMIN+2",
            "SIGRTMIN+3",
            "SIGRTMIN+4",
            "SIGRTMIN+5",
            "SIGRTMIN+6",
            "SIGRTMIN+7",
            "SIGRTMIN+8",
            "SIGRTMIN+9",
            "SIGSEGV",
            "SIGSTKFLT",
            "SIGSTOP",
            "SIGSYS",
            "SIGTERM",
            "SIGTRAP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGUSR1",
            "SIGUSR2",
            "SIGVTALRM",
            "SIGWINCH",
            "SIGXCPU",
            "SIGXFSZ",
        ),
    )
    user: ContainerUser | None = Field("*ContainerUser", "User and groups the first process was started with.")
    volumeMounts: tuple[VolumeMountStatus, ...] = Field(
        "[]VolumeMountStatus",
        "How each volume mount was really made.",
        zero=(),
        list_type="map",
        list_keys=("mountPath",),
        merge_key="mountPath",
        strategy="merge",
    )
