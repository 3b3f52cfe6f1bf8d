/* SPDX-License-Identifier: MIT */
/* Programs whose files lie: cut short, with headers that overlap, overflow,
 * point anywhere; and scripts that lead nowhere.  What becomes of such a
 * program is its own affair; the next one starts as ever. */
#include "stress.h"
#include <elf.h>
#include <stddef.h>

enum { HEAD = 4096, ROUNDS = 400 };

static char head[HEAD]; /* the first bytes as they should be */
static int image, headers;

static void write_head(const char *bytes)
{
    pwrite(image, bytes, HEAD, 0);
}

/* Runs it for so long at most and waits: its status, or -1 if that never came. */
static int run_file(const char *name, int seconds)
{
    pid_t child = fork();
    if (!child) {
        struct rlimit limit = { seconds, seconds };
        char *arguments[] = { "image", "quiet", NULL };
        char *environment[] = { NULL };
        int null = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; fd++)
            dup2(null, fd);
        setrlimit(RLIMIT_CPU, &limit);
        limit.rlim_cur = limit.rlim_max = 256 << 20;
        setrlimit(RLIMIT_AS, &limit);
        close(image);
        alarm(seconds);
        execve(name, arguments, environment);
        _exit(100);
    }
    int status;
    if (waitpid(child, &status, 0) == child)
        return status;
    note("its end never came: %s", strerror(errno));
    return -1;
}

static int try_file(const char *name)
{
    return run_file(name, 1);
}

/* A descriptor that is open for writing would make each of them busy. */
static int run_head(const char *bytes, int seconds)
{
    write_head(bytes);
    close(image);
    int status = run_file("./image", seconds);
    image = open("image", O_RDWR);
    if (image < 0)
        note("the file cannot be opened: %s", strerror(errno));
    return image < 0 ? -1 : status;
}

static int try_head(const char *bytes)
{
    return run_head(bytes, 1);
}

static bool is_sound(void)
{
    return run_head(head, 20) == 7 << 8;
}

static const uint64_t hostile[] = {
    0, 1, 2, 7, 0x38, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xffff, 0x10000,
    0x400000, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffff0000,
    0x7fffffffffff, 0x800000000000, 0x7fffffffffffffff, 0x8000000000000000,
    0xfffffffffffff000, 0xffffffffffffffff,
};
enum { HOSTILE = sizeof hostile / sizeof hostile[0] };

/* Each value in one field after the other. */
static bool try_field(size_t at, size_t bytes)
{
    char copy[HEAD];
    for (int i = 0; i < HOSTILE; i++) {
        if (bytes < 8 && hostile[i] >> (8 * bytes) &&
            hostile[i] != (uint64_t)-1)
            continue;
        memcpy(copy, head, HEAD);
        memcpy(copy + at, &hostile[i], bytes);
        if (try_head(copy) < 0)
            return false;
    }
    return true;
}

#define FIELD(type, member)                                                    \
    { offsetof(type, member), sizeof(((type *)0)->member), #member }
struct field {
    size_t at, bytes;
    const char *name;
};
static const struct field of_file[] = {
    FIELD(Elf64_Ehdr, e_type), FIELD(Elf64_Ehdr, e_machine),
    FIELD(Elf64_Ehdr, e_version), FIELD(Elf64_Ehdr, e_entry),
    FIELD(Elf64_Ehdr, e_phoff), FIELD(Elf64_Ehdr, e_shoff),
    FIELD(Elf64_Ehdr, e_flags), FIELD(Elf64_Ehdr, e_ehsize),
    FIELD(Elf64_Ehdr, e_phentsize), FIELD(Elf64_Ehdr, e_phnum),
};
static const struct field of_segment[] = {
    FIELD(Elf64_Phdr, p_type), FIELD(Elf64_Phdr, p_flags),
    FIELD(Elf64_Phdr, p_offset), FIELD(Elf64_Phdr, p_vaddr),
    FIELD(Elf64_Phdr, p_filesz), FIELD(Elf64_Phdr, p_memsz),
    FIELD(Elf64_Phdr, p_align),
};

static void fields(void)
{
    const Elf64_Ehdr *file = (void *)head;
    char text[60];
    for (size_t i = 0; i < sizeof of_file / sizeof *of_file; i++) {
        stress_begin();
        snprintf(text, sizeof text, "%s says anything", of_file[i].name);
        tap_case(try_field(of_file[i].at, of_file[i].bytes), text);
    }
    for (size_t i = 0; i < sizeof of_segment / sizeof *of_segment; i++) {
        bool held = true;
        stress_begin();
        for (int j = 0; held && j < file->e_phnum; j++)
            held = try_field(file->e_phoff + j * sizeof(Elf64_Phdr) +
                    of_segment[i].at,
                of_segment[i].bytes);
        snprintf(text, sizeof text, "%s says anything", of_segment[i].name);
        tap_case(held, text);
    }
    ok(is_sound());
}

/* Several at once, from everywhere. */
static void random_fields(void)
{
    unsigned random = stress_seed();
    char copy[HEAD];
    bool held = true;
    int most = headers / 2;
    stress_begin();
    for (int i = 0; held && (i < ROUNDS || stress_goes_on()); i++) {
        memcpy(copy, head, HEAD);
        for (int n = 1 + stress_random(&random) % 4; n--;) {
            size_t at = 4 + stress_random(&random) % most * 2;
            size_t bytes = 1 << stress_random(&random) % 4;
            uint64_t value = hostile[stress_random(&random) % HOSTILE];
            memcpy(copy + at, &value, bytes);
        }
        held = try_head(copy) >= 0;
    }
    tap_case(held, "headers say several things at once");
    ok(is_sound());
}

/* The whole file in one segment over another, upside down, one on the other. */
static void overlaps(void)
{
    char copy[HEAD];
    Elf64_Ehdr *file = (void *)copy;
    bool held = true;
    stress_begin();
    for (int i = 0; held && i < 64; i++) {
        memcpy(copy, head, HEAD);
        Elf64_Phdr *segments = (void *)(copy + file->e_phoff);
        int count = file->e_phnum;
        Elf64_Phdr *a = &segments[i % count], *b = &segments[i / 8 % count];
        switch (i % 5) {
        case 0:
            *a = *b;
            break;
        case 1:
            a->p_vaddr = b->p_vaddr;
            break;
        case 2: {
            Elf64_Phdr kept = *a;
            *a = *b;
            *b = kept;
            break;
        }
        case 3:
            a->p_memsz += 1 << 20;
            b->p_offset += 4096;
            break;
        case 4:
            a->p_type = PT_INTERP;
            a->p_filesz = 64;
        }
        held = try_head(copy) >= 0;
    }
    tap_case(held, "segments lie over each other");
    ok(is_sound());
}

static void cut_short(void)
{
    static const int lengths[] = { 0, 1, 3, 4, 5, 16, 20, 63, 64, 65, 100, 119,
        120, 121, 200, 400, 511, 512, 1000, 4095, 4096, 4097, 8192, 12288,
        20000 };
    bool held = true;
    struct stat status;
    stress_begin();
    fstat(image, &status);
    for (size_t i = 0; held && i < sizeof lengths / sizeof *lengths; i++) {
        char command[80];
        snprintf(command, sizeof command, "head -c %d image > cut; chmod +x cut",
            lengths[i]);
        held = !system(command) && try_file("./cut") >= 0;
    }
    unlink("cut");
    tap_case(held, "cut short at any length");
    ok(is_sound());
}

/* The file shrinks while it runs, and while it is started. */
static void shrinks(void)
{
    system("cp image busy");
    bool held = true;
    stress_begin();
    pid_t child = fork();
    if (!child)
        for (;;) {
            truncate("busy", 5000);
            truncate("busy", 0);
            system("cp image busy 2>/dev/null");
        }
    while (held && stress_goes_on())
        held = try_file("./busy") >= 0;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unlink("busy");
    tap_case(held, "a file that is cut while it starts");
}

static bool try_text(const char *text, size_t bytes)
{
    int fd = open("script", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    write(fd, text, bytes);
    close(fd);
    int status = try_file("./script");
    unlink("script");
    return status >= 0;
}

static void scripts(void)
{
    static const char *const texts[] = {
        "", "#", "#!", "#!\n", "#! \n", "#! \t", "#!/", "#!/\n", "#!./script",
        "#!./script\n", "#!/dev/null\n", "#!/dev/zero\n", "#!/proc/self/exe\n",
        "#!/tmp\n", "#!/nowhere\n", "#!/bin/sh", "#!/bin/true \n",
        "#!/bin/true a b c\n", "#!\xff\xff\xff\n", "#!/bin/true\r\n",
        "\x7f" "ELF", "\x7f" "ELF\2\1\1", "MZ", "\x1f\x8b",
    };
    char text[1000];
    bool held = true;
    stress_begin();
    for (size_t i = 0; held && i < sizeof texts / sizeof *texts; i++)
        held = try_text(texts[i], strlen(texts[i]));
    memset(text, 'a', sizeof text);
    memcpy(text, "#!/", 3);
    held = held && try_text(text, sizeof text);
    memset(text, ' ', sizeof text);
    memcpy(text, "#!", 2);
    held = held && try_text(text, sizeof text);
    memset(text + 2, 0, sizeof text - 2);
    held = held && try_text(text, sizeof text);
    memset(text + 2, '/', sizeof text - 2);
    held = held && try_text(text, 255) && try_text(text, 256) &&
        try_text(text, 257);
    tap_case(held, "scripts of all kinds");
    ok(is_sound());
}

static void run(void)
{
    system("cp /proc/$PPID/exe image && chmod 755 image");
    image = open("image", O_RDWR);
    pread(image, head, HEAD, 0);
    const Elf64_Ehdr *file = (void *)head;
    headers = file->e_phoff + file->e_phnum * sizeof(Elf64_Phdr);
    ok(is_sound());
    fields();
    random_fields();
    overlaps();
    cut_short();
    shrinks();
    scripts();
    unlink("image");
}

static int tap_main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}

int main(int argc, char **argv)
{
    return argc > 1 ? 7 : tap_main();
}
