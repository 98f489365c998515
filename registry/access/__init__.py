"""Who may do what: clients and their keys, scopes, whose data it is, and the audit chain."""
