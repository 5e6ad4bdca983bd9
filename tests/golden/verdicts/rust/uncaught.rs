fn main() {
    let nothing: Option<i32> = None;
    println!("{}", nothing.expect("on purpose"));
}
