/* SPDX-License-Identifier: MIT */
/* Pipes that many write to and read from at once: each write of at most a page
 * comes out whole, no byte is lost, and none comes twice.
 *
 * Every record says how long it is and ends in a sum of itself.  Some go in as
 * packets, which readers get one at a time; some share buffers in a pipe that a
 * single reader takes apart; and some go on through splices and tees. */
#include "stress.h"

#include <poll.h>

enum { WRITERS = 6, READERS = 3, RECORD_MOST = 4096 };

struct record {
    uint32_t bytes, writer, number, sum;
    unsigned char data[RECORD_MOST - 16];
};

static int ends[2], onward[2];
static unsigned long long sent, received, wrong;
static unsigned writers_left;

static uint32_t sum_of(const struct record *record)
{
    uint32_t sum = record->bytes * 31 + record->writer * 7 + record->number;
    for (uint32_t i = 0; i + 16 < record->bytes; i++)
        sum = sum * 33 + record->data[i];
    return sum;
}

static void make_record(
    struct record *record, uint32_t writer, uint32_t number, unsigned *seed)
{
    static const unsigned sizes[] = { 64, 200, 3000, RECORD_MOST };
    unsigned most = sizes[stress_random(seed) % 4];
    record->bytes = 16 + stress_random(seed) % (most - 15);
    record->writer = writer;
    record->number = number;
    memset(record->data, stress_random(seed), record->bytes - 16);
    record->sum = sum_of(record);
}

static bool is_right(const struct record *record, size_t bytes)
{
    return bytes >= 16 && record->bytes == bytes &&
        record->sum == sum_of(record);
}

/* The last one out shuts the door. */
static void *write_records(void *data)
{
    static _Thread_local struct record record;
    unsigned writer = __atomic_fetch_add((unsigned *)data, 1, __ATOMIC_RELAXED);
    unsigned seed = stress_seed() * 100 + writer;
    for (uint32_t number = 0; stress_goes_on(); number++) {
        make_record(&record, writer, number, &seed);
        ssize_t put;
        while ((put = write(ends[1], &record, record.bytes)) < 0 &&
            errno == EAGAIN) {
            struct pollfd room = { ends[1], POLLOUT, 0 };
            poll(&room, 1, 1000);
        }
        if (put != (ssize_t)record.bytes) {
            __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
            break;
        }
        __atomic_add_fetch(&sent, 1, __ATOMIC_RELAXED);
    }
    if (!__atomic_sub_fetch(&writers_left, 1, __ATOMIC_ACQ_REL))
        close(ends[1]);
    return NULL;
}

static void *read_packets(void *data)
{
    static _Thread_local struct record record;
    ssize_t got;
    (void)data;
    while ((got = read(ends[0], &record, sizeof record)) > 0) {
        if (!is_right(&record, got))
            __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&received, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static bool read_whole(int fd, void *to, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t got = read(fd, (char *)to + done, bytes - done);
        if (got <= 0)
            return false;
        done += got;
    }
    return true;
}

/* Each writer's records come in their order. */
static void *read_stream(void *data)
{
    static struct record record;
    uint32_t next[WRITERS] = { 0 };
    int fd = *(int *)data;
    while (read_whole(fd, &record, 16)) {
        if (record.bytes < 16 || record.bytes > sizeof record ||
            record.writer >= WRITERS ||
            !read_whole(fd, record.data, record.bytes - 16)) {
            wrong++;
            break;
        }
        wrong += !is_right(&record, record.bytes) ||
            record.number != next[record.writer];
        next[record.writer] = record.number + 1;
        received++;
    }
    /* So that nobody waits for a reader for ever. */
    char rest[4096];
    while (read(fd, rest, sizeof rest) > 0)
        ;
    return NULL;
}

/* From the one pipe to the other, by parts; sometimes they are copied, and
 * then read away. */
static void *hand_on(void *data)
{
    unsigned seed = stress_seed() + 77;
    char away[5000];
    ssize_t moved;
    (void)data;
    do {
        size_t some = 1 + stress_random(&seed) % 20000;
        if (stress_random(&seed) % 3) {
            moved = splice(ends[0], NULL, onward[1], NULL, some, 0);
            continue;
        }
        moved = tee(ends[0], onward[1], 1 + some % sizeof away, 0);
        for (ssize_t left = moved, got; left > 0; left -= got)
            if ((got = read(ends[0], away, left)) <= 0)
                break;
    } while (moved > 0);
    close(onward[1]);
    return NULL;
}

static void begin(int flags)
{
    stress_begin();
    sent = received = wrong = 0;
    writers_left = WRITERS;
    pipe2(ends, flags);
    pipe(onward);
}

static void start(pthread_t *threads, int count, void *(*run)(void *),
    void *data)
{
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, data))
            _exit(97);
}

static void finish(pthread_t *threads, int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    ok(sent > 0);
    is(wrong, 0);
    is(received == sent, 1);
}

static void packets(void)
{
    pthread_t threads[WRITERS + READERS];
    unsigned number = 0;
    begin(O_DIRECT);
    start(threads, READERS, read_packets, NULL);
    start(threads + READERS, WRITERS, write_records, &number);
    finish(threads, WRITERS + READERS);
    close(ends[0]), close(onward[0]), close(onward[1]);
}

static void shared_buffers(int flags)
{
    pthread_t threads[WRITERS + 1];
    unsigned number = 0;
    begin(0);
    fcntl(ends[1], F_SETFL, flags);
    start(threads, 1, read_stream, &ends[0]);
    start(threads + 1, WRITERS, write_records, &number);
    finish(threads, WRITERS + 1);
    close(ends[0]), close(onward[0]), close(onward[1]);
}

static void handed_on(void)
{
    pthread_t threads[WRITERS + 2];
    unsigned number = 0;
    begin(0);
    start(threads, 1, hand_on, NULL);
    start(threads + 1, 1, read_stream, &onward[0]);
    start(threads + 2, WRITERS, write_records, &number);
    finish(threads, WRITERS + 2);
    close(ends[0]), close(onward[0]);
}

static void run(void)
{
    signal(SIGPIPE, SIG_IGN);
    packets();
    shared_buffers(0);
    shared_buffers(O_NONBLOCK);
    handed_on();
}
TEST_MAIN
