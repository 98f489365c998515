"""News that must leave: events written with the change they tell of, a feed, and webhooks."""
