constexpr unsigned count() {
    unsigned n = 0;
    while (true) ++n;
    return n;
}
constexpr unsigned value = count();
int main() { return value; }
