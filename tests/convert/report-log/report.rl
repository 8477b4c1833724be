RLM Report Log Format 1, version 9.0
PRODUCT draw 1.0
