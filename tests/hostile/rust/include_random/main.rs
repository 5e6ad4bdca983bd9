const NOISE: &[u8] = include_bytes!("/dev/zero");

fn main() {
    println!("{}", NOISE.len());
}
