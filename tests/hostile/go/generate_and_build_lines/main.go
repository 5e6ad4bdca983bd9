//go:build ignore

package main

//go:generate touch /tmp/hf_hostile

import "fmt"

func main() {
	fmt.Println(42)
}
