"""Process mains of the media plane: the recorder with its video server, and what wires the parts together."""
