package main

var big = [1 << 40]byte{1}

func main() {
	println(len(big))
}
