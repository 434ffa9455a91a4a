"""The wire shapes of the native JSON door, one module a noun."""
