"""Rows that could not be processed: kept with their cause, shown with their age, tried again after a fix."""
