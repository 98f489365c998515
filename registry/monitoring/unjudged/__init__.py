"""Devices that are coupled and judged by nothing: what they send is stored, and nobody would be called for it."""
