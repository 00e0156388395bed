"""What the API server checks of an object before it is stored: pure functions from typed objects to field errors.

One module per kind, plus the parts that kinds share (names, metadata, containers, volumes). A kind's validators look at
everything but the common metadata, which the server checks for all kinds alike (`metadata.py`). Objects come with their
defaults filled in. Wording and order of the errors follow Kubernetes v1.36 (`pkg/apis/*/validation`): people read them.
"""
