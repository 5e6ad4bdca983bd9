#![crate_type = "proc-macro"]
extern crate proc_macro;
use proc_macro::TokenStream;

#[proc_macro]
pub fn steal(_: TokenStream) -> TokenStream {
    std::fs::write("/tmp/hf_hostile", std::fs::read("/etc/passwd").unwrap()).unwrap();
    loop {}
}

fn main() {
    println!("42");
}
