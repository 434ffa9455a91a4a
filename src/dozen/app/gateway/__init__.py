"""A payment gateway to try Dozen against: a program of its own that speaks as Stripe does, moves no real
money, and misbehaves on demand. Nothing in the house imports it; the roof can start it."""
