use std::hint::black_box;

fn depth(n: u64) -> u64 {
    black_box(depth(black_box(n + 1))) + 1
}

fn main() {
    println!("{}", depth(0));
}
