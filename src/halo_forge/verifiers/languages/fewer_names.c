/* Writes a C library for the linker that has only the names that programs use most, and lists those it left out.

   A linker takes up every name of a library, and the C library has thousands. What it makes does not depend on the names
   that no program asks for, as long as its own table has as many buckets (see lean.py), so one library is copied here
   with a shorter table of names and everything else as it was. Programs are run with the real one.

       fewer_names C-LIBRARY MATHEMATICAL-LIBRARY COPY

   Every name of the second library counts as left out. The first line says how many buckets GNU ld has after it has read
   the first (it forgets what it read of a library that nobody needs), and how many names a program may have for it to
   stay so; the names follow. For 64-bit ELF files of this machine's own byte order.  */

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names that are words in their own right are here because sources have them for something else.  */
static const char *const usual[] = {
    "__libc_start_main", "__cxa_finalize", "__cxa_atexit", "__register_atfork", "__stack_chk_fail", "__assert_fail",
    "__errno_location", "__ctype_b_loc", "__ctype_tolower_loc", "__ctype_toupper_loc", "_setjmp", "setjmp", "longjmp",
    "__sigsetjmp", "siglongjmp",
    "abort", "abs", "atof", "atoi", "atol", "atoll", "bsearch", "calloc", "div", "exit", "_exit", "_Exit", "free",
    "getenv", "labs", "ldiv", "llabs", "lldiv", "malloc", "mblen", "mbstowcs", "mbtowc", "qsort", "qsort_r",
    "quick_exit", "rand", "rand_r", "random", "realloc", "reallocarray", "aligned_alloc", "posix_memalign", "srand",
    "srandom", "strtod", "strtof", "strtol", "strtold", "strtoll", "strtoul", "strtoull", "system", "wcstombs",
    "wctomb", "__isoc23_strtol", "__isoc23_strtoll", "__isoc23_strtoul", "__isoc23_strtoull",
    "clearerr", "fclose", "fdopen", "feof", "ferror", "fflush", "fgetc", "fgets", "fileno", "fopen", "fprintf",
    "fputc", "fputs", "fread", "freopen", "fscanf", "fseek", "ftell", "fwrite", "getc", "getchar", "getdelim",
    "getline", "gets", "perror", "printf", "putc", "putchar", "puts", "remove", "rename", "rewind", "scanf", "setbuf",
    "setvbuf", "snprintf", "sprintf", "sscanf", "stderr", "stdin", "stdout", "tmpfile", "ungetc", "vfprintf",
    "vprintf", "vsnprintf", "vsprintf", "vsscanf", "fmemopen", "open_memstream", "dprintf", "asprintf", "vasprintf",
    "__isoc99_fscanf", "__isoc99_scanf", "__isoc99_sscanf", "__isoc23_fscanf", "__isoc23_scanf", "__isoc23_sscanf",
    "__fgets_chk", "__fprintf_chk", "__fread_chk", "__memcpy_chk", "__memmove_chk", "__memset_chk", "__printf_chk",
    "__snprintf_chk", "__sprintf_chk", "__stpcpy_chk", "__strcat_chk", "__strcpy_chk", "__strncat_chk",
    "__strncpy_chk", "__vfprintf_chk", "__vprintf_chk", "__vsnprintf_chk", "__vsprintf_chk",
    "bcmp", "bcopy", "bzero", "ffs", "index", "memccpy", "memchr", "memcmp", "memcpy", "memmem", "memmove", "mempcpy",
    "memrchr", "memset", "rindex", "stpcpy", "stpncpy", "strcasecmp", "strcasestr", "strcat", "strchr", "strchrnul",
    "strcmp", "strcoll", "strcpy", "strcspn", "strdup", "strerror", "strlen", "strncasecmp", "strncat", "strncmp",
    "strncpy", "strndup", "strnlen", "strpbrk", "strrchr", "strsep", "strspn", "strstr", "strtok", "strtok_r",
    "strxfrm", "swab", "strlcpy", "strlcat",
    "isalnum", "isalpha", "isblank", "iscntrl", "isdigit", "isgraph", "islower", "isprint", "ispunct", "isspace",
    "isupper", "isxdigit", "tolower", "toupper",
    "asctime", "clock", "clock_gettime", "ctime", "difftime", "gettimeofday", "gmtime", "gmtime_r", "localtime",
    "localtime_r", "mktime", "nanosleep", "sleep", "strftime", "time", "times", "usleep", "daylight", "timezone",
    "setlocale", "localeconv", "raise", "signal", "sigaction", "alarm", "pause", "kill",
    "fgetwc", "fputwc", "getwchar", "putwchar", "towlower", "towupper", "wcscmp", "wcscpy", "wcslen", "wprintf",
    "access", "close", "dup", "dup2", "fork", "getpid", "isatty", "link", "lseek", "mkdir", "mmap", "open", "pipe",
    "poll", "read", "select", "stat", "sync", "truncate", "umask", "unlink", "wait", "waitpid", "write",
    "accept", "bind", "connect", "listen", "recv", "send", "shutdown", "socket", "splice", "tee", "mount", "reboot",
    "chdir", "closedir", "execlp", "execvp", "fstat", "getcwd", "munmap", "opendir", "readdir", "rmdir", "sysconf",
    "advance", "basename", "clone", "daemon", "dirname", "environ", "err", "errno", "error", "glob", "nice",
    "personality", "revoke", "step", "warn", "getopt", "optarg", "opterr", "optind",
    "pthread_create", "pthread_join", "pthread_mutex_lock", "pthread_mutex_unlock",
};

enum {
    HIDDEN = 0x8000,  /* of a version: programs get another one of the name */
    OTHERS = 200,     /* entries that are neither the library's nor a program's: of the loader, of scripts */
};

struct library {
    char *bytes;
    long size;
    Elf64_Shdr *names, *versions;  /* of the table of names, and of the table of their versions */
    Elf64_Sym *symbols;
    const char *text;
    size_t count;
};

static void check(int is_well, const char *path)
{
    if (is_well)
        return;
    fprintf(stderr, "%s: not a library that can be copied\n", path);
    exit(1);
}

static struct library opened(const char *path)
{
    struct library found;
    memset(&found, 0, sizeof found);
    FILE *file = fopen(path, "rb");
    check(file && !fseek(file, 0, SEEK_END) && (found.size = ftell(file)) > (long)sizeof(Elf64_Ehdr), path);
    rewind(file);
    found.bytes = malloc(found.size);
    check(found.bytes && fread(found.bytes, 1, found.size, file) == (size_t)found.size, path);
    fclose(file);
    Elf64_Ehdr *header = (Elf64_Ehdr *)found.bytes;
    check(!memcmp(header->e_ident, ELFMAG, SELFMAG) && header->e_ident[EI_CLASS] == ELFCLASS64, path);
    Elf64_Shdr *sections = (Elf64_Shdr *)(found.bytes + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_DYNSYM)
            found.names = &sections[i];
        if (sections[i].sh_type == SHT_GNU_versym)
            found.versions = &sections[i];
    }
    check(found.names && found.versions, path);
    found.symbols = (Elf64_Sym *)(found.bytes + found.names->sh_offset);
    found.text = found.bytes + sections[found.names->sh_link].sh_offset;
    found.count = found.names->sh_size / sizeof(Elf64_Sym);
    return found;
}

static int is_usual(const char *name)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (!strcmp(name, usual[i]))
            return 1;
    return 0;
}

static int is_function(const Elf64_Sym *symbol)
{
    return ELF64_ST_TYPE(symbol->st_info) == STT_FUNC || ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC;
}

/* A program that uses a variable by one name gets all names of it.  */
static int has_other_names(const struct library *library, const Elf64_Sym *symbol)
{
    for (size_t i = 0; i < library->count; i++) {
        const Elf64_Sym *other = &library->symbols[i];
        if (other != symbol && other->st_value == symbol->st_value && other->st_shndx == symbol->st_shndx)
            return 1;
    }
    return 0;
}

/* A library asks others for the names that it does not define itself.  */
static int is_defined(const Elf64_Sym *symbol)
{
    return symbol->st_name && symbol->st_shndx != SHN_UNDEF;
}

static Elf64_Half *versions(const struct library *library)
{
    return (Elf64_Half *)(library->bytes + library->versions->sh_offset);
}

/* How many entries GNU ld makes of it: NAME, NAME@VERSION and NAME@@VERSION, and one of a name of an old version.  */
static long entries(const struct library *library)
{
    long count = 0;
    for (size_t i = 0; i < library->count; i++) {
        Elf64_Half version = versions(library)[i];
        count += version & HIDDEN || version <= VER_NDX_GLOBAL ? 1 : 3;
    }
    return count;
}

/* As bfd_hash_insert of binutils: more buckets when more than three quarters are taken.  */
static long buckets(long count)
{
    static const long sizes[] = {8191, 16381, 32749};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (count <= sizes[i] * 3 / 4)
            return sizes[i];
    return 0;
}

static void say_buckets(long count)
{
    long found = buckets(count);
    check(found && found == buckets(count + OTHERS), "so many names");  /* not known well enough otherwise */
    printf("%ld %ld\n", found, found * 3 / 4 - count - OTHERS);
}

static void say(const struct library *library, size_t i)
{
    puts(library->text + library->symbols[i].st_name);
}

static int is_kept(const struct library *library, size_t i)
{
    const Elf64_Sym *symbol = &library->symbols[i];
    if (!is_defined(symbol))
        return 1;
    return is_usual(library->text + symbol->st_name) && (is_function(symbol) || !has_other_names(library, symbol));
}

static void leave_out(struct library *library)
{
    size_t left = 0;
    char *is_left = malloc(library->count);
    check(is_left != NULL, "memory");
    for (size_t i = 0; i < library->count; i++)
        is_left[i] = is_kept(library, i);  /* of all before any is moved: it looks at the others */
    for (size_t i = 0; i < library->count; i++) {
        if (!is_left[i]) {
            say(library, i);
            continue;
        }
        library->symbols[left] = library->symbols[i];
        versions(library)[left++] = versions(library)[i];
    }
    free(is_left);
    library->names->sh_size = left * sizeof *library->symbols;
    library->versions->sh_size = left * sizeof *versions(library);
}

int main(int count, char **words)
{
    check(count == 4, "fewer_names");
    struct library c = opened(words[1]), mathematical = opened(words[2]);
    say_buckets(entries(&c));
    leave_out(&c);
    for (size_t i = 0; i < mathematical.count; i++)
        if (is_defined(&mathematical.symbols[i]))
            say(&mathematical, i);
    FILE *copy = fopen(words[3], "wb");
    check(copy && fwrite(c.bytes, 1, c.size, copy) == (size_t)c.size && !fclose(copy), words[3]);
    return 0;
}
