"""The roof: puts the rooms, the web floor and the blocks together, and runs them."""
