"""Computing running deadlines again after the law, a holiday or a detention changed, with a list of what moved."""
