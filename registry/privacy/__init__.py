"""What the privacy officer must be able to find: the questions asked, kept so that only that role reads them."""
