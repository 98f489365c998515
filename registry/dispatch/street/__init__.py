"""The briefing for the officers on the street: one screen about one order, in plain Dutch."""
