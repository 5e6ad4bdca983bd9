#include <stdio.h>
int main(void) { puts("aÿ"); return 0; }
