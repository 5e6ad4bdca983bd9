package main

func main() {
	var words map[string]int
	words["a"] = 1
}
