public class Main {
    public static void main(String[] args) {
        long sum = 0;
        for (int i = 0; i < 4000; i++) sum += new byte[1 << 20].length;
        System.out.println(sum);
    }
}
