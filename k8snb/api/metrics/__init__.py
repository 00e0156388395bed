"""The metrics.k8s.io API group."""
