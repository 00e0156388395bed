"""The admissionregistration.k8s.io API group."""
