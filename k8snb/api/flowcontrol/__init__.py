"""The flowcontrol.apiserver.k8s.io API group."""
