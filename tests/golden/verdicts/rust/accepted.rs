use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();
    let mut numbers: Vec<i64> = text.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
    numbers.sort();
    let words: Vec<String> = numbers.iter().map(|n| n.to_string()).collect();
    println!("{}", words.join(" "));
}
