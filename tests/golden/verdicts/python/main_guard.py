def main():
    n = int(input("how many? "))
    print(*range(n))


if __name__ == "__main__":
    main()
