"""The apiregistration.k8s.io API group."""
