"""The answering road: a question goes in, a cited answer comes out."""
