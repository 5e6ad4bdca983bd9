import sys

print("right")
sys.exit("but not at ease")
