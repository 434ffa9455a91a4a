"""The microblog's verbs, one file a noun."""
