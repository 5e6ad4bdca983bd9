#[link(name = "c", kind = "raw-dylib")]
extern "C" {
    fn getpid() -> i32;
}

fn main() {
    println!("{}", unsafe { getpid() } > 0);
}
