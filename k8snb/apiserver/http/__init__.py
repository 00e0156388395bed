"""The wire: the REST face over HTTPS on the loopback interface, so that kubectl and client libraries can connect."""
