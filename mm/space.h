/* SPDX-License-Identifier: MIT */
/* Address spaces: areas in a tree over a page table (CLONE_VM's part).
 *
 * Areas change under `lock` held for writing; faults hold it for reading and
 * so run in parallel, each page table page having its own lock.  User copies
 * run without any of them.  An area knows what is behind it only as a struct
 * backing of functions, so that mm/ knows no files. */
#ifndef MM_SPACE_H
#define MM_SPACE_H

#include "arch/pagetable.h"
#include "arch/trap.h"
#include "lib/refcount.h"
#include "lib/tree.h"
#include "mm/store.h"
#include "sched/mutex.h"

enum area_flags {
    AREA_READ = 1,
    AREA_WRITE = 2,
    AREA_EXECUTE = 4,
    AREA_SHARED = 8,      /* writes go to the store */
    AREA_GROWS_DOWN = 16, /* a stack: with a guard gap of 256 pages */
    AREA_MAY_WRITE = 32,  /* mprotect may ask for it (file was open for it) */
    AREA_MAY_READ = 64,
    AREA_MAY_EXECUTE = 128,
    AREA_NO_RESERVE = 256,
    AREA_LOCKED = 512,
    AREA_NO_FORK = 1024,  /* MADV_DONTFORK */
    AREA_WIPE_FORK = 2048,
    AREA_NO_DUMP = 4096,
    AREA_SPECIAL = 8192,  /* vdso: no merge, no mremap growth */
    AREA_HEAP = 16384,    /* made by brk */
    AREA_POPULATE = 32768,/* fill pages at once (a wish of map, not kept) */
    AREA_STACK = 65536,   /* the main thread's: named [stack] */
    AREA_RIGHTS = AREA_READ | AREA_WRITE | AREA_EXECUTE,
};

struct area;
/* What a mapping holds besides its store: an open file, say. */
struct backing {
    void (*get)(void *object);
    void (*put)(void *object); /* may sleep; not called under the space's lock */
    /* For /proc/PID/maps and exe: path, device, inode number. */
    void (*describe)(void *object, char *path, size_t capacity,
        uint64_t *device, uint64_t *inode);
};

struct area {
    struct tree_node node;
    uintptr_t start, end; /* page aligned */
    unsigned flags;
    struct space *space;
    struct store *store;  /* or NULL: private anonymous */
    uint64_t offset;      /* bytes into store or object at start; or: start */
    const struct backing *backing; /* with object, or NULL */
    void *object;
    struct list store_link;
    const char *name;     /* "[heap]", "[stack]", "[vdso]" or NULL */
    uintptr_t gap_before, largest_gap; /* augmentation: free stretch below */
};

enum { SPACE_AUXV_WORDS = 2 * 24 };

struct space {
    struct refcount refs; /* threads, and who only looks at the areas */
    unsigned users; /* [atomic] threads that run in it */
    struct rwlock lock;
    struct tree areas;
    struct pagetable table;

    /* Under lock for writing: */
    uint64_t mapped_bytes, stack_bytes, data_bytes, locked_bytes, code_bytes;
    uint64_t peak_mapped_bytes;
    uintptr_t map_top;      /* mmap goes downwards from here */
    uintptr_t map_bottom;   /* or, if it is not 0, upwards from here */
    uintptr_t break_start, break_end;
    unsigned area_count;

    uint64_t resident_anonymous, resident_shared; /* [atomic] pages */
    uint64_t peak_resident;
    bool is_dying; /* [atomic] out-of-memory victim: faults fail */

    /* What exec put where, for /proc: whole words, which prctl may change under
     * the lock, as it may the vector and the program. */
    uintptr_t code_start, code_end, data_start, data_end, stack_top;
    uintptr_t arguments_start, arguments_end;
    uintptr_t environment_start, environment_end;
    uint64_t auxv[SPACE_AUXV_WORDS];
    unsigned auxv_words;
    void *program; /* struct file of /proc/PID/exe, with its get and put: */
    void (*program_get)(void *program); /* for fork; NULL: not copied */
    void (*program_put)(void *program);
    /* Limits copied from the process: RLIMIT_AS, DATA, STACK, MEMLOCK */
    uint64_t limit_bytes, limit_data_bytes, limit_stack_bytes, limit_locked_bytes;
    uint32_t barriers;  /* [atomic] membarrier(2): what was asked for */
    bool may_lock_all; /* [atomic] who runs in it has CAP_IPC_LOCK */
    unsigned future; /* [atomic] AREA_LOCKED, AREA_POPULATE: of what is mapped */
    uintptr_t vdso;
    bool is_dumpable;
    bool no_huge_pages; /* was asked for; there are none in any case */
    unsigned dump_filter; /* [atomic] as /proc/PID/coredump_filter has it */
    struct deferred last_put; /* see mm/space_put.h */
};

/* What a dump of memory would have, of what is known to be told apart; none is
 * made yet. Private and shared memory without a file, headers, huge pages. */
enum { DUMP_FILTER_USUAL = 0x33, DUMP_FILTER_ALL = 0x1ff };

/* How many areas a space may have, of every space: /proc/sys/vm/max_map_count. */
enum { AREAS_MAX = 65530 }; /* until somebody sets it */
unsigned space_most_areas(void);
void space_set_most_areas(unsigned most);

struct space *space_new(void); /* empty */
struct space *space_copy(struct space *space); /* fork: copy on write; NULL */
struct space *space_get(struct space *space);
bool space_get_unless_zero(struct space *space);
void space_put(struct space *space); /* may sleep */
/* The same for a thread that is to run in it, or runs in it no longer. */
struct space *space_share(struct space *space);
void space_leave(struct space *space); /* may sleep */
bool space_is_shared(const struct space *space);

/* What to map: start 0 or a hint, or `fixed`. */
struct mapping {
    uintptr_t start;
    size_t bytes;
    unsigned flags; /* enum area_flags */
    enum { PLACE_HINT, PLACE_FIXED, PLACE_FIXED_FREE } place; /* FREE: -EEXIST */
    struct store *store; /* NULL: anonymous (shared anonymous gets one inside) */
    uint64_t offset;
    const struct backing *backing;
    void *object;
    const char *name;
};
/* 0 and *at; -ENOMEM, -EEXIST, -EINVAL, -EAGAIN (locked limit). References of
 * store and object are taken inside. */
int space_map(struct space *space, const struct mapping *mapping, uintptr_t *at);
int space_unmap(struct space *space, uintptr_t start, size_t bytes);
/* rights: AREA_READ|WRITE|EXECUTE; AREA_GROWS_DOWN: PROT_GROWSDOWN;
 * AREA_MAY_EXECUTE: to be executed as well, where it may. -EACCES, -ENOMEM */
int space_protect(
    struct space *space, uintptr_t start, size_t bytes, unsigned rights);
enum { REMAP_MAY_MOVE = 1, REMAP_FIXED = 2, REMAP_KEEP_OLD = 4 };
int space_remap(struct space *space, uintptr_t start, size_t old_bytes,
    size_t new_bytes, unsigned how, uintptr_t wanted, uintptr_t *at);
/* The new break, or the old one if it cannot be; what it grows by has these
 * rights. */
uintptr_t space_set_break(
    struct space *space, uintptr_t wanted, unsigned rights);
/* The parts of the program.  -EINVAL: it makes no sense; -EFAULT: nothing is
 * mapped at or above, of those from the stack on. */
enum space_part {
    PART_CODE_START, PART_CODE_END, PART_DATA_START, PART_DATA_END,
    PART_BREAK_START, PART_BREAK_END, PART_STACK, PART_ARGUMENTS_START,
    PART_ARGUMENTS_END, PART_ENVIRONMENT_START, PART_ENVIRONMENT_END,
    SPACE_PARTS,
};
int space_set_part(struct space *space, enum space_part part, uintptr_t at);
int space_check_parts(struct space *space, const uint64_t at[SPACE_PARTS]);
int space_set_parts(struct space *space, const uint64_t at[SPACE_PARTS]);
/* So many bytes of the vector; what it has behind its end does not count. */
void space_set_auxv(struct space *space, const uint64_t *auxv, size_t bytes);
enum space_advice {
    ADVICE_NONE, ADVICE_COLD, /* hints that change nothing, on mapped ranges */
    ADVICE_DONT_NEED, ADVICE_DONT_NEED_LOCKED, ADVICE_FREE, ADVICE_REMOVE,
    ADVICE_DONT_FORK, ADVICE_DO_FORK, ADVICE_WIPE_ON_FORK, ADVICE_KEEP_ON_FORK,
    ADVICE_DONT_DUMP, ADVICE_DO_DUMP, ADVICE_POPULATE_READ, ADVICE_POPULATE_WRITE,
    ADVICE_WILL_NEED, ADVICE_COLLAPSE,
};
int space_advise(struct space *space, uintptr_t start, size_t bytes,
    enum space_advice advice);
enum lock_how { LOCK_NOT, LOCK_NOW, LOCK_ON_FAULT };
int space_lock_range(struct space *space, uintptr_t start, size_t bytes, enum lock_how how);
/* What there is, and what is mapped from now on, until the next such call.
 * -ENOMEM: the limit; -EINTR: killed, half done */
enum { LOCK_ALL_NOW = 1, LOCK_ALL_FUTURE = 2, LOCK_ALL_ON_FAULT = 4 };
int space_lock_all(struct space *space, unsigned what);
void space_unlock_all(struct space *space);
int space_sync(struct space *space, uintptr_t start, size_t bytes, bool invalidate);
/* One byte per page: resident? -ENOMEM if a hole. */
int space_resident(struct space *space, uintptr_t start, size_t pages,
    unsigned char *vector);

/* Serves a fault of the space. 0, or the signal: -EFAULT no area (MAPERR),
 * -EACCES rights (ACCERR), -EIO beyond the file (SIGBUS), -ENOMEM, -ERESTART
 * (killed while waiting for memory). */
int space_fault(struct space *space, uintptr_t address, enum fault_kind kind);

/* Copies to and from any space, current or not: ptrace-like, /proc, exec's
 * stack. Bytes copied; short on a hole. Honours areas' rights. */
size_t space_read(
    struct space *space, uintptr_t from, void *to, size_t bytes);
size_t space_write(
    struct space *space, uintptr_t to, const void *from, size_t bytes);

/* Key of a shared futex word: identity of store and offset; or false: private
 * anonymous, key is (space, address). Faults the page in. -EFAULT. */
struct space_key { uint64_t identity, offset; bool is_shared; };
int space_key(struct space *space, uintptr_t address, bool for_write,
    struct space_key *key);

/* Visits areas in order under the lock for reading; for /proc. */
void space_for_each(struct space *space,
    bool (*visit)(const struct area *area, void *data), void *data);
/* The out-of-memory victim's: faults in it fail from now on. */
void space_condemn(struct space *space);
/* How many were condemned and have not given all their memory back yet. */
unsigned spaces_dying(void);
/* Takes all private memory of a condemned one away at once. */
void space_reap(struct space *space);
uint64_t space_resident_pages(const struct space *space);
/* What the victim's chooser counts: resident pages and page tables. */
uint64_t space_weight(const struct space *space);

/* For sched_set_switch_space: the page tables of a thread that is to run. */
void space_switch_to(struct thread *thread);

#endif
