#include <iostream>
#include <numeric>
#include <thread>
#include <vector>

int main() {
    std::vector<long> parts(8);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&, i] { parts[i] = i; });
    for (auto &thread : threads) thread.join();
    std::cout << std::accumulate(parts.begin(), parts.end(), 0L) << "\n";
}
