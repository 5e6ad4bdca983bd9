package main

func main() {
	never := make(chan int)
	<-never
}
