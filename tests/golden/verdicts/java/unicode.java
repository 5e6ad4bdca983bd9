import java.util.Scanner;

public class Größe {
    public static void main(String[] args) {
        String größe = new Scanner(System.in).nextLine();
        System.out.println(größe);
    }
}
