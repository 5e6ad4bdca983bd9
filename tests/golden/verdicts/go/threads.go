package main

import (
	"fmt"
	"sync"
)

func main() {
	var group sync.WaitGroup
	parts := make(chan int, 8)
	for n := 0; n < 8; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			parts <- n
		}(n)
	}
	group.Wait()
	close(parts)
	sum := 0
	for part := range parts {
		sum += part
	}
	fmt.Println(sum)
}
