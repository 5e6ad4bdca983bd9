#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static char block[65536];

int main(void) {
    for (int i = 0; i < 30; i++)
        if (!fork()) break;
    int pair[2];
    while (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        for (int i = 0; i < 2; i++) {
            fcntl(pair[i], F_SETFL, O_NONBLOCK);
            while (write(pair[i], block, sizeof block) > 0) {}
        }
    pause();
}
