/* SPDX-License-Identifier: MIT */
/* pty COMMAND…: runs it in a session of its own on a new pseudo terminal and
 * copies what the terminal says to standard output.  What is typed comes from
 * standard input, line by line:
 *
 *     @wait SECONDS    let time pass
 *     @asleep NAME N   until N processes (1) of the session, called so, sleep;
 *                      . is the command itself
 *     @stopped NAME N  until they are stopped
 *     @mode WORDS      until the terminal is as stty would say: icanon, -echo …
 *     @line TEXT       until the terminal has said a line of TEXT alone
 *     @text TEXT       until it has said TEXT, wherever
 *     @send \xNN…      bytes, without Return
 *     @close           hang up
 *     anything else    is typed, with Return
 *
 * At the end of the input it waits for the command's end.  Its own status is
 * 0 if each line came. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, LOOK_MS = 20, SAID_MAX = 1 << 16 };

static int terminal, lines_missed;
static pid_t child;
static char said[SAID_MAX + 1];
static size_t said_bytes;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A line editor asks where the cursor is, and can live without an answer. */
static void forget_question(void)
{
    char *at = strstr(said, "\x1b[6n");
    if (at) {
        said_bytes -= 4;
        memmove(at, at + 4, said + said_bytes - at + 1);
    }
}

/* Takes what the terminal says; false at its end. */
static bool listen(int timeout_ms)
{
    struct pollfd poll_for = { .fd = terminal, .events = POLLIN };
    if (poll(&poll_for, 1, timeout_ms) <= 0)
        return true;
    char data[1024];
    ssize_t got = read(terminal, data, sizeof data);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    if (write(1, data, got) < 0)
        return false;
    if (said_bytes + got > SAID_MAX)
        said_bytes = 0;
    memcpy(said + said_bytes, data, got);
    said_bytes += got;
    said[said_bytes] = '\0';
    forget_question();
    return true;
}

static void wait_for_time(long long ms)
{
    long long limit = now_ms() + ms;
    while (now_ms() < limit && listen(limit - now_ms()))
        ;
}

/* The line of that text, with what ends the one before it, or NULL. */
static char *find_line(const char *text)
{
    size_t bytes = strlen(text);
    char *from = said, *found;
    for (;; from = found + 1) {
        found = memmem(from, said + said_bytes - from, text, bytes);
        if (!found)
            return NULL;
        if ((found == said || strchr("\r\n", found[-1])) &&
            strchr("\r\n", found[bytes]) && found[bytes])
            return found + bytes;
    }
}

static char *find_text(const char *text)
{
    char *found = memmem(said, said_bytes, text, strlen(text));
    return found ? found + strlen(text) : NULL;
}

static void wait_for_what(char *find(const char *), const char *text)
{
    long long limit = now_ms() + PATIENCE_MS;
    char *end;
    while (!(end = find(text))) {
        if (now_ms() >= limit || !listen(limit - now_ms())) {
            printf("\npty: never said: %s\n", text);
            lines_missed++;
            return;
        }
    }
    said_bytes -= end - said;
    memmove(said, end, said_bytes + 1);
}

/* ------------------------------------------------ what can be waited for */

struct process {
    char name[64], state;
    int session;
};

static bool read_process(const char *pid, struct process *process)
{
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    int count = fscanf(file, "%*d (%63[^)]) %c %*d %*d %d", process->name,
        &process->state, &process->session);
    fclose(file);
    return count == 3;
}

/* `words`: a name, and how many are to be in that state. */
static bool are_in_state(char state, const char *words)
{
    struct process process;
    struct dirent *entry;
    char name[64];
    int wanted = 1, count = 0;
    sscanf(words, "%63s %d", name, &wanted);
    DIR *directory = opendir("/proc");
    while (directory && (entry = readdir(directory)))
        count += isdigit((unsigned char)entry->d_name[0]) &&
            read_process(entry->d_name, &process) &&
            process.session == child && process.state == state &&
            (strcmp(name, ".") ? !strcmp(process.name, name)
                               : atoi(entry->d_name) == child);
    if (directory)
        closedir(directory);
    return count >= wanted;
}

static bool are_asleep(const char *words)
{
    return are_in_state('S', words);
}

static bool are_stopped(const char *words)
{
    return are_in_state('T', words);
}

static bool has_mode(const char *words)
{
    struct termios modes;
    char word[64];
    int used;
    if (tcgetattr(terminal, &modes))
        return false;
    for (; sscanf(words, "%63s%n", word, &used) == 1; words += used) {
        const char *name = word + (word[0] == '-');
        tcflag_t flag = strcmp(name, "echo") ? ICANON : ECHO;
        if (!(modes.c_lflag & flag) != (word[0] == '-'))
            return false;
    }
    return true;
}

static void wait_until(bool holds(const char *), const char *words)
{
    long long limit = now_ms() + PATIENCE_MS;
    while (!holds(words)) {
        if (now_ms() >= limit) {
            printf("\npty: never so: %s\n", words);
            lines_missed++;
            return;
        }
        wait_for_time(LOOK_MS);
    }
}

static void type(const char *data, size_t bytes)
{
    if (write(terminal, data, bytes) < 0)
        perror("pty: typing");
}

static void send_bytes(const char *text)
{
    while (*text) {
        unsigned value = (unsigned char)*text;
        int used = 1;
        if (sscanf(text, "\\x%2x%n", &value, &used) != 1)
            used = 1;
        char byte = value;
        type(&byte, 1);
        text += used;
    }
}

static void play(char *line)
{
    if (!strncmp(line, "@wait ", 6)) {
        wait_for_time((long long)(atof(line + 6) * 1000));
    } else if (!strncmp(line, "@asleep ", 8)) {
        wait_until(are_asleep, line + 8);
    } else if (!strncmp(line, "@stopped ", 9)) {
        wait_until(are_stopped, line + 9);
    } else if (!strncmp(line, "@mode ", 6)) {
        wait_until(has_mode, line + 6);
    } else if (!strncmp(line, "@line ", 6)) {
        wait_for_what(find_line, line + 6);
    } else if (!strncmp(line, "@text ", 6)) {
        wait_for_what(find_text, line + 6);
    } else if (!strncmp(line, "@send ", 6)) {
        send_bytes(line + 6);
    } else if (!strcmp(line, "@close")) {
        close(terminal);
        terminal = -1;
    } else {
        type(line, strlen(line));
        type("\r", 1);
    }
}

static void start(char *argv[])
{
    int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    close(terminal);
    setsid();
    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
        perror("pty: the terminal");
    for (int fd = 0; fd < 3; fd++)
        dup2(slave, fd);
    if (slave > 2)
        close(slave);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

int main(int argc, char *argv[])
{
    char line[1024];
    setvbuf(stdout, NULL, _IONBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (argc < 2 || terminal < 0 || grantpt(terminal) || unlockpt(terminal)) {
        perror("pty");
        return 125;
    }
    child = fork();
    if (!child)
        start(argv + 1);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (terminal >= 0)
            play(line);
    }
    long long limit = now_ms() + PATIENCE_MS;
    while (terminal >= 0 && now_ms() < limit && listen(limit - now_ms()))
        ;
    if (terminal >= 0)
        close(terminal);
    int status;
    if (waitpid(child, &status, 0) < 0)
        return 125;
    return lines_missed != 0;
}
