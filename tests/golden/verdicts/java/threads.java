import java.util.concurrent.*;
import java.util.stream.*;

public class Main {
    public static void main(String[] args) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        int sum = 0;
        for (Future<Integer> part : pool.invokeAll(IntStream.range(0, 8).mapToObj(n -> (Callable<Integer>) () -> n).toList()))
            sum += part.get();
        pool.shutdown();
        System.out.println(sum);
    }
}
