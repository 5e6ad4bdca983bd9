#include <stdio.h>

int main(void) {
    int first;
    if (scanf("%d", &first) != 1) return 1;
    printf("%d\n", first);
    return 0;
}
