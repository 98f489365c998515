"""What must not be kept: positions of a device on nobody, and anything after the last order of a wearer has ended."""
