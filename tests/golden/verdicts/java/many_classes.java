public class Main {
    interface Step {
        int go(int n);
    }

    enum Colour {
        RED, GREEN
    }

    public static void main(String[] args) {
        Step twice = n -> 2 * n;
        Step more = new Step() {
            public int go(int n) {
                return n + 1;
            }
        };
        System.out.println(more.go(twice.go(Colour.values().length)));
    }
}
