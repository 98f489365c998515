"""The four moments at which a victim is told something, each on record with its proof."""
