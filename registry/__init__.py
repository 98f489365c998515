"""Registry and enforcement service for protection orders (beschermingsbevelen)."""

__version__ = "0.1.0"
