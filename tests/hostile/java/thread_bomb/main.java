public class Main {
    public static void main(String[] args) {
        while (true) {
            try {
                new Thread(() -> {
                    while (true) Thread.yield();
                }).start();
            } catch (Throwable full) {
            }
        }
    }
}
