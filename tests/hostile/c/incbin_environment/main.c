#include <stdio.h>

extern const char start[], end[];
__asm__(".section .rodata\nstart: .incbin \"/proc/self/environ\"\nend: .byte 0\n.text");

int main(void) {
    fwrite(start, 1, end - start, stdout);
    return 0;
}
