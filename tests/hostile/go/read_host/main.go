package main

import (
	"fmt"
	"os"
)

func main() {
	read := 0
	for _, file := range []string{"/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem", "/proc/kcore", "/etc/hostname", "/etc/resolv.conf", "/root/.bashrc"} {
		if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
			read++
		}
	}
	fmt.Println(read)
}
