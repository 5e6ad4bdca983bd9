#pragma message("\033[2J\033]0;hf_hostile\007 ok")
#error "\x1b[31m"
int main() {}
