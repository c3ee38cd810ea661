"""What is kept, and what has left the house: holds, sealed items, hand-over, return, destruction."""
