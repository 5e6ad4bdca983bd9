#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    int n = 0;
    struct timeval day;
    struct timespec now;
    struct sched_param first = {.sched_priority = 1};
    struct rlimit none = {0, 0};
    gettimeofday(&day, 0);
    clock_gettime(CLOCK_REALTIME, &now);
    n += settimeofday(&day, 0) == 0;
    n += clock_settime(CLOCK_REALTIME, &now) == 0;
    n += sethostname("hf_hostile", 10) == 0;
    n += setdomainname("hf_hostile", 10) == 0;
    n += sched_setscheduler(0, SCHED_FIFO, &first) == 0;
    n += setpriority(PRIO_PROCESS, 0, -5) == 0;
    n += prlimit(1, RLIMIT_NOFILE, &none, 0) == 0;
    n += chroot("/tmp") == 0;
    n += syscall(SYS_swapon, "/tmp/x", 0) == 0;
    n += syscall(SYS_acct, 0) == 0;
    n += syscall(SYS_syslog, 5, 0, 0) == 0;
    n += syscall(SYS_init_module, "", 0, "") == 0;
    n += syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0) == 0;
    n += syscall(SYS_setns, open("/proc/1/ns/net", O_RDONLY), 0) == 0;
    n += syscall(SYS_unshare, 0x10000000) == 0;
    n += syscall(SYS_pivot_root, "/tmp", "/tmp") == 0;
    n += syscall(SYS_perf_event_open, 0, 0, 0, -1, 0) >= 0;
    n += syscall(SYS_bpf, 0, 0, 0) >= 0;
    n += syscall(SYS_quotactl, 0, 0, 0, 0) == 0;
    n += open("/dev/kmsg", O_RDONLY) >= 0;
    printf("%d\n", n);
    return 0;
}
