"""One way to the API for everybody: controllers, kubelets, kubectl, views, lessons. In-process or over HTTP."""
