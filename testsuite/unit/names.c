/* SPDX-License-Identifier: MIT */
/* Paths: names, links, what is made, removed and moved, lists, rights. */
#include "names_world.h"

static void test_names(void)
{
    char name[300], path[4200];
    gives(0, make_dir("/a"));
    gives(0, make_dir("a/b/"));
    gives(0, make_file("/a/file"));
    gives(-EEXIST, make_dir("/a"));
    gives(-EEXIST, make_dir("/"));
    gives(-EEXIST, make_dir("a/."));
    gives(-EEXIST, make_dir("a/.."));
    gives(-ENOENT, make_dir("x/y"));
    gives(-ENOENT, make_dir(""));
    gives(-ENOTDIR, make_dir("/a/file/x"));
    gives(-ENOENT, make_file("/a/new/"));
    gives(-EEXIST, make_file("/a/file/"));
    gives(-ENOTDIR, find("/a/file/", 0));
    gives(-ENOTDIR, find("/a/file/.", 0));
    gives(-ENOTDIR, find("/a/file/../file", 0));
    gives(-ENOTDIR, find("/a/file", WALK_DIRECTORY));
    gives(-ENOENT, find("/a/x/../file", 0));
    gives(0, find("//a///b/.././file", 0));
    gives(0, find("/../../a", 0));
    gives(-ENOENT, find("", 0));
    gives(0, find("", WALK_EMPTY));
    memset(name, 'n', sizeof name);
    name[255] = 0;
    gives(0, make_file(name));
    gives(0, find(name, 0));
    gives(0, rename_to(name, "short", 0));
    gives(-ENOENT, find(name, 0));
    gives(0, rename_to("short", name, 0));
    gives(0, remove_file(name));
    name[255] = 'n';
    name[256] = 0;
    gives(-ENAMETOOLONG, make_file(name));
    gives(-ENAMETOOLONG, find(name, 0));
    gives(-ENAMETOOLONG, open_create(name, 0, WALK_FOLLOW));
    memset(path, '/', sizeof path);
    path[4095] = 0;
    gives(0, find(path, 0));
    path[4095] = '/';
    path[4096] = 0;
    gives(-ENAMETOOLONG, find(path, 0));
    ok(leads_to("a/b/..", "/a"));
    ok(leads_to("/", "/"));
    gives(0, change_dir("/a/b"));
    ok(leads_to(".", "/a/b"));
    gives(0, remove_dir("/a/b"));
    ok(leads_to(".", "/a/b (deleted)"));
    ok(leads_to("..", "/a"));
    gives(-ENOENT, make_file("here"));
    gives(0, change_dir("/"));
    gives(0, make_dir("/a/b"));
}

static void test_links(void)
{
    char path[64], target[64];
    gives(0, make_link("a", "/l"));
    gives(0, make_link("nowhere", "/dangling"));
    gives(0, make_link("loop", "/loop"));
    gives(0, make_link("/a/b/", "/slashed"));
    gives(0, find("/l", 0));
    ok(leads_to("/l", "/a"));
    ok(leads_to("/l/b", "/a/b"));
    ok(leads_to("/l/../a/b", "/a/b"));
    ok(leads_to("/slashed/../file", "/a/file"));
    gives(0, find("/dangling", 0));
    gives(-ENOENT, find("/dangling", WALK_FOLLOW));
    gives(-ENOENT, find("/dangling/", 0));
    gives(-ELOOP, find("/loop", WALK_FOLLOW));
    gives(0, find("/loop", 0));
    gives(-ELOOP, find("/loop/x", 0));
    gives(-ELOOP, find("/l/b", WALK_NO_LINKS));
    gives(-EXDEV, find("/l/b", WALK_BENEATH));
    gives(-EXDEV, find("../a", WALK_BENEATH));
    gives(0, find("a/../a", WALK_BENEATH));
    gives(-EXDEV, find("slashed", WALK_BENEATH | WALK_FOLLOW));
    gives(-ENOTDIR, find("/l", WALK_DIRECTORY));
    for (int i = 0; i < 41; i++) {
        snprintf(path, sizeof path, "/chain%d", i);
        snprintf(target, sizeof target, i ? "chain%d" : "a", i - 1);
        must(!make_link(target, path));
    }
    gives(0, find("/chain39/b", 0));
    gives(-ELOOP, find("/chain40/b", 0));
    gives(0, find("/chain39", WALK_FOLLOW));
    gives(-ELOOP, find("/chain40", WALK_FOLLOW));
    for (int i = 0; i < 41; i++) {
        snprintf(path, sizeof path, "/chain%d", i);
        must(!remove_file(path));
    }
    gives(-ENOTDIR, remove_file("/l/"));
    gives(-EISDIR, remove_file("/l/."));
    gives(0, remove_file("/slashed"));
}

static void test_create(void)
{
    gives(0, open_create("/a/file", 0, WALK_FOLLOW));
    gives(1, open_create("/a/fresh", 0, WALK_FOLLOW));
    gives(-EEXIST, open_create("/a/fresh", OPEN_EXCLUSIVE, 0));
    gives(-EEXIST, open_create("/dangling", OPEN_EXCLUSIVE, 0));
    gives(1, open_create("/dangling", 0, WALK_FOLLOW));
    gives(0, remove_file("/nowhere"));
    gives(0, open_create("/dangling", 0, 0));
    gives(-EISDIR, open_create("/a", 0, WALK_FOLLOW));
    gives(-EISDIR, open_create("/a/x/", 0, WALK_FOLLOW));
    gives(-EISDIR, open_create("/", 0, WALK_FOLLOW));
    gives(-EISDIR, open_create("/a/..", 0, WALK_FOLLOW));
    gives(-EEXIST, open_create("/a/.", OPEN_EXCLUSIVE, 0));
    gives(-ELOOP, open_create("/loop", 0, WALK_FOLLOW));
    gives(-ENOENT, open_create("/x/y", 0, WALK_FOLLOW));
    gives(0, make_link("../a/linked", "/a/out"));
    gives(1, open_create("/a/out", 0, WALK_FOLLOW));
    gives(0644, inode_at("/a/linked")->mode);
    gives(0, remove_file("/a/linked"));
    gives(0, remove_file("/a/out"));
    gives(0, remove_file("/a/fresh"));
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place found;
    gives(0, path_make_unnamed(&walk, "/a", 0600, &found));
    gives(0, found.entry->inode->links);
    walk = (struct walk){ paths, who, found, WALK_EMPTY };
    struct walk to = walk_with(0);
    gives(0, path_link(&walk, "", &to, "/a/named"));
    gives(1, found.entry->inode->links);
    gives(0, remove_file("/a/named"));
    gives(-ENOENT, path_link(&walk, "", &to, "/a/named"));
    place_put(found);
}

static void test_removal(void)
{
    gives(0, make_dir("/r"));
    gives(0, make_file("/r/f"));
    gives(-ENOTEMPTY, remove_dir("/r"));
    gives(-EISDIR, remove_file("/r"));
    gives(-EISDIR, remove_file("/r/"));
    gives(-ENOTDIR, remove_dir("/r/f"));
    gives(-ENOTDIR, remove_file("/r/f/"));
    gives(-EINVAL, remove_dir("/r/."));
    gives(-ENOTEMPTY, remove_dir("/r/.."));
    gives(-EBUSY, remove_dir("/"));
    gives(-EISDIR, remove_file("/"));
    gives(-ENOENT, remove_file("/r/x"));
    gives(-ENOENT, remove_file("/r/x/"));
    gives(0, link_to("/r/f", "/r/g"));
    gives(2, inode_at("/r/f")->links);
    gives(-EEXIST, link_to("/r/f", "/r/g"));
    gives(-EPERM, link_to("/r", "/r/h"));
    gives(-ENOENT, link_to("/r/f", "/r/h/"));
    gives(0, remove_file("/r/f"));
    gives(0, remove_file("/r/g"));
    gives(0, remove_dir("/r/"));
    gives(-ENOENT, remove_dir("/r"));
}

static void test_rename(void)
{
    gives(0, make_dir("/d"));
    gives(0, make_dir("/d/e"));
    gives(0, make_dir("/d/e/f"));
    gives(0, make_file("/d/x"));
    gives(0, make_file("/d/y"));
    gives(-EINVAL, rename_to("/d", "/d/e/g", 0));
    gives(-EINVAL, rename_to("/d", "/d/g", 0));
    gives(-ENOTEMPTY, rename_to("/d/e/f", "/d", 0));
    gives(-EBUSY, rename_to("/d/.", "/q", 0));
    gives(-EBUSY, rename_to("/d", "/d/..", 0));
    gives(-EEXIST, rename_to("/d/x", "/d/..", RENAME_KEEP));
    gives(-EBUSY, rename_to("/", "/q", 0));
    gives(-ENOENT, rename_to("/none", "/q", 0));
    gives(-EISDIR, rename_to("/d/x", "/d/e", 0));
    gives(-ENOTDIR, rename_to("/d/e", "/d/x", 0));
    gives(-ENOTDIR, rename_to("/d/x", "/d/z/", 0));
    gives(-ENOTDIR, rename_to("/d/x/", "/d/z", 0));
    gives(-EEXIST, rename_to("/d/x", "/d/y", RENAME_KEEP));
    gives(0, rename_to("/d/x", "/d/x", 0));
    struct inode *x = inode_at("/d/x"), *e = inode_at("/d/e");
    gives(0, rename_to("/d/x", "/d/y", 0));
    ok(inode_at("/d/y") == x && !inode_at("/d/x"));
    gives(0, rename_to("/d/y", "/d/e", RENAME_SWAP));
    ok(inode_at("/d/y") == e && inode_at("/d/e") == x);
    gives(0, rename_to("/d/y/f", "/d/e", RENAME_SWAP));
    ok(inode_at("/d/y/f") == x);
    gives(2, inode_at("/d/y")->links);
    gives(4, inode_at("/d")->links);
    gives(-ENOENT, rename_to("/d/y", "/d/none", RENAME_SWAP));
    gives(0, rename_to("/d/e/", "/d/y/g/", 0));
    gives(3, inode_at("/d/y")->links);
    gives(3, inode_at("/d")->links);
    gives(0, make_dir("/empty"));
    gives(-ENOTEMPTY, rename_to("/empty", "/d/y", 0));
    gives(0, rename_to("/d/y", "/empty", 0));
    ok(leads_to("/empty/g", "/empty/g"));
    gives(2, inode_at("/d")->links);
    gives(0, link_to("/empty/f", "/d/f"));
    gives(0, rename_to("/d/f", "/empty/f", 0));
    ok(inode_at("/d/f") && inode_at("/empty/f"));
    gives(0, remove_file("/d/f"));
    gives(0, remove_file("/empty/f"));
    gives(0, remove_dir("/empty/g"));
    gives(0, remove_dir("/empty"));
    gives(0, remove_dir("/d"));
}

/* The newest first, as on Linux. */
static const char *const expected_names[] = { ".", "..", "m1", "n2", "n0" };
static unsigned names_seen;

static bool see_name(void *data, const char *name, size_t length,
    uint64_t inode, enum inode_type type, uint64_t next_cookie)
{
    const char *expected = expected_names[names_seen];
    ok(strlen(expected) == length && !memcmp(name, expected, length));
    names_seen++;
    return names_seen < 5;
}

static void test_list(void)
{
    gives(0, make_dir("/n"));
    gives(0, make_dir("/m"));
    gives(0, make_file("/n/n0"));
    gives(0, make_file("/n/n1"));
    gives(0, make_file("/m/n2"));
    gives(0, rename_to("/m/n2", "/n/n2", 0));
    gives(0, make_file("/m/m1"));
    gives(0, rename_to("/m/m1", "/n/m1", 0));
    gives(0, remove_file("/n/n1"));
    struct walk walk = walk_with(0);
    struct place found;
    must(!path_find(&walk, "/n", &found));
    struct file file = { .place = found };
    uint64_t cookie = 0;
    gives(0, tmpfs_directory_file_ops.list(&file, &cookie, see_name, NULL));
    gives(5, names_seen);
    place_put(found);
    for (int i = 0; i < 2000; i++) {
        char path[32];
        snprintf(path, sizeof path, "/m/%d", i);
        must(!make_file(path));
    }
    gives(0, find("/m/1999", 0));
    for (int i = 0; i < 2000; i++) {
        char path[32];
        snprintf(path, sizeof path, "/m/%d", i);
        must(!remove_file(path));
    }
    gives(0, remove_dir("/m"));
}

static void test_rights(void)
{
    struct credentials *user = credentials_new();
    user->uid = user->euid = user->fsuid = 1000;
    user->gid = user->egid = user->fsgid = 1000;
    user->effective = user->permitted = 0;
    const struct credentials *root = who;
    struct attributes wanted = { .mode = 01777 };
    gives(0, make_dir("/pub"));
    gives(0, inode_change(inode_at("/pub"), SET_MODE, &wanted, who));
    gives(0, make_file("/pub/roots"));
    gives(0, make_dir("/closed"));
    wanted.mode = 0700;
    gives(0, inode_change(inode_at("/closed"), SET_MODE, &wanted, who));
    who = user;
    gives(-EACCES, make_dir("/a/x"));
    gives(-EEXIST, make_dir("/pub"));
    gives(0, make_dir("/pub/mine"));
    gives(-EPERM, remove_file("/pub/roots"));
    gives(-EPERM, rename_to("/pub/roots", "/pub/mine/x", 0));
    gives(-EACCES, find("/closed/x", 0));
    gives(-EACCES, find("/closed/.", 0));
    gives(0, find("/closed", 0));
    wanted = (struct attributes){ .mode = 02755, .uid = 0, .gid = 1000 };
    gives(0, make_file("/pub/mine/prog"));
    struct inode *prog = inode_at("/pub/mine/prog");
    gives(0, inode_change(prog, SET_MODE, &wanted, who));
    gives(02755, prog->mode);
    gives(-EPERM, inode_change(prog, SET_UID, &wanted, who));
    gives(0, inode_change(prog, SET_GID, &wanted, who));
    gives(0755, prog->mode);
    wanted.gid = 7;
    gives(-EPERM, inode_change(prog, SET_GID, &wanted, who));
    struct inode *roots = inode_at("/pub/roots");
    gives(-EPERM, inode_change(roots, SET_MODE, &wanted, who));
    gives(-EPERM, inode_change(roots, SET_MODIFIED, &wanted, who));
    gives(-EPERM, inode_change(roots, SET_MODIFIED_NOW, &wanted, who));
    gives(-EACCES,
        inode_change(roots, SET_MODIFIED_NOW | SET_ACCESSED_NOW, &wanted, who));
    gives(-EACCES, inode_permission(roots, MAY_WRITE, who));
    gives(0, inode_permission(roots, MAY_READ, who));
    who = root;
    gives(-EACCES, inode_permission(roots, MAY_EXECUTE, who));
    gives(0, remove_file("/pub/mine/prog"));
    gives(0, remove_dir("/pub/mine"));
    gives(0, remove_file("/pub/roots"));
    gives(0, remove_dir("/pub"));
    gives(0, remove_dir("/closed"));
    credentials_put(user);
}

int main(void)
{
    begin();
    test_names();
    test_links();
    test_create();
    test_removal();
    test_rename();
    test_list();
    test_rights();
    end();
    gives(1, blocks);
    return told();
}
