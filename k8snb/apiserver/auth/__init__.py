"""Who may do what: RBAC, and the roles every cluster starts with."""
