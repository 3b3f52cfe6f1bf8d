/* SPDX-License-Identifier: MIT */
/* Mounts: of tmpfs, within each other, bound, moved and taken away; the root. */
#include "names_world.h"

static int mount_at(const char *type, const char *path, unsigned flags,
    const char *options)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place at;
    int error = path_find(&walk, path, &at);
    if (error)
        return error;
    error = mount_new(type, "none", at, flags, options);
    place_put(at);
    return error;
}

static int unmount(const char *path, unsigned how)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place at;
    int error = path_find(&walk, path, &at);
    if (error)
        return error;
    error = mount_remove(at, how);
    place_put(at);
    return error;
}

static int two(int (*verb)(struct place, struct place), const char *a,
    const char *b)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place from, to;
    int error = path_find(&walk, a, &from);
    if (error)
        return error;
    error = path_find(&walk, b, &to);
    if (!error) {
        error = verb(from, to);
        place_put(to);
    }
    place_put(from);
    return error;
}

static int bind(struct place from, struct place to)
{
    return mount_bind(from, to, false);
}

static int bind_all(struct place from, struct place to)
{
    return mount_bind(from, to, true);
}

static int pivot(struct place new_root, struct place put_old)
{
    return mount_pivot(new_root, put_old, paths->root);
}

static void test_mounts(void)
{
    gives(0, make_dir("/mnt"));
    gives(0, make_dir("/mnt2"));
    gives(-ENODEV, mount_at("nofs", "/mnt", 0, NULL));
    gives(-EINVAL, mount_at("tmpfs", "/mnt", 0, "size=x"));
    gives(-EINVAL, mount_at("tmpfs", "/mnt", 0, "sizes=1"));
    gives(-ENOTDIR, mount_at("tmpfs", "/a/file", 0, NULL));
    gives(-EINVAL, unmount("/mnt", 0));
    gives(0, mount_at("tmpfs", "/mnt", 0, "size=8k,mode=700,uid=5,nr_inodes=9"));
    gives(0700, inode_at("/mnt")->mode);
    gives(5, inode_at("/mnt")->uid);
    gives(0, make_dir("/mnt/sub"));
    ok(leads_to("/mnt/sub/..", "/mnt"));
    ok(leads_to("/mnt/..", "/"));
    ok(leads_to("/mnt/sub/../../mnt/sub", "/mnt/sub"));
    gives(-EXDEV, find("/mnt", WALK_NO_MOUNTS));
    gives(-EBUSY, remove_dir("/mnt"));
    gives(-EBUSY, rename_to("/mnt", "/mnt3", 0));
    gives(-EBUSY, rename_to("/mnt2", "/mnt", 0));
    gives(-EXDEV, rename_to("/mnt/sub", "/sub", 0));
    gives(-EXDEV, link_to("/a/file", "/mnt/file"));
    gives(0, make_file("/mnt/data"));
    struct store *store = inode_at("/mnt/data")->store;
    gives(0, make_page(store));
    gives(0, make_page(store));
    gives(-ENOSPC, make_page(store));
    gives(-ENOSPC, tmpfs_shortage(inode_at("/mnt/data")));
    struct attributes size = { .bytes = 1 };
    gives(0, inode_change(inode_at("/mnt/data"), SET_BYTES, &size, who));
    gives(0, make_page(store));
}

/* One within another, bound, moved, taken away from under somebody. */
static void test_trees(void)
{
    gives(0, mount_at("tmpfs", "/mnt/sub", 0, NULL));
    gives(0, make_dir("/mnt/sub/deep"));
    gives(-EBUSY, unmount("/mnt", 0));
    gives(0, two(bind, "/mnt", "/mnt2"));
    gives(-ENOENT, find("/mnt2/sub/deep", 0));
    gives(0, unmount("/mnt2", 0));
    gives(0, two(bind_all, "/mnt", "/mnt2"));
    gives(0, find("/mnt2/sub/deep", 0));
    ok(leads_to("/mnt2/sub/deep/../..", "/mnt2"));
    gives(0, unmount("/mnt2", UNMOUNT_DETACH));
    gives(0, two(bind_all, "/", "/mnt2"));
    gives(0, find("/mnt2/mnt/sub/deep", 0));
    gives(0, unmount("/mnt2", UNMOUNT_DETACH));
    gives(-ELOOP, two(mount_move, "/mnt", "/mnt/sub"));
    gives(0, two(mount_move, "/mnt", "/mnt2"));
    gives(0, find("/mnt2/sub/deep", 0));
    gives(-ENOENT, find("/mnt/sub", 0));
    gives(-EINVAL, two(mount_move, "/mnt", "/mnt2"));
    gives(0, change_dir("/mnt2/sub"));
    gives(-EBUSY, unmount("/mnt2/sub", 0));
    gives(0, unmount("/mnt2", UNMOUNT_DETACH));
    ok(leads_to(".", "(unreachable)/"));
    ok(leads_to("..", "(unreachable)/"));
    gives(0, find("deep", 0));
    gives(0, change_dir("/"));
    gives(0, mount_at("tmpfs", "/mnt", MOUNT_READ_ONLY, NULL));
    gives(-EROFS, make_dir("/mnt/x"));
    gives(-EROFS, remove_file("/mnt/x"));
    gives(-EROFS, open_create("/mnt/x", 0, WALK_FOLLOW));
    gives(-EAGAIN, unmount("/mnt", UNMOUNT_EXPIRE));
    gives(0, unmount("/mnt", UNMOUNT_EXPIRE));
    gives(-EINVAL, unmount("/", 0));
}

static void test_pivot(void)
{
    gives(0, mount_at("tmpfs", "/mnt", 0, NULL));
    gives(0, make_dir("/mnt/old"));
    gives(-EINVAL, two(pivot, "/mnt", "/mnt/old")); /* the first root */
    gives(0, change_dir("/mnt"));
    struct place new_root = paths_cwd(paths);
    paths_set_root(paths, new_root);
    place_put(new_root);
    gives(0, make_dir("/new"));
    gives(0, mount_at("tmpfs", "/new", 0, NULL));
    gives(0, make_dir("/new/old"));
    gives(-EBUSY, two(pivot, "/new", "/old"));
    gives(-EBUSY, two(pivot, "/", "/new/old"));
    gives(0, two(pivot, "/new", "/new/old"));
    struct place first = mounts_root(paths->root.mount->mounts);
    while (mount_descend(&first))
        ;
    place_put(first);
    struct walk walk = walk_with(0);
    struct place top;
    /* Our root is the old one still: kernel/ moves us. */
    must(!path_find(&walk, "/", &top));
    place_put(top);
}

int main(void)
{
    begin();
    must(!make_dir("/a"));
    must(!make_file("/a/file"));
    test_mounts();
    test_trees();
    test_pivot();
    end();
    gives(0, blocks);
    return told();
}
