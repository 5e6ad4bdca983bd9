print(hash("a") == hash("a"), list({"one", "two", "three", "four"}) == list({"one", "two", "three", "four"}))
import os
print(os.environ.get("PYTHONHASHSEED"))
