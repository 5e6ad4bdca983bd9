using System.Threading;

class Program {
    static void Spin() { while (true) { } }
    static void Main() {
        while (true) new Thread(Spin).Start();
    }
}
