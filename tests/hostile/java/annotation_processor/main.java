import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.element.TypeElement;

@SupportedAnnotationTypes("*")
public class Main extends AbstractProcessor {
    static {
        System.err.println("hf_hostile ran while compiling");
    }

    @Override
    public boolean process(Set<? extends TypeElement> types, RoundEnvironment round) {
        return false;
    }

    public static void main(String[] args) {
        System.out.println(42);
    }
}
