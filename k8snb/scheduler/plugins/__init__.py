"""The scheduler's plugins, one a file; `framework.PLUGINS` lists them in order."""
