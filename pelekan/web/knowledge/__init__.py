"""The knowledge base at the desk: where articles are written, reviewed and let out. Below /desk/knowledge/."""
