"""A copy on local disk from which lookups are answered while the database is away, and the journal of those answers."""
