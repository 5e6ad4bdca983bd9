import socket
import socketserver
import threading


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline())


with socketserver.TCPServer(("localhost", 0), Echo) as server:
    threading.Thread(target=server.handle_request).start()
    with socket.create_connection((socket.gethostname(), server.server_address[1])) as connection:
        connection.sendall(b"hello\n")
        print(connection.makefile().readline().strip(), socket.gethostname())
