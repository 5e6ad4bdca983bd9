import os
import tempfile

with open("notes.txt", "w") as file:
    file.write("kept for a while")
with tempfile.TemporaryDirectory() as directory:
    print(os.path.exists(directory), open("notes.txt").read())
