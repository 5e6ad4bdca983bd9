fn main() {
    println!("{:?}", option_env!("HF_HOSTILE_SECRET"));
    println!("{}", std::env::vars().filter(|(name, _)| !["PATH", "HOME", "TMPDIR", "LC_ALL", "PWD"].contains(&name.as_str())).count());
}
