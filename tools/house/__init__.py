"""What dev.py is made of: steps, set-up and checks. Python's own library only, nothing of the product."""
