public class Main {
    // \u000a public static void other() { System.out.println("no"); }
    public static void main(String[] args) {
        System.out.println(42);
    }
}
