package etc.cron;

public class Main {
    public static void main(String[] args) {
        System.out.println(Main.class.getName());
    }
}
