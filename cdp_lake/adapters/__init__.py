"""The only door to the world: Spark, the lake, files, clocks and every service the platform talks to.

A room never comes here. A stage asks an adapter for a table, hands it from room to room, and gives the
result back; what Spark, Delta, GraphFrames, MLflow, Great Expectations or the machine can do wrong is
caught and explained on this side of the door.
"""
