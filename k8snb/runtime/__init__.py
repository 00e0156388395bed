"""The container runtime of every node: what containerd, the kernel and the images themselves are to a real cluster.

A container is plain immutable data (files, processes, log, ports); the code here turns one state into the next. Nothing in
this package knows the API: the kubelet drives it, and the network reaches it through the kubelet.
"""
