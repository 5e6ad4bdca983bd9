fn black_box(n: u32) -> u32 {
    unsafe { std::ptr::read_volatile(&n) }
}

fn depth(n: u32) -> u32 {
    if black_box(n) == 0 { 0 } else { black_box(depth(n - 1)) + 1 }
}

fn main() {
    println!("{}", depth(50000));
}
