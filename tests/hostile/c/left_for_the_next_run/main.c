#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define KEY 0x68665f68

int main(void) {
    int found = 0;
    found += shmget(KEY, 4096, 0) >= 0;
    found += msgget(KEY, 0) >= 0;
    found += semget(KEY, 1, 0) >= 0;
    found += shm_open("/hf_hostile", O_RDWR, 0600) >= 0;
    found += mq_open("/hf_hostile", O_RDWR) >= 0;
    found += sem_open("/hf_hostile", 0) != SEM_FAILED;
    found += syscall(SYS_request_key, "user", "hf_hostile", 0, 0) >= 0;
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0hf_hostile_next"};
    found += connect(s, (struct sockaddr *)&name, sizeof name) == 0;
    int v = socket(40 /* AF_VSOCK */, SOCK_STREAM, 0);
    found += v >= 0;

    shmget(KEY, 1 << 20, IPC_CREAT | 0666);
    msgget(KEY, IPC_CREAT | 0666);
    semget(KEY, 1, IPC_CREAT | 0666);
    shm_open("/hf_hostile", O_CREAT | O_RDWR, 0666);
    mq_open("/hf_hostile", O_CREAT | O_RDWR, 0666, 0);
    sem_open("/hf_hostile", O_CREAT, 0666, 1);
    for (int ring = -5; ring < 0; ring++) syscall(SYS_add_key, "user", "hf_hostile", "x", 1, ring);
    if (!fork()) {
        setsid();
        int l = socket(AF_UNIX, SOCK_STREAM, 0);
        if (bind(l, (struct sockaddr *)&name, sizeof name)) _exit(1);
        listen(l, 5);
        sleep(1000);
    }
    usleep(20000);
    printf("%d\n", found);
    return 0;
}
