I am sorry, I cannot help with that.
