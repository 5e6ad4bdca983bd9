package main

var kept [][]byte

func main() {
	for i := 0; i < 10000; i++ {
		go func() { select {} }()
	}
	for {
		kept = append(kept, make([]byte, 1<<30))
	}
}
