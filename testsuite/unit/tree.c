/* SPDX-License-Identifier: MIT */
/* The balanced tree against a plain array: order, colours, sums. */
#include "unit.h"
#include "lib/tree.c"

enum { ITEMS = 400, ROUNDS = 40000 };

struct item {
    struct tree_node node;
    unsigned key, size, sum; /* sum: sizes of the subtree */
    bool is_in;
};

static struct item items[ITEMS];
static struct tree tree;

static struct item *item_of(struct tree_node *node)
{
    return tree_entry(node, struct item, node);
}

static unsigned sum_of(struct tree_node *node)
{
    return node ? item_of(node)->sum : 0;
}

static void update(struct tree_node *node)
{
    struct item *item = item_of(node);
    item->sum = item->size + sum_of(node->left) + sum_of(node->right);
}

static void insert(struct item *item)
{
    struct tree_node **link = &tree.root, *parent = NULL;
    while (*link) {
        parent = *link;
        link = item->key < item_of(parent)->key ? &parent->left
                                                : &parent->right;
    }
    tree_insert(&tree, &item->node, parent, link);
    item->is_in = true;
}

/* The black nodes on each way down; counts nodes. */
static int check(struct tree_node *node, unsigned *count)
{
    if (!node)
        return 1;
    ++*count;
    struct item *item = item_of(node);
    ok_always(item->sum ==
        item->size + sum_of(node->left) + sum_of(node->right));
    ok_always(!node->left || node->left->parent == node);
    ok_always(!node->right || node->right->parent == node);
    ok_always(!node->is_red || (!is_red(node->left) && !is_red(node->right)));
    int left = check(node->left, count), right = check(node->right, count);
    ok_always(left == right);
    return left + !node->is_red;
}

static void check_order(unsigned count)
{
    unsigned seen = 0, last = 0;
    for (struct tree_node *node = tree_first(&tree); node;
         node = tree_next(node), seen++) {
        ok_always(item_of(node)->key >= last);
        last = item_of(node)->key;
    }
    ok_always(seen == count);
    seen = 0;
    for (struct tree_node *node = tree_last(&tree); node;
         node = tree_prev(node), seen++) {
        ok_always(item_of(node)->key <= last);
        last = item_of(node)->key;
    }
    ok_always(seen == count);
}

static void change(struct item *item)
{
    switch (unit_random() % 4) {
    case 0:
        if (!item->is_in)
            return;
        item->size = unit_random() % 100;
        tree_refresh(&tree, &item->node);
        return;
    default:
        if (item->is_in) {
            tree_remove(&tree, &item->node);
            item->is_in = false;
            return;
        }
        item->key = unit_random() % 1000; /* some are equal */
        item->size = unit_random() % 100;
        insert(item);
    }
}

static void run(void)
{
    tree.update = update;
    ok(!tree_first(&tree) && !tree_last(&tree));
    for (unsigned round = 0; round < ROUNDS; round++) {
        change(&items[unit_random() % ITEMS]);
        if (round % 50 && round > 2000)
            continue;
        unsigned count = 0, in = 0;
        check(tree.root, &count);
        for (unsigned i = 0; i < ITEMS; i++)
            in += items[i].is_in;
        ok_always(count == in);
        ok_always(!is_red(tree.root));
        check_order(count);
    }
    ok(tree.root);
    for (unsigned i = 0; i < ITEMS; i++)
        if (items[i].is_in)
            tree_remove(&tree, &items[i].node);
    ok(!tree.root);
    tree.update = NULL;
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].key = i;
        insert(&items[i]);
    }
    unsigned depth = 0;
    for (struct tree_node *node = &items[ITEMS - 1].node; node;
         node = node->parent)
        depth++;
    ok(depth <= 18); /* 2 log2(401) */
}

UNIT_MAIN
