package main

// #cgo CFLAGS: -fplugin=/tmp/evil.so
// int one(void) { return 1; }
import "C"
import "fmt"

func main() {
	fmt.Println(C.one())
}
