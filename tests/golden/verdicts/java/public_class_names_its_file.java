package answers.first;

import java.util.function.*;

/* public class NotThis { public static void main(String[] args) {} } */
interface Greeting {
    String say();
}

public final class Greeter implements Greeting {
    static final String TRAP = "public class NorThis { void main(";

    public String say() {
        return "hello";
    }

    static class Inner {
        void main() {
        }
    }
}

class Start {
    public static void main(String[] args) {
        System.out.println(new Greeter().say());
    }
}
