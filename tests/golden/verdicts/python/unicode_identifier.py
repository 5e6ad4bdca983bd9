größe = {"é": "😀"}
print(größe["é"])
