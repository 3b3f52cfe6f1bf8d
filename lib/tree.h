/* SPDX-License-Identifier: MIT */
/* A balanced binary tree (red-black), embedded in what it holds.  The caller
 * finds the place itself, comparing in line; the tree balances.
 *
 *     struct tree_node **link = &tree->root, *parent = NULL;
 *     while (*link) {
 *         parent = *link;
 *         link = key < key_of(parent) ? &parent->left : &parent->right;
 *     }
 *     tree_insert(tree, node, parent, link);
 *
 * `update`, when given, is called bottom-up for each node whose subtree
 * changed, so that a node can keep a sum over its subtree (augmentation). */
#ifndef LIB_TREE_H
#define LIB_TREE_H

#include "lib/types.h"

struct tree_node {
    struct tree_node *parent, *left, *right;
    bool is_red;
};

typedef void (*tree_update_fn)(struct tree_node *node);

struct tree {
    struct tree_node *root;
    tree_update_fn update; /* or NULL */
};

void tree_insert(struct tree *tree, struct tree_node *node,
    struct tree_node *parent, struct tree_node **link);
void tree_remove(struct tree *tree, struct tree_node *node);
/* Calls update from node up to the root: after its own key or size changed. */
void tree_refresh(struct tree *tree, struct tree_node *node);

struct tree_node *tree_first(const struct tree *tree);
struct tree_node *tree_last(const struct tree *tree);
struct tree_node *tree_next(const struct tree_node *node);
struct tree_node *tree_prev(const struct tree_node *node);

#define tree_entry(node, type, member)                                         \
    ({                                                                         \
        struct tree_node *tree_entry_node = (node);                            \
        tree_entry_node ? container_of(tree_entry_node, type, member) : NULL;  \
    })

#endif
