fn main() {
    println!("1");
    std::process::exit(3);
}
