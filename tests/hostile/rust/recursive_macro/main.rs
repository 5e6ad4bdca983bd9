macro_rules! bomb {
    ($($x:tt)*) => { bomb!($($x)* $($x)* 1); };
}

fn main() {
    bomb!(1 1);
}
