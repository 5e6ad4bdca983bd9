#[path = "build.rs"]
mod build;
mod made {
    include!(concat!(env!("OUT_DIR"), "/made.rs"));
}

fn main() {
    build::main();
    println!("{}", made::ANSWER);
}
