print({}["missing"])
