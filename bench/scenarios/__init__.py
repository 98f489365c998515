"""Scripted scenarios of what wearers do, played to the service with simulated devices: `make scenarios`."""
