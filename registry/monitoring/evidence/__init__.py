"""Evidence of an episode: a bundle from which it can be judged anew, away from this service."""
