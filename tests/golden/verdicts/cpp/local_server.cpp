#include <arpa/inet.h>
#include <cstdio>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

int main() {
    int server = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(server, (sockaddr *)&address, size) || listen(server, 1)) return 1;
    getsockname(server, (sockaddr *)&address, &size);
    std::thread client([&] {
        int s = socket(AF_INET, SOCK_STREAM, 0);
        if (!connect(s, (sockaddr *)&address, size)) (void)!write(s, "ping\n", 5);
        close(s);
    });
    char text[16] = {};
    int peer = accept(server, nullptr, nullptr);
    (void)!read(peer, text, sizeof text - 1);
    client.join();
    std::fputs(text, stdout);
}
