"""The simulation under the cluster: virtual time, seeded chance, the journal, and the engine that runs components."""
