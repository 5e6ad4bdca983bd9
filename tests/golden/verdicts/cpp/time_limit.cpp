#include <cstdio>
int main() {
    std::puts("so far so good");
    std::fflush(stdout);
    for (volatile long i = 0;; ++i) {}
}
