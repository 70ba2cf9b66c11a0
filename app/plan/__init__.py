"""A question goes in; its parts that are searched one by one come out, and their results become one order."""
