#include <cstdlib>
#include <iostream>
#include <unistd.h>

int main() {
    std::cout << "42\n";
    _exit(0);
}
