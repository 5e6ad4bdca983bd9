#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int reach(int type, const char *host, int port) {
    int s = socket(AF_INET, type, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &to.sin_addr);
    if (connect(s, (struct sockaddr *)&to, sizeof to)) return 0;
    return send(s, "x", 1, 0) == 1;
}

int main(void) {
    int reached = reach(SOCK_STREAM, "1.1.1.1", 53) + reach(SOCK_DGRAM, "1.1.1.1", 53) +
                  reach(SOCK_DGRAM, "192.168.0.1", 9) + reach(SOCK_STREAM, "169.254.169.254", 80) +
                  reach(SOCK_STREAM, "127.0.0.1", 22);
    struct addrinfo *found;
    reached += getaddrinfo("example.org", "80", 0, &found) == 0;
    reached += socket(40 /* AF_VSOCK */, SOCK_STREAM, 0) >= 0;
    reached += socket(AF_PACKET, SOCK_RAW, 0) >= 0;
    reached += socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0;
    reached += socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0) >= 0;
    printf("%d\n", reached);
    return 0;
}
