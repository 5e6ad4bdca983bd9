class Square {
    public double Side;
}
