/* SPDX-License-Identifier: MIT */
/* The library in every program: its symbols, and that what it says is what the
 * calls say, on every CPU. */
#include "tap.h"

#include <elf.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

#ifdef __x86_64__
#define PREFIX "__vdso_"
#define VERSION "LINUX_2.6"
#else
#define PREFIX "__kernel_"
#define VERSION "LINUX_2.6.39"
#endif

static const char *base; /* of its headers */
static const Elf64_Sym *symbols;
static const char *names;
static const Elf64_Half *versions;
static const Elf64_Verdef *definitions;
static unsigned symbol_count;

static void read_dynamic(const Elf64_Dyn *at, const char *load)
{
    for (; at->d_tag != DT_NULL; at++) {
        const void *there = load + at->d_un.d_ptr;
        switch (at->d_tag) {
        case DT_SYMTAB: symbols = there; break;
        case DT_STRTAB: names = there; break;
        case DT_VERSYM: versions = there; break;
        case DT_VERDEF: definitions = there; break;
        case DT_HASH: symbol_count = ((const unsigned *)there)[1]; break;
        }
    }
}

static void look(void)
{
    base = (const char *)getauxval(AT_SYSINFO_EHDR);
    ok(base != NULL);
    const Elf64_Ehdr *head = (const void *)base;
    ok(!memcmp(head->e_ident, ELFMAG, SELFMAG));
    is(head->e_type, ET_DYN);
    const Elf64_Phdr *parts = (const void *)(base + head->e_phoff);
    const char *load = NULL;
    for (int i = 0; i < head->e_phnum; i++)
        if (parts[i].p_type == PT_LOAD && !load)
            load = base + parts[i].p_offset - parts[i].p_vaddr;
    for (int i = 0; i < head->e_phnum; i++)
        if (parts[i].p_type == PT_DYNAMIC)
            read_dynamic((const void *)(base + parts[i].p_offset), load);
    ok(symbols && names && versions && definitions && symbol_count);
}

static int has_version(unsigned symbol)
{
    const Elf64_Verdef *at = definitions;
    while (at->vd_ndx != (versions[symbol] & 0x7fff)) {
        if (!at->vd_next)
            return 0;
        at = (const void *)((const char *)at + at->vd_next);
    }
    const Elf64_Verdaux *name = (const void *)((const char *)at + at->vd_aux);
    return !strcmp(names + name->vda_name, VERSION);
}

static void *find(const char *name)
{
    for (unsigned i = 0; i < symbol_count; i++)
        if (!strcmp(names + symbols[i].st_name, name)) {
            if (!ok(has_version(i)))
                note("%s", name);
            /* A way back that nobody calls is no function. */
            if (!strstr(name, "sigreturn"))
                is(ELF64_ST_TYPE(symbols[i].st_info), STT_FUNC);
            return (void *)(base + symbols[i].st_value);
        }
    note("%s", name);
    ok(0);
    return NULL;
}

static int is_before(struct timespec a, struct timespec b)
{
    return a.tv_sec < b.tv_sec ||
           (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

static void clocks(void)
{
    static const int all[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
        CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_TAI,
        CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
    long (*gettime)(int, struct timespec *) = find(PREFIX "clock_gettime");
    long (*getres)(int, struct timespec *) = find(PREFIX "clock_getres");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct timespec before, now, after;
        syscall(SYS_clock_gettime, all[i], &before);
        is(gettime(all[i], &now), 0);
        syscall(SYS_clock_gettime, all[i], &after);
        if (!ok(!is_before(now, before) && !is_before(after, now)))
            note("clock %d: %ld.%09ld, %ld.%09ld, %ld.%09ld", all[i],
                (long)before.tv_sec, before.tv_nsec, (long)now.tv_sec,
                now.tv_nsec, (long)after.tv_sec, after.tv_nsec);
        ok(now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
        struct timespec resolution = { 7, 7 };
        is(getres(all[i], &resolution), 0);
        is(resolution.tv_sec, 0);
        is(resolution.tv_nsec, 1);
        is(getres(all[i], NULL), 0);
    }
    struct timespec now, coarse;
    is(gettime(CLOCK_MONOTONIC_COARSE, &coarse), 0);
    gettime(CLOCK_MONOTONIC, &now);
    ok(!is_before(now, coarse));
    is(gettime(77, &now), -EINVAL);
    is(getres(77, &now), -EINVAL);
}

static void day(void)
{
    long (*get)(struct timeval *, struct timezone *) =
        find(PREFIX "gettimeofday");
    struct timeval before, now, after;
    struct timezone zone = { 9, 9 };
    syscall(SYS_gettimeofday, &before, NULL);
    is(get(&now, &zone), 0);
    syscall(SYS_gettimeofday, &after, NULL);
    ok(!timercmp(&now, &before, <) && !timercmp(&after, &now, <));
    is(zone.tz_minuteswest, 0);
    is(zone.tz_dsttime, 0);
    zone = (struct timezone){ -60, 2 };
    is(syscall(SYS_settimeofday, &now, &zone), 0);
    zone = (struct timezone){ 0, 0 };
    is(get(NULL, &zone), 0);
    is(zone.tz_minuteswest, -60);
    is(zone.tz_dsttime, 2);
    zone = (struct timezone){ 0, 0 };
    is(syscall(SYS_settimeofday, NULL, &zone), 0);
    is(get(NULL, &zone), 0);
    is(get(NULL, NULL), 0);
}

/* A clock that is set is seen at once. */
static void clock_is_set(void)
{
    struct timespec now, later;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timespec other = { now.tv_sec + 1000000, now.tv_nsec };
    is(clock_settime(CLOCK_REALTIME, &other), 0);
    clock_gettime(CLOCK_REALTIME, &later);
    ok(!is_before(later, other));
    is(clock_settime(CLOCK_REALTIME, &now), 0);
    clock_gettime(CLOCK_REALTIME, &later);
    ok(is_before(later, other));
}

static void stay_on(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* The time on one CPU is never before what another said already. */
enum { PAIRS = 20000 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct timespec latest;
static int went_back;

static void *watch(void *cpu)
{
    stay_on((intptr_t)cpu);
    for (int i = 0; i < PAIRS; i++) {
        struct timespec now;
        pthread_mutex_lock(&mutex);
        clock_gettime(CLOCK_MONOTONIC, &now);
        went_back += is_before(now, latest);
        latest = now;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void all_cpus(void)
{
    pthread_t threads[8];
    int count = sysconf(_SC_NPROCESSORS_ONLN);
    count = count < 8 ? count : 8;
    for (intptr_t i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, watch, (void *)i);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    is(went_back, 0);
}

#ifdef __x86_64__
static void own(void)
{
    time_t (*seconds)(time_t *) = find("__vdso_time");
    long (*getcpu)(unsigned *, unsigned *, void *) = find("__vdso_getcpu");
    time_t told = 0, before = syscall(SYS_time, NULL);
    time_t now = seconds(&told);
    ok(now == told);
    ok(now >= before - 1 && now <= syscall(SYS_time, NULL));
    ok(seconds(NULL) >= now);
    int count = sysconf(_SC_NPROCESSORS_ONLN);
    int right = 0;
    for (int i = 0; i < count; i++) {
        unsigned cpu = 99, node = 99;
        stay_on(i);
        right += !getcpu(&cpu, &node, NULL) && cpu == (unsigned)i && !node;
    }
    ok(right == count);
    is(getcpu(NULL, NULL, NULL), 0);
}

static unsigned binding(const char *name)
{
    for (unsigned i = 0; i < symbol_count; i++)
        if (!strcmp(names + symbols[i].st_name, name))
            return ELF64_ST_BIND(symbols[i].st_info);
    return 99;
}

/* Each has a plain name too, that is weak. */
static void plain_names(void)
{
    static const char *const all[] = { "__vdso_clock_gettime",
        "__vdso_clock_getres", "__vdso_gettimeofday", "__vdso_time",
        "__vdso_getcpu" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *plain = all[i] + strlen("__vdso_");
        ok(find(plain) == find(all[i]));
        is(binding(plain), STB_WEAK);
        is(binding(all[i]), STB_GLOBAL);
    }
}
#else
static void own(void)
{
    ok(find("__kernel_rt_sigreturn") != NULL);
}
static void plain_names(void) {}
#endif

/* The code is its own process's: what one writes there, others do not see. */
static void is_listed(void)
{
    char line[256];
    int code = 0, data = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, file)) {
        code += strstr(line, " r-xp ") && strstr(line, "[vdso]\n");
        data += strstr(line, " r--p ") && strstr(line, "[vvar]\n");
    }
    fclose(file);
    is(code, 1);
    is(data, 1);
}

static void run(void)
{
    look();
    clocks();
    day();
    clock_is_set();
    own();
    plain_names();
    all_cpus();
    is_listed();
}
TEST_MAIN
