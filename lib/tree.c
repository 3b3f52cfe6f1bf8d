/* SPDX-License-Identifier: MIT */
/* A red-black tree: no red node has a red child, and every way down meets the
 * same number of black ones.
 *
 * With `update`, a node's sum is right after every public call: rotations
 * repair the two nodes they turn, and the way from the deepest changed node up
 * to the root is repaired in the end. */
#include "lib/tree.h"

static inline bool is_red(const struct tree_node *node)
{
    return node && node->is_red;
}

static void replace_child(struct tree *tree, struct tree_node *parent,
    struct tree_node *old, struct tree_node *new)
{
    if (!parent)
        tree->root = new;
    else if (parent->left == old)
        parent->left = new;
    else
        parent->right = new;
    if (new)
        new->parent = parent;
}

/* node goes down to the left; its right child takes its place. */
static void rotate_left(struct tree *tree, struct tree_node *node)
{
    struct tree_node *up = node->right;
    replace_child(tree, node->parent, node, up);
    node->right = up->left;
    if (node->right)
        node->right->parent = node;
    up->left = node;
    node->parent = up;
    if (tree->update) {
        tree->update(node);
        tree->update(up);
    }
}

static void rotate_right(struct tree *tree, struct tree_node *node)
{
    struct tree_node *up = node->left;
    replace_child(tree, node->parent, node, up);
    node->left = up->right;
    if (node->left)
        node->left->parent = node;
    up->right = node;
    node->parent = up;
    if (tree->update) {
        tree->update(node);
        tree->update(up);
    }
}

void tree_refresh(struct tree *tree, struct tree_node *node)
{
    if (!tree->update)
        return;
    for (; node; node = node->parent)
        tree->update(node);
}

/* Both node and its parent are red: turns them so that the parent can be black,
 * when its sibling is black. */
static void turn_after_insert(struct tree *tree, struct tree_node *node)
{
    struct tree_node *parent = node->parent, *grand = parent->parent;
    if (parent == grand->left) {
        if (node == parent->right) {
            rotate_left(tree, parent);
            parent = node;
        }
        rotate_right(tree, grand);
    } else {
        if (node == parent->left) {
            rotate_right(tree, parent);
            parent = node;
        }
        rotate_left(tree, grand);
    }
    parent->is_red = false;
    grand->is_red = true;
}

void tree_insert(struct tree *tree, struct tree_node *node,
    struct tree_node *parent, struct tree_node **link)
{
    *node = (struct tree_node){ .parent = parent, .is_red = true };
    *link = node;
    tree_refresh(tree, node);
    while (is_red(node->parent)) {
        struct tree_node *grand = node->parent->parent;
        struct tree_node *uncle =
            grand->left == node->parent ? grand->right : grand->left;
        if (!is_red(uncle)) {
            turn_after_insert(tree, node);
            break;
        }
        node->parent->is_red = uncle->is_red = false;
        grand->is_red = true;
        node = grand;
    }
    tree->root->is_red = false;
}

/* The subtree `node` (perhaps NULL) under parent, on the left, lacks one black
 * node.  Returns the node that lacks one next, or NULL when all is well. */
static struct tree_node *mend_left(struct tree *tree, struct tree_node *parent)
{
    struct tree_node *sibling = parent->right;
    if (sibling->is_red) {
        sibling->is_red = false;
        parent->is_red = true;
        rotate_left(tree, parent);
        sibling = parent->right;
    }
    if (!is_red(sibling->left) && !is_red(sibling->right)) {
        sibling->is_red = true;
        return parent;
    }
    if (!is_red(sibling->right)) {
        sibling->left->is_red = false;
        sibling->is_red = true;
        rotate_right(tree, sibling);
        sibling = parent->right;
    }
    sibling->is_red = parent->is_red;
    parent->is_red = false;
    sibling->right->is_red = false;
    rotate_left(tree, parent);
    return NULL;
}

static struct tree_node *mend_right(struct tree *tree, struct tree_node *parent)
{
    struct tree_node *sibling = parent->left;
    if (sibling->is_red) {
        sibling->is_red = false;
        parent->is_red = true;
        rotate_right(tree, parent);
        sibling = parent->left;
    }
    if (!is_red(sibling->left) && !is_red(sibling->right)) {
        sibling->is_red = true;
        return parent;
    }
    if (!is_red(sibling->left)) {
        sibling->right->is_red = false;
        sibling->is_red = true;
        rotate_left(tree, sibling);
        sibling = parent->left;
    }
    sibling->is_red = parent->is_red;
    parent->is_red = false;
    sibling->left->is_red = false;
    rotate_right(tree, parent);
    return NULL;
}

static void mend(
    struct tree *tree, struct tree_node *node, struct tree_node *parent)
{
    while (parent && !is_red(node)) {
        node = node == parent->left ? mend_left(tree, parent)
                                    : mend_right(tree, parent);
        if (!node)
            return;
        parent = node->parent;
    }
    if (node)
        node->is_red = false;
}

/* node has two children: the next one takes its place and colour.  Returns the
 * parent of the gap that is left. */
static struct tree_node *replace_by_next(struct tree *tree,
    struct tree_node *node, struct tree_node **child, bool *was_red)
{
    struct tree_node *next = node->right;
    while (next->left)
        next = next->left;
    struct tree_node *gap = next->parent == node ? next : next->parent;
    *child = next->right;
    *was_red = next->is_red;
    if (gap != next) {
        replace_child(tree, gap, next, next->right);
        next->right = node->right;
        next->right->parent = next;
    }
    replace_child(tree, node->parent, node, next);
    next->left = node->left;
    next->left->parent = next;
    next->is_red = node->is_red;
    return gap;
}

void tree_remove(struct tree *tree, struct tree_node *node)
{
    struct tree_node *child, *gap;
    bool was_red;
    if (node->left && node->right) {
        gap = replace_by_next(tree, node, &child, &was_red);
    } else {
        child = node->left ? node->left : node->right;
        gap = node->parent;
        was_red = node->is_red;
        replace_child(tree, gap, node, child);
    }
    tree_refresh(tree, gap);
    if (!was_red)
        mend(tree, child, gap);
    *node = (struct tree_node){ 0 };
}

struct tree_node *tree_first(const struct tree *tree)
{
    struct tree_node *node = tree->root;
    while (node && node->left)
        node = node->left;
    return node;
}

struct tree_node *tree_last(const struct tree *tree)
{
    struct tree_node *node = tree->root;
    while (node && node->right)
        node = node->right;
    return node;
}

struct tree_node *tree_next(const struct tree_node *node)
{
    if (node->right) {
        node = node->right;
        while (node->left)
            node = node->left;
        return (struct tree_node *)node;
    }
    while (node->parent && node == node->parent->right)
        node = node->parent;
    return node->parent;
}

struct tree_node *tree_prev(const struct tree_node *node)
{
    if (node->left) {
        node = node->left;
        while (node->right)
            node = node->right;
        return (struct tree_node *)node;
    }
    while (node->parent && node == node->parent->left)
        node = node->parent;
    return node->parent;
}
