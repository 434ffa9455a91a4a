"""Leaf helpers: ids, clock, money, cursors, text, crypto, errors. Imports nothing of Dozen's."""
