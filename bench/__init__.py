"""Measurements of the running service, and of the driver beneath it in the same run; `make help` names the targets."""
