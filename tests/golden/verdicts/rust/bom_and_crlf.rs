fn main() {
    let text = "a\
b";
    println!("{}", text);
}