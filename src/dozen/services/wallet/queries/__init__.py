"""All SQL of the room, one module a noun, beside the tables of the same name."""
