```
"""
<think>
final 