#include <stdio.h>
int main(void) { printf("a  \r\nb\t\n\n"); return 0; }
