#include <iostream>
int main() {
    int n;
    std::cin >> n;
    if (n == 2) return 1;
    std::cout << (n == 3 ? 0 : n) << "\n";
}
