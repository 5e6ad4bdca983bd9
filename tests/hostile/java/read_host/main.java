import java.nio.file.*;

public class Main {
    public static void main(String[] args) {
        int read = 0;
        for (String file : new String[] {"/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem", "/proc/kcore", "/etc/hostname", "/etc/resolv.conf", "/root/.bashrc"}) {
            try {
                if (Files.readAllBytes(Path.of(file)).length > 0) read++;
            } catch (Exception refused) {
            }
        }
        System.out.println(read);
    }
}
