"""Devices that fall silent, providers that do, and the time in which nobody could see where a wearer was."""
