#include <atomic>
#include <thread>
#include <vector>

int main() {
    std::atomic<long> n{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { for (;;) ++n; });
    for (auto &thread : threads) thread.join();
}
