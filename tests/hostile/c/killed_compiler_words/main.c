#error "gcc: fatal error: Killed signal terminated program cc1"
int main(void) { return 0; }
