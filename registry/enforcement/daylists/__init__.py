"""The deadlines of the day, sent to whoever must act: one list a day for each owner, by webhook and in the feed."""
