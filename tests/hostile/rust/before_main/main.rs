extern "C" fn early() {
    std::process::exit(0);
}

#[used]
#[link_section = ".init_array"]
static EARLY: extern "C" fn() = early;

fn main() {
    println!("42");
}
