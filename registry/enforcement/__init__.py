"""Breaches, proceedings, deadlines and hearings: what follows when an order is not kept."""
