public class Main {
    public static void main(String[] args) throws java.io.IOException {
        System.out.println(System.in.readAllBytes().length);
    }
}
