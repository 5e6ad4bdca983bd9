fn black_box(n: u64) -> u64 {
    unsafe { std::ptr::read_volatile(&n) }
}

fn depth(n: u64) -> u64 {
    black_box(depth(black_box(n + 1))) + 1
}

fn main() {
    println!("{}", depth(0));
}
