"""A bundle of evidence as it is handed over: the data with a map, as a picture and on paper."""
