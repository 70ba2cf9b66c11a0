"""Whether questions with several parts find all their passages: a plan beside one search."""
