struct Last {
    ~Last() { for (;;) {} }
};

static Last last;
static volatile int used = 0;

int main() { return used + (&last == nullptr); }
