package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	größe, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Print(größe)
}
