"""The engine: what turns stored pings into episodes, in the one process that holds its lock."""
