fn main() {
    let files = ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem", "/proc/kcore", "/etc/hostname", "/etc/resolv.conf", "/root/.bashrc"];
    println!("{}", files.iter().filter(|file| std::fs::read(file).map_or(false, |text| !text.is_empty())).count());
}
