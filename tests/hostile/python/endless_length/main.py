class Long:
    def __len__(self):
        return 1 << 62

    def __iter__(self):
        return self

    def __next__(self):
        return 1


def numbers():
    return Long()
