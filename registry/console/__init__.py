"""What a person opens in a browser, and what a monitor of the service reads; it owns no facts."""
