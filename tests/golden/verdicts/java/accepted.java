import java.util.*;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int[] numbers = new int[in.nextInt()];
        for (int i = 0; i < numbers.length; i++) numbers[i] = in.nextInt();
        Arrays.sort(numbers);
        StringJoiner line = new StringJoiner(" ");
        for (int number : numbers) line.add(String.valueOf(number));
        System.out.println(line);
    }
}
