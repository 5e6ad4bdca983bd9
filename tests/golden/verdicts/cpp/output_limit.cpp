#include <iostream>
int main() {
    for (;;) std::cerr << "again and again\n";
}
