#include <stdio.h>

extern _Float32x f32xsqrtf64(_Float64);

int main(void) {
    volatile double x = 16;
    printf("%.0f\n", (double)f32xsqrtf64(x));
    return 0;
}
