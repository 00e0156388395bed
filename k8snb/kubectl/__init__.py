"""kubectl: one implementation for notebooks, Python and the shell, over the client interface. One file a command."""
