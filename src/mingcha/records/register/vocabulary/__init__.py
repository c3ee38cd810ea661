"""The words of the register, one module for each part of the office."""
