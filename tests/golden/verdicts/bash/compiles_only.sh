answer() {
    echo 42
}
