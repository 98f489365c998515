"""Case information on her request: fourteen days from the day she asks, watched until it is sent."""
