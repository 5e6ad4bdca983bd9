#![crate_type = "lib"]

pub fn answer() -> i32 {
    42
}
