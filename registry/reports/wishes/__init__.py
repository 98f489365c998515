"""Whether a victim wants to hear what becomes of her report, of what, how and when that is safe, and through whom."""
