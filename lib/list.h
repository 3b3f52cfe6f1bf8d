/* SPDX-License-Identifier: MIT */
/* A circular doubly linked list, embedded in what it links.  The head and the
 * links are of one type; an unlinked link points at itself.
 *
 * Whether a list is empty may be looked at without its lock, atomically: so a
 * `next` that may be a head's is written in one piece. */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include "lib/types.h"

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name)                                                        \
    {                                                                          \
        &(name), &(name)                                                       \
    }

static inline void list_set_next(struct list *list, struct list *next)
{
    __atomic_store_n(&list->next, next, __ATOMIC_RELAXED);
}

static inline void list_init(struct list *list)
{
    list->prev = list;
    list_set_next(list, list);
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

static inline void list_add_between(
    struct list *link, struct list *prev, struct list *next)
{
    link->prev = prev;
    link->next = next;
    list_set_next(prev, link);
    next->prev = link;
}

/* At the end. */
static inline void list_add(struct list *list, struct list *link)
{
    list_add_between(link, list->prev, list);
}

static inline void list_add_first(struct list *list, struct list *link)
{
    list_add_between(link, list, list->next);
}

/* The link is left pointing at itself, so that a second removal is harmless. */
static inline void list_remove(struct list *link)
{
    list_set_next(link->prev, link->next);
    link->next->prev = link->prev;
    list_init(link);
}

/* Moves everything in `from` to the end of `to`. */
static inline void list_splice(struct list *to, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = to->prev;
    list_set_next(to->prev, from->next);
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#define list_entry(link, type, member) container_of(link, type, member)
#define list_first(list, type, member)                                         \
    (list_is_empty(list) ? NULL : list_entry((list)->next, type, member))
#define list_last(list, type, member)                                          \
    (list_is_empty(list) ? NULL : list_entry((list)->prev, type, member))
#define list_for_each(entry, list, member)                                     \
    for (entry = list_entry((list)->next, __typeof__(*entry), member);         \
         &entry->member != (list);                                             \
         entry = list_entry(entry->member.next, __typeof__(*entry), member))
/* The body may remove the entry it was given. */
#define list_for_each_safe(entry, after, list, member)                         \
    for (entry = list_entry((list)->next, __typeof__(*entry), member),         \
        after = list_entry(entry->member.next, __typeof__(*entry), member);    \
         &entry->member != (list); entry = after,                              \
        after = list_entry(after->member.next, __typeof__(*after), member))

#endif
