/* Process 1 is the sandbox's own. Who can write to its memory can have it report another exit status. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void) {
    int n = 0;
    char byte, path[64];
    struct iovec mine = {&byte, 1}, other = {(void *)0x400000, 1};
    for (int pid = 1; pid < 40; pid++) {
        if (pid == getpid()) continue;
        snprintf(path, sizeof path, "/proc/%d/mem", pid);
        n += open(path, O_RDWR) >= 0;
        n += open(path, O_RDONLY) >= 0;
        n += ptrace(PTRACE_ATTACH, pid, 0, 0) == 0;
        n += process_vm_writev(pid, &mine, 1, &other, 1, 0) > 0;
    }
    n += syscall(438 /* pidfd_getfd */, syscall(434 /* pidfd_open */, 1, 0), 0, 0) >= 0;
    n += ptrace(PTRACE_TRACEME, 0, 0, 0) == 0;
    printf("%d\n", n);
    return 0;
}
