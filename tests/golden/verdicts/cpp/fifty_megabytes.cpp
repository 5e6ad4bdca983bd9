// a line of a comment that is repeated until there are fifty million bytes of it
