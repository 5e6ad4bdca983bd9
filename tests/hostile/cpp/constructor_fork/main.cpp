#include <cstdio>
#include <unistd.h>

struct First {
    First() {
        for (int i = 0; i < 5; ++i)
            if (fork() == 0) setsid();
    }
} first;

int main() {
    std::puts("one of many");
    pause();
}
