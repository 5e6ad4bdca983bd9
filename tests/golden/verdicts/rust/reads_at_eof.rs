use std::io::Read;

fn main() {
    let mut text = Vec::new();
    println!("{}", std::io::stdin().read_to_end(&mut text).unwrap());
}
