"""The Kubernetes API as typed, frozen Python objects: shapes, documentation, defaults, names. No behaviour beyond that."""
