"""Whether a wearer is home, as the unit in his home says."""
