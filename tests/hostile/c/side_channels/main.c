/* The first run leaves what it can, the second looks for it. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
    const char *places[] = {"/tmp/hf_hostile", "/dev/shm/hf_hostile", "/var/tmp/hf_hostile", "hf_hostile"};
    int found = 0;
    for (unsigned i = 0; i < 4; i++) {
        found += access(places[i], F_OK) == 0 && i != 3;
        close(open(places[i], O_CREAT | O_WRONLY, 0644));
    }
    if (!fork()) {
        setsid();
        int s = socket(AF_UNIX, SOCK_STREAM, 0);
        struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0hf_hostile"};
        if (bind(s, (struct sockaddr *)&name, sizeof name)) _exit(1);
        listen(s, 5);
        sleep(1000);
    }
    usleep(20000);
    printf("%d\n", found);
    return 0;
}
