"""Fraud and risk: habits that are kept with each payment, rules over them, verdicts with reasons.

``features`` are habits and how a payment changes them, ``rules`` the measures and the score, both pure;
``checking`` hangs them on where money moves, ``tuning`` has the rules as operators set them, ``simulation``
tries them on a town with known frauds.
"""
