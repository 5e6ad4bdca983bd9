from __future__ import annotations
print(deque([1, 2], maxlen=1).pop(), __name__)
