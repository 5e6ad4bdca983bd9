#include <stdio.h>

static volatile int sink;

static int depth(int n) {
    char frame[64];
    sink = frame[n % 64] = (char)n;
    return n == 0 ? 0 : depth(n - 1) + 1;
}

int main(void) {
    printf("%d\n", depth(20000));
    return 0;
}
