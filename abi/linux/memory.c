/* SPDX-License-Identifier: MIT */
/* Address spaces: mmap and all that works on what it made. */
#include <linux/mman.h>

#include "abi/linux/arguments.h"
#include "kernel/exec.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/file_count.h"
#include "vfs/mount.h"

enum { KNOWN_PROT = PROT_READ | PROT_WRITE | PROT_EXEC };

static unsigned rights_from_prot(unsigned long prot)
{
    return (prot & PROT_READ ? AREA_READ : 0) |
        (prot & PROT_WRITE ? AREA_WRITE : 0) |
        (prot & PROT_EXEC ? AREA_EXECUTE : 0);
}

/* For those who expect of what can be read that it can be executed. */
static bool read_is_execute(unsigned long prot)
{
    return prot & PROT_READ &&
        current->task.personality & PERSONALITY_READ_IS_EXECUTE;
}

static const struct {
    unsigned long flag;
    unsigned area;
} flag_table[] = {
    { MAP_GROWSDOWN, AREA_GROWS_DOWN },
    { MAP_LOCKED, AREA_LOCKED },
    { MAP_NORESERVE, AREA_NO_RESERVE },
    { MAP_POPULATE, AREA_POPULATE },
};

/* Flags that MAP_SHARED_VALIDATE vouches for; the others it refuses. */
enum {
    VALIDATED_FLAGS = MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN |
        MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE |
        MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB |
        MAP_HUGE_2MB | MAP_HUGE_1GB | MAP_FIXED_NOREPLACE,
};

static int area_flags_from(unsigned long prot, unsigned long flags)
{
    unsigned area = rights_from_prot(prot) | AREA_MAY_READ | AREA_MAY_WRITE |
        AREA_MAY_EXECUTE;
    unsigned type = flags & MAP_TYPE;
    if (type == MAP_SHARED_VALIDATE && flags & ~(unsigned long)VALIDATED_FLAGS)
        return -EOPNOTSUPP;
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE)
        area |= AREA_SHARED;
    else if (type != MAP_PRIVATE)
        return -EINVAL;
    if (area & AREA_SHARED && flags & MAP_GROWSDOWN)
        return -EINVAL;
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (flags & flag_table[i].flag)
            area |= flag_table[i].area;
    return area;
}

static long map(struct mapping *mapping)
{
    uintptr_t at;
    int error = space_map(current->space, mapping, &at);
    return error ? error : (long)at;
}

/* A regular file ends where offsets do. */
static int check_range(const struct file *file, size_t bytes, int64_t offset)
{
    if (!bytes)
        return -EINVAL;
    if (bytes > USER_END)
        return -ENOMEM;
    uint64_t end = (uint64_t)offset + bytes;
    if (end < (uint64_t)offset)
        return -EOVERFLOW;
    bool is_regular = file && file->inode->type == INODE_REGULAR;
    return is_regular && end > INT64_MAX ? -EOVERFLOW : 0;
}

static long map_checked(struct file *file, unsigned long address,
    size_t bytes, unsigned long prot, unsigned long flags, int64_t offset)
{
    int error = check_range(file, bytes, offset);
    if (error)
        return error;
    bool is_fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    if (read_is_execute(prot) && !(file && file->place.mount &&
            !mount_may_execute(file->place.mount)))
        prot |= PROT_EXEC;
    int area_flags = area_flags_from(prot, flags);
    if (!file && (flags & MAP_TYPE) == MAP_SHARED_VALIDATE)
        area_flags = -EINVAL;
    if (area_flags < 0)
        return area_flags;
    if (is_fixed && address & (PAGE_BYTES - 1))
        return -EINVAL;
    /* There are no huge pages set aside. */
    if (flags & MAP_HUGETLB)
        return file ? -EINVAL : -ENOMEM;
    struct mapping mapping = {
        .start = align_down(address, (unsigned long)PAGE_BYTES),
        .bytes = align_up(bytes, (size_t)PAGE_BYTES),
        .flags = area_flags,
        .place = flags & MAP_FIXED_NOREPLACE ? PLACE_FIXED_FREE
            : flags & MAP_FIXED              ? PLACE_FIXED
                                             : PLACE_HINT,
        .offset = file ? offset : 0,
    };
    /* What is shared counts as a file, with or without a name. */
    error = file                       ? file_map(file, &mapping)
        : area_flags & AREA_SHARED ? file_count_check(current->credentials)
                                   : 0;
    return error ? error : map(&mapping);
}

long sys_mmap(unsigned long address, size_t bytes, unsigned long prot,
    unsigned long flags, int fd, int64_t offset)
{
    bool has_reference;
    if (offset & (PAGE_BYTES - 1))
        return -EINVAL;
    if (flags & MAP_ANONYMOUS)
        return map_checked(NULL, address, bytes, prot, flags, offset);
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = map_checked(file, address, bytes, prot, flags, offset);
    files_return(file, has_reference);
    return result;
}

/* A range as most calls give it: the start on a page, the end rounded up. */
static int range(unsigned long address, size_t *bytes)
{
    size_t rounded = align_up(*bytes, (size_t)PAGE_BYTES);
    if (address & (PAGE_BYTES - 1))
        return -EINVAL;
    *bytes = rounded; /* which may be nothing, after the largest */
    return address + rounded < address ? -ENOMEM : 0;
}

long sys_munmap(unsigned long address, size_t bytes)
{
    if (range(address, &bytes) || !bytes || address > USER_END ||
        bytes > USER_END - address)
        return -EINVAL;
    return space_unmap(current->space, address, bytes);
}

/* Nothing grows upwards; but what is not there is missed first. */
static long protect_upwards(unsigned long address)
{
    unsigned char is_there;
    int error = space_resident(current->space, address, 1, &is_there);
    return error ? error : -EINVAL;
}

long sys_mprotect(unsigned long address, size_t bytes, unsigned long prot)
{
    const unsigned long both = PROT_GROWSDOWN | PROT_GROWSUP;
    unsigned long grows = prot & both;
    if (grows == both)
        return -EINVAL;
    if (!bytes && !(address & (PAGE_BYTES - 1)))
        return 0;
    int error = range(address, &bytes);
    if (error)
        return error;
    if (!bytes)
        return -ENOMEM;
    if (prot & ~(KNOWN_PROT | PROT_SEM | both))
        return -EINVAL;
    if (grows == PROT_GROWSUP)
        return protect_upwards(address);
    unsigned rights = rights_from_prot(prot) |
        (grows == PROT_GROWSDOWN ? AREA_GROWS_DOWN : 0) |
        (read_is_execute(prot) ? AREA_MAY_EXECUTE : 0);
    return space_protect(current->space, address, bytes, rights);
}

long sys_brk(unsigned long end)
{
    unsigned rights = AREA_READ | AREA_WRITE |
        (read_is_execute(PROT_READ) ? AREA_EXECUTE : 0);
    return space_set_break(current->space, end, rights);
}

long sys_mremap(unsigned long address, size_t old_bytes, size_t new_bytes,
    unsigned long flags, unsigned long wanted)
{
    const unsigned long known =
        MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    if (flags & ~known || address & (PAGE_BYTES - 1))
        return -EINVAL;
    if (flags & MREMAP_DONTUNMAP && old_bytes != new_bytes)
        return -EINVAL;
    if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) &&
        !(flags & MREMAP_MAYMOVE))
        return -EINVAL;
    old_bytes = align_up(old_bytes, (size_t)PAGE_BYTES);
    new_bytes = align_up(new_bytes, (size_t)PAGE_BYTES);
    if (!new_bytes)
        return -EINVAL;
    unsigned how = (flags & MREMAP_MAYMOVE ? REMAP_MAY_MOVE : 0) |
        (flags & MREMAP_FIXED ? REMAP_FIXED : 0) |
        (flags & MREMAP_DONTUNMAP ? REMAP_KEEP_OLD : 0);
    uintptr_t at;
    int error = space_remap(
        current->space, address, old_bytes, new_bytes, how, wanted, &at);
    return error ? error : (long)at;
}

static const struct {
    int advice;
    enum space_advice native;
} advice_table[] = {
    { MADV_NORMAL, ADVICE_NONE },
    { MADV_RANDOM, ADVICE_NONE },
    { MADV_SEQUENTIAL, ADVICE_NONE },
    { MADV_WILLNEED, ADVICE_WILL_NEED },
    { MADV_DONTNEED, ADVICE_DONT_NEED },
    { MADV_DONTNEED_LOCKED, ADVICE_DONT_NEED_LOCKED },
    { MADV_COLLAPSE, ADVICE_COLLAPSE },
    { MADV_FREE, ADVICE_FREE },
    { MADV_REMOVE, ADVICE_REMOVE },
    { MADV_DONTFORK, ADVICE_DONT_FORK },
    { MADV_DOFORK, ADVICE_DO_FORK },
    { MADV_HUGEPAGE, ADVICE_NONE },
    { MADV_NOHUGEPAGE, ADVICE_NONE },
    { MADV_MERGEABLE, ADVICE_NONE },
    { MADV_UNMERGEABLE, ADVICE_NONE },
    { MADV_DONTDUMP, ADVICE_DONT_DUMP },
    { MADV_DODUMP, ADVICE_DO_DUMP },
    { MADV_WIPEONFORK, ADVICE_WIPE_ON_FORK },
    { MADV_KEEPONFORK, ADVICE_KEEP_ON_FORK },
    { MADV_COLD, ADVICE_COLD },
    { MADV_PAGEOUT, ADVICE_COLD },
    { MADV_POPULATE_READ, ADVICE_POPULATE_READ },
    { MADV_POPULATE_WRITE, ADVICE_POPULATE_WRITE },
};

long sys_madvise(unsigned long address, size_t bytes, int advice)
{
    for (size_t i = 0; i < array_size(advice_table); i++) {
        if (advice_table[i].advice != advice)
            continue;
        bool is_nothing = !bytes;
        int error = range(address, &bytes);
        if (error || (!bytes && !is_nothing))
            return -EINVAL;
        return bytes ? space_advise(current->space, address, bytes,
                           advice_table[i].native)
                     : 0;
    }
    return -EINVAL;
}

long sys_msync(unsigned long address, size_t bytes, int flags)
{
    if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
        (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    int error = range(address, &bytes);
    if (error || !bytes)
        return error;
    return space_sync(
        current->space, address, bytes, flags & MS_INVALIDATE);
}

long sys_mincore(unsigned long address, size_t bytes, void __user *to)
{
    enum { PAGES_AT_ONCE = 256 };
    if (address & (PAGE_BYTES - 1))
        return -EINVAL;
    if (address > USER_END || bytes > USER_END - address)
        return -ENOMEM;
    size_t pages = align_up(bytes, (size_t)PAGE_BYTES) / PAGE_BYTES;
    if (!user_range_is_ok(to, pages))
        return -EFAULT;
    unsigned char *vector = heap_alloc(PAGES_AT_ONCE);
    int error = vector ? 0 : -ENOMEM;
    for (size_t done = 0; !error && done < pages; done += PAGES_AT_ONCE) {
        size_t now = min(pages - done, (size_t)PAGES_AT_ONCE);
        error = space_resident(
            current->space, address + done * PAGE_BYTES, now, vector);
        if (!error)
            error = user_write((char __user *)to + done, vector, now);
        thread_breathe();
    }
    heap_free(vector);
    return error;
}
