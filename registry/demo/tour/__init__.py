"""The tour: every role plays its part against the running demo, over HTTP, and prints question and answer."""
