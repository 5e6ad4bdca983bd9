fn main() {
    let words = vec![1, 2];
    let moved = words;
    println!("{}", words.len() + moved.len());
}
