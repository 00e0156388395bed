"""The builder: reads a Dockerfile, sends the context, runs the steps of each stage, keeps what came out in a cache.

`solver.build` is the whole of it. Texts follow BuildKit's plain progress, which is what docker prints where
there is no terminal.
"""
