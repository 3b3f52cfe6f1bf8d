/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "lib/list.h"

struct item {
    struct list link;
    int number;
};

static void run(void)
{
    struct list list, other;
    struct item items[5], *item, *after;
    list_init(&list);
    list_init(&other);
    ok(list_is_empty(&list));
    ok(!list_first(&list, struct item, link));
    for (int i = 0; i < 5; i++) {
        items[i].number = i;
        list_add(&list, &items[i].link);
    }
    ok(list_first(&list, struct item, link) == &items[0]);
    ok(list_last(&list, struct item, link) == &items[4]);

    int sum = 0;
    list_for_each(item, &list, link)
        sum = sum * 10 + item->number;
    ok(sum == 1234);

    list_for_each_safe(item, after, &list, link)
        if (item->number % 2)
            list_remove(&item->link);
    list_remove(&items[1].link); /* once more does no harm */
    list_add_first(&list, &items[3].link);
    sum = 0;
    list_for_each(item, &list, link)
        sum = sum * 10 + item->number;
    ok(sum == 3024);

    list_add(&other, &items[1].link);
    list_splice(&list, &other);
    ok(list_is_empty(&other));
    list_splice(&list, &other);
    ok(list_last(&list, struct item, link) == &items[1]);
    list_splice(&other, &list);
    ok(list_is_empty(&list));
    ok(list_first(&other, struct item, link) == &items[3]);
}

UNIT_MAIN
