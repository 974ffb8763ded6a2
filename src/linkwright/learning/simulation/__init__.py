"""Simulated users whose true reply rates are known, so that policies can be measured on them."""
