"""One frame for sources on other machines: what changed is read, what is gone is removed."""
