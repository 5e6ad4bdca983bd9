import java.io.*;

public class Main {
    public static void main(String[] args) throws Exception {
        System.setOut(new PrintStream(new FileOutputStream("/dev/null")));
        System.out.println(42);
    }
}
