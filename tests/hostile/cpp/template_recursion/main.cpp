template <int N> struct Deeper { static constexpr int value = Deeper<N + 1>::value + 1; };
int main() { return Deeper<0>::value; }
