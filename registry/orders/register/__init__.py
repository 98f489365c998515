"""Recording what messages say: versions, parties, persons, conditions and zones, and what they are found by."""
