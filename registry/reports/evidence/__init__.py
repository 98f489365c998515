"""Files that a victim gives with a report: judged by their content at the door, sealed, and read by few."""
