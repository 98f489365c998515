"""Reports of victims through partner systems: their receipt, their link to an order, and what is told back."""
