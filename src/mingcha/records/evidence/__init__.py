"""The office's papers of a copy: the extract of the register and what stands on its certificate."""
