"""kubectl's persistent flags: every command understands them. `kubectl options` lists them.

Source: cli-runtime `pkg/genericclioptions/config_flags.go`, kubectl `pkg/cmd/cmd.go` and `profiling.go`, klog.
"""

from __future__ import annotations

from k8snb.kubectl.pflag import Flag

GLOBAL_FLAGS: tuple[Flag, ...] = (
    Flag(
        "as",
        usage="Username to impersonate for the operation. User could be a regular user or a service account in a "
        "namespace.",
    ),
    Flag(
        "as-group",
        "stringArray",
        usage="Group to impersonate for the operation, this flag can be repeated to specify multiple groups.",
    ),
    Flag("as-uid", usage="UID to impersonate for the operation."),
    Flag(
        "as-user-extra",
        "stringArray",
        usage="User extras to impersonate for the operation, this flag can be repeated to specify multiple values for "
        "the same key.",
    ),
    Flag("cache-dir", default="/home/learner/.kube/cache", usage="Default cache directory"),
    Flag("certificate-authority", usage="Path to a cert file for the certificate authority"),
    Flag("client-certificate", usage="Path to a client certificate file for TLS"),
    Flag("client-key", usage="Path to a client key file for TLS"),
    Flag("cluster", usage="The name of the kubeconfig cluster to use"),
    Flag("context", usage="The name of the kubeconfig context to use"),
    Flag(
        "disable-compression",
        "bool",
        usage="If true, opt-out of response compression for all requests to the server",
    ),
    Flag(
        "insecure-skip-tls-verify",
        "bool",
        usage="If true, the server's certificate will not be checked for validity. This will make your HTTPS "
        "connections insecure",
    ),
    Flag("kubeconfig", usage="Path to the kubeconfig file to use for CLI requests."),
    Flag(
        "kuberc",
        usage="Path to the kuberc file to use for preferences. This can be disabled by exporting KUBECTL_KUBERC=false "
        "feature gate or turning off the feature KUBERC=off.",
    ),
    Flag("log-flush-frequency", "duration", default=5.0, usage="Maximum number of seconds between log flushes"),
    Flag("match-server-version", "bool", usage="Require server version to match client version"),
    Flag("namespace", shorthand="n", usage="If present, the namespace scope for this CLI request"),
    Flag("password", usage="Password for basic authentication to the API server"),
    Flag(
        "profile",
        default="none",
        usage="Name of profile to capture. One of (none|cpu|heap|goroutine|threadcreate|block|mutex)",
    ),
    Flag("profile-output", default="profile.pprof", usage="Name of the file to write the profile to"),
    Flag(
        "request-timeout",
        default="0",
        usage="The length of time to wait before giving up on a single server request. Non-zero values should contain "
        "a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means don't timeout requests.",
    ),
    Flag("server", shorthand="s", usage="The address and port of the Kubernetes API server"),
    Flag(
        "tls-server-name",
        usage="Server name to use for server certificate validation. If it is not provided, the hostname used to "
        "contact the server is used",
    ),
    Flag("token", usage="Bearer token for authentication to the API server"),
    Flag("user", usage="The name of the kubeconfig user to use"),
    Flag("username", usage="Username for basic authentication to the API server"),
    Flag("v", "int32", shorthand="v", shown="0", usage="number for the log level verbosity"),
    Flag(
        "vmodule",
        "stringArray",
        shown="",
        usage="comma-separated list of pattern=N settings for file-filtered logging (only works for the default text "
        "log format)",
    ),
    Flag(
        "warnings-as-errors",
        "bool",
        usage="Treat warnings received from the server as errors and exit with a non-zero exit code",
    ),
)
