package main

import (
	_ "embed"
	"fmt"
)

//go:embed ../etc/passwd
var text string

func main() {
	fmt.Println(text)
}
