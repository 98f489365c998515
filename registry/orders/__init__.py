"""The register: persons, orders, versions, conditions and zones; what is in force, and why."""
