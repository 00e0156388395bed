"""Docker on the learner's own machine: the engine (images, containers, networks, volumes), its builder, and the command line.

The engine is a part of a `Cluster`'s state beside the nodes, and its containers run in the same machines as a Pod's. `cli.run`
is the command line; `engine.Docker` the daemon; `build` turns a Dockerfile and a folder into an image.
"""
