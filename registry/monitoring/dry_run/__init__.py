"""Trying zones before they go live: how often they would have called, and what they give away."""
