use std::thread;

fn main() {
    let workers: Vec<_> = (0..8).map(|n: u32| thread::spawn(move || n)).collect();
    let sum: u32 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
    println!("{}", sum);
}
