public class Main {
    public static void main(String[] args) {
        try {
            int[] much = new int[Integer.MAX_VALUE - 8];
            System.out.println(much.length);
        } catch (OutOfMemoryError error) {
            System.out.println("recovered");
        }
    }
}
