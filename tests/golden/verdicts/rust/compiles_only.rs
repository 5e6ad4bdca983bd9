#![allow(dead_code)]

fn answer() -> i32 {
    42
}

fn main() {}
