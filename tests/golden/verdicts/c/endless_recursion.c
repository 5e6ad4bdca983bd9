static volatile int sink;

static int depth(int n) {
    volatile char frame[4096];
    frame[0] = (char)n;
    int below = depth(n + 1);
    sink = frame[0];
    return below + 1;
}

int main(void) { return depth(0); }
