#define X y(1);
#define A X X X X X X X X X X
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
int main(void) { struct { int a; } y; E E E E }
