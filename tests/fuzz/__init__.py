"""`make fuzz`: what comes from outside, bent and broken, against every reader of ours."""
