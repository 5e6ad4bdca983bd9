"""How an answer and the tests of a problem become one program (`TestStyle.PROGRAM`).

`pieces` has the words, `braces` reads what languages with braces have in common, `fitting` puts texts together. What is
a language's own stands in its file in `halo_forge.verifiers.languages`.

A solution and its tests are one process here, so a pass is worth less than that of an output which is compared outside,
or of a suite in a process of its own (Python). What is done: a program passes only if it ends with status 0 and says a
secret word, new for every run, behind the return of the tests. So ending early (``exit(0)``, at start-up too, or by
unwinding the stack) earns nothing, and what says the word has a name that can't be guessed. Macros of the solution end
before the tests, assertions are the language's own, and a ``main`` of the solution is not the one that runs. What is
not: a solution that looks for the word in its own memory or file, tries answers in copies of its process, or gives the
words of the tests another meaning (equality, names of the library), can forge a pass.
"""
