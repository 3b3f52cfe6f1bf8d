/* SPDX-License-Identifier: MIT */
/* Scripts: what "#!" lines mean, and what they cannot be; files that are no
 * programs at all. */
#include "exec_tools.h"

#include <sys/resource.h>

/* What a script with this first line makes of arguments "zero one". */
static const char *line(const char *text)
{
    put_text("script", text, 0755);
    return run_program("script", WORDS("zero", "one"), NULL);
}

#define ARGS "[script][one]"

static void lines(void)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        { "#!" TELL "\n", "[" TELL "]" ARGS },
        { "#!" TELL, "[" TELL "]" ARGS },
        { "#! " TELL "\n", "[" TELL "]" ARGS },
        { "#! \t \t" TELL "\t \n", "[" TELL "]" ARGS },
        { "#!" TELL " a\n", "[" TELL "][a]" ARGS },
        { "#!" TELL " a b  c\n", "[" TELL "][a b  c]" ARGS },
        { "#!" TELL "\t-x \t\n", "[" TELL "][-x]" ARGS },
        { "#!" TELL "  \t a\tb \t\n", "[" TELL "][a\tb]" ARGS },
        { "#!" TELL " \"a b\" # c\n", "[" TELL "][\"a b\" # c]" ARGS },
        { "#!" TELL " a", "[" TELL "][a]" ARGS },
        { "#!" TELL " a\r\n", "[" TELL "][a\r]" ARGS },
        { "#!" TELL "\n#!/other\n", "[" TELL "]" ARGS },
        { "#!" TELL "\r\n", "No such file or directory" },
        { "#!/missing\n", "No such file or directory" },
        { "#!/dev\n", "Permission denied" },
        { "#!/dev/null\n", "Permission denied" },
        { "#!" TELL "/x\n", "Not a directory" },
        { "#!\n", "Exec format error" },
        { "#!", "Permission denied" }, /* no name: the working directory */
        { "#! \t \n", "Exec format error" },
        { "#!  ", "Permission denied" },
        { "# !" TELL "\n", "Exec format error" },
        { " #!" TELL "\n", "Exec format error" },
        { "#", "Exec format error" },
        { "", "Exec format error" },
        { "echo hello\n", "Exec format error" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!is_text(line(rows[i].text), rows[i].said))
            note("of: %s", rows[i].text);
}

static void arguments(void)
{
    put_text("script", "#!" TELL " opt\n", 0755);
    is_text(run_program("script", WORDS("a", "b", "", "c"), NULL),
        "[" TELL "][opt][script][b][][c]");
    is_text(run_program("./script", WORDS("a"), NULL),
        "[" TELL "][opt][./script]");
    is_text(run_program("script", WORDS(), NULL), "[" TELL "][opt][script]");
    is_text(run_program("script", NULL, NULL), "[" TELL "][opt][script]");
    is_text(run_program("script", WORDS("a"), WORDS("TELL=environment", "A=b")),
        "[A=b]");
    /* A name relative to the working directory. */
    copy_file(TELL, "tell", 0755);
    is_text(line("#!tell\n"), "[tell]" ARGS);
    is_text(line("#!./tell x\n"), "[./tell][x]" ARGS);
}

/* A line longer than what is looked at: 256 bytes. */
static void long_lines(void)
{
    static char text[600], argument[300], wanted[700];
    enum { LOOKED_AT = 256 };
    memset(text, 0, sizeof text);
    memset(argument, 'a', sizeof argument - 1);

    snprintf(text, sizeof text, "#!%s %s\n", TELL, argument);
    int kept = LOOKED_AT - 2 - strlen(TELL) - 1 - 1;
    snprintf(wanted, sizeof wanted, "[%s][%.*s]%s", TELL, kept, argument, ARGS);
    is_text(line(text), wanted);

    /* The interpreter's own name must be whole, and be known to be. */
    int slashes = LOOKED_AT - 2 - strlen(TELL);
    memset(text, '/', sizeof text);
    memcpy(text, "#!", 2);
    strcpy(text + 2 + slashes, TELL "\n");
    is_text(line(text), "Exec format error");
    strcpy(text + 2 + slashes - 1, TELL "\n");
    put_text("script", text, 0755);
    is(exec_error("script", WORDS("x"), NULL), 0);
    strcpy(text + 2 + slashes - 1, TELL " ");
    put_text("script", text, 0755);
    is(exec_error("script", WORDS("x"), NULL), 0);
    strcpy(text + 2 + slashes - 1, TELL);
    put_text("script", text, 0755);
    is(exec_error("script", WORDS("x"), NULL), 0);
}

static void zeros_in_lines(void)
{
    static const char text[] = "#!" TELL " a\0b\n";
    put_file("script", text, sizeof text - 1, 0755);
    is_text(run_program("script", WORDS("zero", "one"), NULL),
        "[" TELL "][a]" ARGS);
    static const char early[] = "#!" TELL "\0 a\n";
    put_file("script", early, sizeof early - 1, 0755);
    is_text(run_program("script", WORDS("zero", "one"), NULL),
        "[" TELL "]" ARGS);
}

/* Interpreters that are scripts themselves. */
static void nested(void)
{
    put_text("s1", "#!" TELL " one\n", 0755);
    put_text("s2", "#!s1 two\n", 0755);
    put_text("s3", "#!s2\n", 0755);
    put_text("s4", "#!s3 four\n", 0755);
    put_text("s5", "#!s4 five\n", 0755);
    put_text("s6", "#!s5 six\n", 0755);
    is_text(run_program("s1", WORDS("z", "a"), NULL),
        "[" TELL "][one][s1][a]");
    is_text(run_program("s2", WORDS("z", "a"), NULL),
        "[" TELL "][one][s1][two][s2][a]");
    is_text(run_program("s3", WORDS("z", "a"), NULL),
        "[" TELL "][one][s1][two][s2][s3][a]");
    is_text(run_program("s5", WORDS("z"), NULL),
        "[" TELL "][one][s1][two][s2][s3][four][s4][five][s5]");
    is(exec_error("s6", WORDS("z"), NULL), ELOOP);
    put_text("self", "#!self\n", 0755);
    is(exec_error("self", WORDS("z"), NULL), ELOOP);
    put_text("s2", "#!s1\n", 0644);
    is(exec_error("s3", WORDS("z"), NULL), EACCES);
}

static void names(void)
{
    put_text("script", "#!" TELL "\n", 0755);
    is_text(run_program("script", WORDS("zero"), WORDS("TELL=process")),
        "name script, death 0, alarm 1, timer 0, nice 0, umask 22, limit 0");
    /* AT_EXECFN is what the caller said. */
    run_program("script", WORDS("zero"), WORDS("TELL=auxiliary"));
    ok(strstr(said, "name script,"));
}

static void no_programs(void)
{
    static const struct {
        const char *what, *bytes;
        size_t size;
    } rows[] = {
        { "one byte", "#", 1 },
        { "no more than the magic", "\177ELF", 4 },
        { "half a header", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0", 20 },
        { "half the magic", "\177EL", 3 },
        { "zeros", "\0\0\0\0\0\0\0\0", 8 },
        { "a.out", "\x0b\x01\x64\0", 4 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_file("file", rows[i].bytes, rows[i].size, 0755);
        if (!is(exec_error("file", WORDS("x"), NULL), ENOEXEC))
            note("of: %s", rows[i].what);
    }
}

static void run(void)
{
    umask(022);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    lines();
    arguments();
    long_lines();
    zeros_in_lines();
    nested();
    names();
    no_programs();
}
TEST_MAIN
