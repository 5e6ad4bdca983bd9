class Square {
    public double Side;
    public double Area() { return Side * Side; }
    static void Main() {}
}
