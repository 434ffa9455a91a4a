"""Foreign protocols, one package each: their own authentication, errors and words over the same verbs."""
