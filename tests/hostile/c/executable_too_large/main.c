char a[150 << 20] = {1};

int main(void) { return a[5]; }
