/* SPDX-License-Identifier: MIT */
/* What C++'s library has of threads, each used by many at once: locks, conditions,
 * futures, exceptions that go to another thread, barriers, semaphores, words that
 * are waited for, threads that are asked to stop.  A line for each. */
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <future>
#include <iostream>
#include <latch>
#include <mutex>
#include <numeric>
#include <queue>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

enum { THREADS = 8, ROUNDS = 2000 };

template <typename F> static void in_all(F function)
{
    std::vector<std::thread> threads;
    for (int i = 0; i < THREADS; i++)
        threads.emplace_back(function, i);
    for (auto &thread : threads)
        thread.join();
}

static long count_under_lock()
{
    std::mutex lock;
    long count = 0;
    in_all([&](int) {
        for (int i = 0; i < ROUNDS; i++) {
            std::lock_guard<std::mutex> hold(lock);
            count++;
        }
    });
    return count;
}

static bool pairs_stay_equal()
{
    std::shared_mutex lock;
    long a = 0, b = 0;
    std::atomic<bool> equal{ true };
    in_all([&](int self) {
        for (int i = 0; i < ROUNDS; i++)
            if (self % 4) {
                std::shared_lock<std::shared_mutex> hold(lock);
                if (a != b)
                    equal = false;
            } else {
                std::unique_lock<std::shared_mutex> hold(lock);
                a++;
                b++;
            }
    });
    return equal && a == b && a == ROUNDS * THREADS / 4;
}

/* A queue of four places between producers and consumers. */
static long through_a_queue()
{
    std::mutex lock;
    std::condition_variable changed;
    std::queue<int> queue;
    std::atomic<long> sum{ 0 };
    in_all([&](int self) {
        for (int i = 1; i <= ROUNDS; i++) {
            std::unique_lock<std::mutex> hold(lock);
            if (self % 2) {
                changed.wait(hold, [&] { return queue.size() < 4; });
                queue.push(i);
            } else {
                changed.wait(hold, [&] { return !queue.empty(); });
                sum += queue.front();
                queue.pop();
            }
            changed.notify_all();
        }
    });
    return sum;
}

static long by_futures()
{
    std::vector<std::future<long>> parts;
    for (int i = 0; i < THREADS; i++)
        parts.push_back(std::async(std::launch::async, [i] {
            std::vector<long> numbers(ROUNDS);
            std::iota(numbers.begin(), numbers.end(), i * ROUNDS);
            return std::accumulate(numbers.begin(), numbers.end(), 0L);
        }));
    long sum = 0;
    for (auto &part : parts)
        sum += part.get();
    return sum;
}

/* An exception unwinds the thread that threw it and is thrown again here. */
static int caught()
{
    int count = 0;
    for (int i = 0; i < THREADS; i++) {
        auto future = std::async(std::launch::async, [i]() -> int {
            std::string text = "of thread " + std::to_string(i);
            throw std::runtime_error(text);
        });
        try {
            future.get();
        } catch (const std::runtime_error &error) {
            count += error.what() == "of thread " + std::to_string(i);
        }
    }
    return count;
}

struct Ending {
    std::atomic<int> *ended;
    std::vector<int> own;
    ~Ending() { *ended += own.size(); }
};

static int thread_locals_end()
{
    static std::atomic<int> ended{ 0 };
    in_all([](int self) {
        thread_local Ending ending{ &ended, {} };
        for (int i = 0; i <= self; i++)
            ending.own.push_back(i);
    });
    return ended;
}

static int once()
{
    std::once_flag flag;
    std::atomic<int> count{ 0 };
    in_all([&](int) { std::call_once(flag, [&] { count++; }); });
    return count;
}

static bool phases_are_together()
{
    std::atomic<int> arrived{ 0 };
    std::atomic<bool> together{ true };
    std::barrier<> barrier(THREADS);
    in_all([&](int) {
        for (int phase = 1; phase <= 100; phase++) {
            arrived++;
            barrier.arrive_and_wait();
            if (arrived != phase * THREADS)
                together = false;
            barrier.arrive_and_wait();
        }
    });
    return together;
}

static int most_inside()
{
    std::counting_semaphore<3> places(3);
    std::latch start(THREADS);
    std::atomic<int> inside{ 0 }, most{ 0 };
    in_all([&](int) {
        start.arrive_and_wait();
        for (int i = 0; i < 100; i++) {
            places.acquire();
            int now = ++inside, before = most;
            while (now > before && !most.compare_exchange_weak(before, now))
                ;
            std::this_thread::yield();
            inside--;
            places.release();
        }
    });
    return most <= 3 && inside == 0 ? 3 : most.load();
}

static int ping_pong()
{
    std::atomic<int> ball{ 0 };
    std::thread other([&] {
        for (int i = 1; i < ROUNDS; i += 2) {
            ball.wait(i - 1);
            ball = i + 1;
            ball.notify_one();
        }
    });
    for (int i = 0; i < ROUNDS; i += 2) {
        ball = i + 1;
        ball.notify_one();
        ball.wait(i + 1);
    }
    other.join();
    return ball;
}

static int stopped()
{
    std::atomic<int> count{ 0 };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < THREADS; i++)
            threads.emplace_back([&](std::stop_token stop) {
                std::mutex lock;
                std::condition_variable_any never;
                std::unique_lock<std::mutex> hold(lock);
                never.wait(hold, stop, [] { return false; });
                count++;
            });
    }
    return count;
}

static const char *time_outs()
{
    std::timed_mutex lock;
    std::promise<void> promise;
    lock.lock();
    auto start = std::chrono::steady_clock::now();
    bool got = std::async(std::launch::async, [&] {
        return lock.try_lock_for(50ms);
    }).get();
    bool ready = promise.get_future().wait_for(50ms) ==
        std::future_status::ready;
    auto spent = std::chrono::steady_clock::now() - start;
    return got || ready ? "missed" : spent < 100ms ? "early" : "in time";
}

int main()
{
    std::cout << "under a lock: " << count_under_lock() << '\n'
              << "readers and writers: " << pairs_stay_equal() << '\n'
              << "through a queue: " << through_a_queue() << '\n'
              << "by futures: " << by_futures() << '\n'
              << "exceptions: " << caught() << '\n'
              << "ends of threads: " << thread_locals_end() << '\n'
              << "once: " << once() << '\n'
              << "together: " << phases_are_together() << '\n'
              << "inside: " << most_inside() << '\n'
              << "to and fro: " << ping_pong() << '\n'
              << "stopped: " << stopped() << '\n'
              << "time-outs: " << time_outs() << '\n';
}
