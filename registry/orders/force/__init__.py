"""Whether an order is in force at an instant, and why: pure rules, and the reading of what they rest on."""
