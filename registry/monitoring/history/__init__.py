"""The history of a wearer in a period, in an open format: what his devices said, and what was found of him."""
