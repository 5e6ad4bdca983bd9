#define NDEBUG
#include <assert.h>
#include <stdio.h>

int main(void) {
    int answer = 41;
    assert(answer == 42);
    printf("%d\n", answer);
    return 0;
}
