import socket
import urllib.request

reached = 0
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("1.1.1.1", 53)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("8.8.8.8", 53)),
    (socket.AF_INET6, socket.SOCK_DGRAM, ("2606:4700:4700::1111", 53)),
):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(1)
            s.connect(address)
            s.send(b"x")
            reached += 1
    except OSError:
        pass
for ask in (lambda: socket.gethostbyname("example.org"), lambda: urllib.request.urlopen("http://example.org", timeout=1)):
    try:
        ask()
        reached += 1
    except OSError:
        pass
print(reached)
