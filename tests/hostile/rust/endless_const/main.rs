const fn forever() -> u64 {
    let mut n = 0u64;
    loop {
        n = n.wrapping_add(1);
        if n == 0 {
            return n;
        }
    }
}

#[allow(long_running_const_eval)]
const NEVER: u64 = forever();

fn main() {
    println!("{}", NEVER);
}
