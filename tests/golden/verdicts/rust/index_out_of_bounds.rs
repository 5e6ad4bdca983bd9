fn main() {
    let list = [1, 2, 3];
    let index: usize = std::env::args().count() + 2;
    println!("{}", list[index]);
}
