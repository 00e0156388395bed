"""The group `extensions`: where workloads and Ingresses began; gone since v1.22."""
