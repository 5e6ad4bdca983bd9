    return a + b; }
int main(void) { printf("%d\n", add(1, 2)); }
