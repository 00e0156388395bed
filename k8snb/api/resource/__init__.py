"""The resource.k8s.io API group."""
