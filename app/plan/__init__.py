"""A question goes in, the plan of its answer comes out: rules alone, in four languages; no model is called (pure)."""

from app.plan.make import make_plan

__all__ = ["make_plan"]
