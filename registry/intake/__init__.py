"""Messages of the CJIB in, differences out: each row judged on its own, nothing lost."""
