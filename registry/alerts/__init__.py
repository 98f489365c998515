"""What a human must see: alerts with their priority, who took them, and whom they reach when nobody does."""
