"""What supports a breach, what is missing before it can be proven, by kind of breach."""
