#include <iostream>
int main() {
    int größe = 3, πr = 4;
    std::cout << größe + πr << "\n";
}
